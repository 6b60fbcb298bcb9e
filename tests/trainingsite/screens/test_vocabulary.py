"""The dictionary, the fields and the variables, as staff write them."""

import json

import pytest
from django.urls import reverse

from core.models import AuditEvent
from rag.models import DictionaryTerm, FieldDefinition, PromptVariable
from tests.factories import a_domain
from tests.fakes import a_completion, a_model

CHAT = "POST /chat/completions"
LIST = reverse("admin:rag_dictionaryterm_changelist")
ADD = reverse("admin:rag_dictionaryterm_add")


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


@pytest.fixture
def mora(domain):
    return DictionaryTerm.objects.create(
        domain=domain, word="mora", definition="no paga", synonyms=["atraso", "retraso"]
    )


def page_of(row, name="change"):
    return reverse(f"admin:rag_{row._meta.model_name}_{name}", args=[row.pk])


def a_form(domain, **fields):
    usual = {"domain": domain.pk, "word": "mora", "definition": "Un atraso.", "position": 0}
    return usual | {"active": "on"} | fields


def test_synonyms_are_one_to_a_line(admin, domain):
    sent = a_form(domain, synonyms="atraso\r\n\r\n retraso \natraso", examples="¿Tengo mora?")
    assert admin.post(ADD, sent).status_code == 302
    term = DictionaryTerm.objects.get()
    assert (term.synonyms, term.examples) == (["atraso", "retraso"], ["¿Tengo mora?"])
    assert "atraso\nretraso</textarea>" in admin.get(page_of(term)).text
    written = AuditEvent.objects.get(action="vocabulary_written")
    assert written.actor == admin.user.get_username()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"word": "MORA"}, "word"),
        ({"word": ""}, "word"),
        ({"word": "plazo", "synonyms": "x" * 201}, "synonyms"),
        ({"word": "plazo", "synonyms": "\n".join(map(str, range(51)))}, "synonyms"),
        ({"word": "plazo", "synonyms": "a\0b"}, "synonyms"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_it(admin, domain, mora, wrong, field):
    form = admin.post(ADD, a_form(domain, **wrong)).context["adminform"].form
    assert list(form.errors) == [field]
    assert DictionaryTerm.objects.count() == 1


def test_a_word_keeps_its_name_when_it_is_edited(admin, domain, mora):
    assert admin.post(page_of(mora), a_form(domain, synonyms="")).status_code == 302
    mora.refresh_from_db()
    assert (mora.definition, mora.synonyms) == ("Un atraso.", [])


@pytest.mark.parametrize("search", ["mora", "RETRASO", "paga"])
def test_a_word_is_found_by_what_is_said_of_it(admin, domain, mora, search):
    DictionaryTerm.objects.create(domain=domain, word="plazo", definition="Meses.")
    shown = admin.get(LIST, {"q": search})
    assert [it.word for it in shown.context["cl"].result_list] == ["mora"]


def test_words_of_another_domain_are_not_there(admin, mora):
    other = a_domain("tienda")
    row = DictionaryTerm.objects.create(domain=other, word="talla", definition="x", category="ropa")
    shown = admin.get(LIST)
    assert "talla" not in shown.text
    assert "ropa" not in shown.text
    assert admin.get(page_of(row)).status_code == 302


def test_many_are_switched_at_once_and_counted(admin, domain, mora):
    off = DictionaryTerm.objects.create(domain=domain, word="plazo", definition="x", active=False)
    chosen = {"action": "turn_off", "_selected_action": [mora.pk, off.pk]}
    assert "1 cambiado." in admin.post(LIST, chosen, follow=True).text
    assert not DictionaryTerm.objects.filter(active=True).exists()
    admin.post(LIST, chosen | {"action": "turn_on"})
    assert DictionaryTerm.objects.filter(active=True).count() == 2


def test_a_deletion_is_written_down(admin, mora):
    admin.post(page_of(mora, "delete"), {"post": "yes"})
    assert not DictionaryTerm.objects.exists()
    assert AuditEvent.objects.filter(action="vocabulary_removed").exists()


# --- the dialogue with a model -------------------------------------------------------------------


def help_of(term):
    return page_of(term, "improve")


def answering(provider, **said):
    said = {"definicion": "", "pregunta": ""} | said
    provider.replies[CHAT] = 200, a_completion(json.dumps(said))


def test_a_proposal_stands_beside_the_definition_and_changes_nothing(admin, mora, provider):
    answering(provider, definicion="Retraso en el pago.")
    assert "Pedir una propuesta" in admin.get(help_of(mora)).text
    page = admin.post(help_of(mora), {"pedir": "1"}).text
    assert "no paga" in page
    assert "Retraso en el pago.</textarea>" in page
    mora.refresh_from_db()
    assert mora.definition == "no paga"


def test_a_person_takes_it_changed_or_not(admin, mora):
    sent = {"guardar": "1", "definition": "Retraso de una cuota."}
    assert admin.post(help_of(mora), sent).status_code == 302
    mora.refresh_from_db()
    assert (mora.definition, mora.synonyms) == ("Retraso de una cuota.", ["atraso", "retraso"])


def test_an_empty_definition_is_not_taken(admin, mora):
    assert admin.post(help_of(mora), {"guardar": "1", "definition": " "}).status_code == 200
    mora.refresh_from_db()
    assert mora.definition == "no paga"


def test_the_models_question_is_asked_and_its_answer_sent(admin, mora, provider):
    answering(provider, pregunta="¿Desde qué día?")
    assert "¿Desde qué día?" in admin.post(help_of(mora), {"pedir": "1"}).text
    answering(provider, definicion="Desde el cuarto día.")
    page = admin.post(help_of(mora), {"pregunta": "¿Desde qué día?", "respuesta": "el cuarto"})
    assert "Desde el cuarto día.</textarea>" in page.text
    heard = json.loads(provider.sent(CHAT)[-1]["messages"][-1]["content"])
    assert heard["respuesta"] == "el cuarto"


def test_why_there_is_no_help_is_told(admin, mora, provider):
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)
    assert "modelo de demostración" in admin.post(help_of(mora), {"pedir": "1"}).text


