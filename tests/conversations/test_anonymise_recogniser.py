"""A recogniser of names, where settings name one, adds to what the rules find."""

import sys
from types import SimpleNamespace

import pytest

from conversations.anonymise import anonymise, spacy_names
from conversations.capture import capture
from conversations.models import Origin
from tests.factories import a_domain


def zulma(text):
    """Finds one name that is in no list, wherever it stands."""
    return [(place, place + 5) for place in range(len(text)) if text.startswith("Xulma", place)]


def test_what_it_finds_is_masked_as_a_name():
    assert anonymise("ayer vino Xulma con 16/20", recogniser=zulma) == (
        "ayer vino [NAME] con 16/20",
        [(10, 15, "NAME")],
    )


@pytest.mark.parametrize(
    "places", [[(-1, 4)], [(0, 99)], [(4, 4)], [(4, 5)], [(8, 18)], [(0, 0), (3, 1)]]
)
def test_places_that_make_no_sense_or_are_masked_already_add_nothing(places):
    text = "hola 12 0991234567"

    assert anonymise(text, recogniser=lambda _: places)[0] == "hola 12 [PHONE]"


def test_it_never_sees_what_the_rules_masked_and_kept_words_stay():
    seen = []

    safe, _ = anonymise(
        "Xulma 0991234567",
        keep=frozenset({"xulma"}),
        recogniser=lambda text: seen.append(text) or zulma(text),
    )

    assert safe == "Xulma [PHONE]"
    assert seen == ["Xulma           "]


@pytest.mark.django_db
def test_captured_texts_pass_through_the_one_that_settings_name(settings):
    settings.NAME_RECOGNISER = f"{__name__}.zulma"

    row = capture(
        domain=a_domain(), question="¿vino Xulma?", answer="Sí, Xulma vino.", origin=Origin.STAFF
    )

    assert (row.question, row.answer) == ("¿vino [NAME]?", "Sí, [NAME] vino.")
    assert row.masks == {"NAME": 2}


def test_a_spacy_model_gives_the_people_it_finds(monkeypatch):
    people = [
        SimpleNamespace(start_char=0, end_char=5, label_="PER"),
        SimpleNamespace(start_char=9, end_char=14, label_="LOC"),
    ]
    loaded = []

    def load(name):
        loaded.append(name)
        return lambda _text: SimpleNamespace(ents=people)

    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=load))
    monkeypatch.setenv("SPACY_MODEL", "es_core_news_md")
    spacy_names._model.cache_clear()

    assert anonymise("Xulma de Quito", recogniser=spacy_names.recognise)[0] == "[NAME] de Quito"
    assert loaded == ["es_core_news_md"]
    spacy_names._model.cache_clear()
