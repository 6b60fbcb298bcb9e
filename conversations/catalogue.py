"""What a domain trades in and asks for, as plain values that the labellers and QA read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Self


@dataclass(frozen=True)
class Entry:
    """A thing of the catalogue: what it is called, and between which numbers it may be."""

    kind: str
    code: str
    terms: tuple[str, ...] = ()
    product: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Field:
    """Something to read in a message, by one of three ways.

    The code of an entry of ``kinds``; or, with a ``measure`` ("%"), the number said beside a word
    of such an entry; or a number with one of ``units``. ``words`` announce a value that the
    catalogue may lack ("talla 13/15"). The values of an ``is_open`` one need not be listed.
    """

    name: str
    kinds: tuple[str, ...] = ()
    measure: str = ""
    units: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def is_looked_for(self) -> bool:
        """Whether rules can find it in a text at all."""
        return bool(self.kinds or self.units)


@dataclass(frozen=True)
class Intent:
    """What a message may want; ``title`` is what staff read.

    ``is_request`` is false for one with nothing of the business.
    """

    name: str
    title: str = ""
    description: str = ""
    required: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_request: bool = True


@dataclass(frozen=True)
class Catalogue:
    entries: tuple[Entry, ...] = ()
    fields: tuple[Field, ...] = ()
    intents: tuple[Intent, ...] = ()
    keywords: tuple[str, ...] = ()  # what else shows that a message is about the business

    @classmethod
    def read(cls, entries: Iterable[Any], texts: Mapping[str, Any]) -> Self:
        """Of the rows of a domain's catalogue and its edited lists.

        A list that somebody left out or half filled in makes an empty one.
        """
        return cls(
            tuple(_entry(row) for row in entries),
            tuple(_field(it) for it in _named(texts.get("fields"))),
            tuple(_intent(it) for it in _named(texts.get("intents"))),
            _strings(texts.get("keywords")),
        )

    @classmethod
    def of(cls, domain: Any) -> Self:
        """What ``domain`` has in use."""
        return cls.read(domain.catalogue.filter(active=True), domain.texts)

    @cached_property
    def by_kind(self) -> dict[str, tuple[Entry, ...]]:
        kinds = dict.fromkeys(entry.kind for entry in self.entries)
        return {kind: tuple(it for it in self.entries if it.kind == kind) for kind in kinds}

    def codes(self, field: str) -> list[str]:
        """The values that ``field`` may have, if the catalogue lists them."""
        found = self.field(field)
        kinds = found.kinds if found and not found.measure else ()
        return [entry.code for kind in kinds for entry in self.by_kind.get(kind, ())]

    def field(self, name: str) -> Field | None:
        return next((it for it in self.fields if it.name == name), None)

    def intent(self, name: str) -> Intent | None:
        return next((it for it in self.intents if it.name == name), None)


def _named(given: Any) -> Iterator[Mapping[str, Any]]:
    for it in given if isinstance(given, list) else ():
        if isinstance(it, dict) and isinstance(it.get("name"), str) and it["name"]:
            yield it


def _strings(given: Any) -> tuple[str, ...]:
    return tuple(it for it in given if isinstance(it, str)) if isinstance(given, list) else ()


def _entry(row: Any) -> Entry:
    return Entry(
        kind=row.kind,
        code=row.code,
        terms=(row.name, *_strings(row.aliases)),
        product=row.product,
        minimum=row.minimum,
        maximum=row.maximum,
        unit=row.unit,
    )


def _field(given: Mapping[str, Any]) -> Field:
    return Field(
        name=given["name"],
        kinds=_strings(given.get("kinds")),
        measure=str(given.get("measure") or ""),
        units=_strings(given.get("units")),
        words=_strings(given.get("words")),
        is_open=given.get("is_open") is True,
    )


def _intent(given: Mapping[str, Any]) -> Intent:
    return Intent(
        name=given["name"],
        title=str(given.get("title") or given["name"].replace("_", " ")),
        description=str(given.get("description") or ""),
        required=_strings(given.get("required_fields")),
        words=_strings(given.get("words")),
        is_request=given.get("is_request") is not False,
    )