def test_who_may_not_write_words_gets_no_help(sign_in, mora):
    assert sign_in("trainer").get(help_of(mora)).status_code == 403


# --- fields and variables ------------------------------------------------------------------------

FIELDS = reverse("admin:rag_fielddefinition_changelist")
SYNCHRONISE = reverse("admin:rag_fielddefinition_synchronise")


def test_the_catalogue_is_synchronised_after_saying_with_what(admin, domain):
    assert "modelos_riesgo" in admin.get(SYNCHRONISE).text
    assert not FieldDefinition.objects.exists()
    page = admin.post(SYNCHRONISE, {"dominio": domain.slug}, follow=True)
    assert "campos nuevos" in page.text
    assert FieldDefinition.objects.filter(domain=domain, table="modelos_riesgo").exists()


@pytest.mark.parametrize("slug", ["tienda", "no-existe", ""])
def test_the_catalogue_of_others_is_not_synchronised(admin, slug):
    a_domain("tienda")
    assert admin.post(SYNCHRONISE, {"dominio": slug}).status_code == 404
    assert not FieldDefinition.objects.exists()


def test_who_may_not_write_fields_may_not_synchronise(sign_in, domain):
    assert sign_in("trainer").post(SYNCHRONISE, {"dominio": domain.slug}).status_code == 403


def test_a_field_that_no_prompt_may_name_is_told_beside_it(admin, domain):
    sent = {"domain": domain.pk, "table": "auth_user", "field": "email", "definition": "x"}
    page = admin.post(reverse("admin:rag_fielddefinition_add"), sent | {"position": 0})
    assert list(page.context["adminform"].form.errors) == ["table"]
    assert not FieldDefinition.objects.exists()


@pytest.mark.parametrize(("name", "kept"), [("horario", True), ("Día", False)])
def test_a_variable_has_a_name_that_a_prompt_can_hold(admin, domain, name, kept):
    sent = {"domain": domain.pk, "name": name, "description": "De 9 a 17.", "position": 0}
    admin.post(reverse("admin:rag_promptvariable_add"), sent)
    assert PromptVariable.objects.exists() is kept
