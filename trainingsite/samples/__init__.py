"""The three sample domains: files beside this module, and what loads them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from conversations import consent
from conversations.capture import Exchange, capture_many
from conversations.keys import text_hash
from conversations.models import CatalogueEntry, Origin
from conversations.rating import rate
from core.models import Domain
from finetune.models import EvaluationQuestion
from rag.models import DictionaryTerm, FieldDefinition
from rag.prices import lists

FOLDER = Path(__file__).parent
SLUGS = ("camaron", "tienda", "prestamos")
BASIS = "ejemplos propios del producto"
PRICES_LAST = 365  # days
RATER = "ejemplos"  # a user who cannot sign in; the samples' stars are theirs

_SETTINGS = (
    "name",
    "description",
    "policy",
    "min_stars",
    "min_confidence",
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
)


@transaction.atomic
def load(slug: str) -> Domain:
    """Make the sample domain ``slug`` with all that belongs to it, once: all of it or nothing."""
    about = json.loads((FOLDER / slug / "domain.json").read_text("utf-8"))
    prompt, question = about.pop("system_prompt"), about.pop("consent_text")
    fields = {name: about.pop(name) for name in _SETTINGS}
    domain = Domain.objects.create(slug=about.pop("slug"), texts=about, **fields)
    domain.write_prompt(prompt, by=RATER)
    consent.write_text(domain, question, by=RATER)
    CatalogueEntry.objects.bulk_create(
        CatalogueEntry(domain=domain, **_filled(line)) for line in _lines(slug, "catalogue")
    )
    EvaluationQuestion.objects.bulk_create(
        EvaluationQuestion(domain=domain, question_hash=text_hash(line["question"]), **line)
        for line in _lines(slug, "evaluation")
    )
    _load_vocabulary(domain)
    _load_prices(domain)
    _load_conversations(domain)
    return domain


def _load_vocabulary(domain: Domain) -> None:
    DictionaryTerm.objects.bulk_create(
        DictionaryTerm(
            domain=domain,
            word=line["palabra"],
            definition=line["definicion"],
            category=line["categoria"],
            field=line["campo_relacionado"],
            table=line["tabla_relacionada"],
            synonyms=line["sinonimos"],
            examples=line["ejemplos_uso"],
            position=line["orden"],
        )
        for line in _lines(domain.slug, "dictionary")
    )
    FieldDefinition.objects.bulk_create(
        FieldDefinition(
            domain=domain,
            table=line["tabla"],
            field=line["campo"],
            definition=line["definicion"],
            data_type=line["tipo_dato"],
            required=line["es_obligatorio"],
            indexed=line["tiene_indice"],
            is_foreign_key=line["es_clave_foranea"],
            referenced_table=line["tabla_referenciada"],
            referenced_field=line["campo_referenciado"],
            values=line["valores_posibles"],
            examples=line["ejemplos_valores"],
            notes=line["notas"],
            position=line["orden"],
        )
        for line in _lines(domain.slug, "fields")
    )


def _load_prices(domain: Domain) -> None:
    """The domain's price list, in force for a year from today."""
    file = FOLDER / domain.slug / "prices.csv"
    if file.exists():
        today = timezone.localdate()
        sheet = lists.read(domain, file.read_bytes())
        until = today + timedelta(days=PRICES_LAST)
        made = lists.draft(domain, sheet, valid_from=today, valid_until=until, by=RATER)
        lists.put_in_force(made, by=RATER)


def _load_conversations(domain: Domain) -> None:
    rater, _ = User.objects.get_or_create(username=RATER, defaults={"is_active": False})
    lines = list(_lines(domain.slug, "conversations"))
    outcomes = capture_many(domain, [_exchange(line) for line in lines])
    for line, outcome in zip(lines, outcomes, strict=True):
        if line["stars"]:
            rate(outcome.kept, stars=line["stars"], feedback=line["feedback"] or "", by=rater)


def _exchange(line: dict[str, Any]) -> Exchange:
    return Exchange(
        question=line["question"],
        answer=line["answer"],
        origin=Origin.SOURCE,
        basis=BASIS,
        outside_id=hashlib.sha256(line["question"].encode()).hexdigest(),
        facts={"category": line["category"], "product": line["product"] or ""},
    )


def _filled(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"product": line["product"] or "", "unit": line["unit"] or ""}


def _lines(slug: str, name: str) -> Iterator[dict[str, Any]]:
    """The lines of a domain's file, none when it has no such file."""
    file = FOLDER / slug / f"{name}.jsonl"
    if file.exists():
        yield from map(json.loads, file.read_text("utf-8").splitlines())
