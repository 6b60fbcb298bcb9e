"""A label and the texts that it was read in, to be corrected by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.capture import LONGEST
from conversations.catalogue import Catalogue, Field
from conversations.models import Conversation, Label
from trainingsite.admin.marked import kind_name, place_of
from trainingsite.admin.reading import Line, as_text, errors_of

TEXTS = ("question", "answer")


class LabelForm(forms.Form):
    """The intent and a box for each field that the domain reads; empty: the message says nothing.

    ``corrections`` is what somebody changed, as :func:`conversations.review.edit` takes it.
    """

    question = forms.CharField(
        label=_("Pregunta"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "class": "ts-input"}),
    )
    answer = forms.CharField(
        label=_("Respuesta"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "ts-input"}),
    )
    intent = forms.ChoiceField(
        label=_("intención"),
        required=False,
        widget=forms.Select(attrs={"class": "ts-input"}),
    )

    def __init__(
        self, posted: Any, *, row: Conversation, label: Label | None, catalogue: Catalogue
    ) -> None:
        read: dict[str, Any] = label.fields if label else {}
        names = sorted({*read, *(it.name for it in catalogue.fields)}, key=place_of)
        given = {name: _given(read.get(name), catalogue.field(name)) for name in names}
        intent = label.intent if label else ""
        texts = {name: getattr(row, name) for name in TEXTS}
        super().__init__(posted, initial={"intent": intent, **texts, **given})
        self.names = names
        self.label = label
        self.fields["intent"].choices = _intents(catalogue, intent)  # type: ignore[attr-defined]
        for name in names:
            self.fields[name] = _box(name, catalogue.field(name))

    @property
    def corrections(self) -> dict[str, Any]:
        """The changed texts, the intent and the fields, without those that stayed."""
        said = self.cleaned_data
        changed = set(self.changed_data)
        found: dict[str, Any] = {name: said[name] for name in (*TEXTS, "intent") if name in changed}
        if fields := {name: said[name] or None for name in self.names if name in changed}:
            found["fields"] = fields
        return found

    def boxes(self, lines: list[Line], catalogue: Catalogue) -> list[dict[str, Any]]:
        """The intent and the fields: how sure the machine was, what may be there, what is wrong."""
        known = {line.key: line for line in lines}
        return [
            {
                "box": self[name],
                "line": known.get(name),
                "codes": catalogue.codes(name),
                "errors": errors_of(self.label, name) if self.label else [],
            }
            for name in ("intent", *self.names)
        ]


def _intents(catalogue: Catalogue, now: str) -> list[tuple[str, str]]:
    known = {it.name: it.title for it in catalogue.intents}
    return [("", "–"), *known.items(), *([(now, now)] if now and now not in known else [])]


def _given(value: Any, field: Field | None) -> Any:
    """What stands in a box: a number as one, or it would count as changed by who leaves it."""
    if field and field.measure and isinstance(value, int | float):
        return int(value) if value == int(value) else value
    return as_text(value)


def _box(name: str, field: Field | None) -> forms.Field:
    attrs = {"class": "ts-input", "list": f"codes-{name}", "autocomplete": "off"}
    if field and field.measure:
        return forms.FloatField(
            label=kind_name(name),
            required=False,
            widget=forms.NumberInput(attrs={"class": "ts-input", "step": "any"}),
        )
    return forms.CharField(
        label=kind_name(name),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs=attrs),
    )
