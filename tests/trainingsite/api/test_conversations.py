import json
from datetime import UTC, datetime

import pytest
from django.utils.dateparse import parse_datetime

from conversations import consent
from conversations.models import ChatRating, Conversation, Origin, Stage
from finetune.models import FineTuningJob
from tests.factories import a_client, a_conversation, a_domain, a_person
from tests.fakes import a_completion, a_model

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/ai/training"
LIST = f"{ROOT}/conversaciones"
SAID = {"pregunta": "¿Cuándo vence mi cuota?", "respuesta": "Vence el día 5 de cada mes."}
KEYS = {
    *("id", "pregunta", "respuesta", "contexto_usado", "documentos_usados", "modelo_usado"),
    *("tokens_usados", "tiempo_respuesta", "calificacion", "feedback", "usuario_id"),
    *("cliente_id", "prestamo_id", "pago_id", "cuota_id", "creado_en", "actualizado_en"),
}
FACTS = {
    "contexto_usado": "La tabla de cuotas",
    "documentos_usados": [3, 14],
    "modelo_usado": "gpt-4o-mini",
    "tokens_usados": 120,
    "tiempo_respuesta": 850,
    "cliente_id": 1,
    "prestamo_id": 2,
    "pago_id": 3,
    "cuota_id": 4,
}


@pytest.fixture
def api():
    return a_client("reviewer")


def wrong_fields(answer):
    assert answer.status_code == 422
    return set(answer.json()["error"]["details"])


# --- create -----------------------------------------------------------------------------------


def test_create_answers_with_every_key_of_the_contract(api):
    answer = api.post(LIST, SAID | FACTS)
    assert answer.status_code == 200
    shown = answer.json()["conversacion"]
    assert set(shown) == KEYS
    assert shown | SAID | FACTS | {"documentos_usados": ["3", "14"]} == shown
    assert shown["usuario_id"] == api.user.pk
    assert (shown["calificacion"], shown["feedback"]) == (None, None)
    assert parse_datetime(shown["creado_en"]).tzinfo


def test_create_needs_the_two_texts_only(api):
    shown = api.post(LIST, SAID).json()["conversacion"]
    assert shown["documentos_usados"] == []
    assert [shown[name] for name in ("contexto_usado", "tokens_usados", "cliente_id")] == [None] * 3


def test_what_staff_write_is_of_staff_approved_and_masked(api):
    api.post(LIST, SAID | {"respuesta": "Escriba a ana@example.com y le ayudan."})
    row = Conversation.objects.get()
    assert (row.origin, row.stage, row.user) == (Origin.STAFF, Stage.APPROVED, api.user)
    assert "@" not in row.answer


def test_create_takes_no_other_column(api):
    more = {"calificacion": 5, "origin": "source", "stage": "rejected", "usuario_id": 999, "id": 7}
    shown = api.post(LIST, SAID | more).json()["conversacion"]
    row = Conversation.objects.get()
    assert (row.stars, row.origin, row.stage) == (None, Origin.STAFF, Stage.APPROVED)
    assert shown["usuario_id"] == api.user.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("pregunta", it) for it in ("", "   ", None, 5, True, ["a"], {"a": 1}, "a\x00b")),
        ("pregunta", "a" * 20_001),
        *(("respuesta", it) for it in ("", " \n", None, 7)),
        *(("documentos_usados", it) for it in ("3", [0], ["a"], [1.5], 3, [2**31])),
        ("documentos_usados", list(range(1_000_000, 1_000_100))),
        ("modelo_usado", "m" * 101),
        *(("tokens_usados", it) for it in (-1, "muchos", 2**31, 1.5, True)),
        ("tiempo_respuesta", -1),
        *(("cliente_id", it) for it in ("a", 2**63)),
    ],
)
def test_create_names_the_field_that_is_wrong(api, field, value):
    assert wrong_fields(api.post(LIST, SAID | {field: value})) == {field}
    assert not Conversation.objects.exists()


def test_half_a_character_is_refused(api):
    body = r'{"pregunta": "\ud800", "respuesta": "Vence el 5.", "dominio": "prestamos"}'
    answer = api.post(LIST, data=body, content_type="application/json")
    assert wrong_fields(answer) == {"pregunta"}


def test_create_without_a_body_names_both_texts(api):
    assert wrong_fields(api.post(LIST, {})) == {"pregunta", "respuesta"}


@pytest.mark.parametrize("body", [[], "texto", 5])
def test_a_body_that_is_no_object_is_refused(api, body):
    assert api.post(LIST, body).status_code == 422


def test_a_body_that_is_no_json_is_refused(api):
    answer = api.post(LIST, data="{", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parse_error")


# --- list -------------------------------------------------------------------------------------


def on_day(day, **fields):
    return a_conversation(created_at=datetime(2026, 1, day, 12, tzinfo=UTC), **fields)


def ids(answer):
    assert answer.status_code == 200, answer.json()
    return [it["id"] for it in answer.json()["conversaciones"]]


def test_list_is_newest_first_in_pages(api):
    rows = [on_day(day).pk for day in (3, 1, 5, 2, 4)]
    newest = [rows[index] for index in (2, 4, 0, 3, 1)]
    first = api.get(LIST, {"per_page": 2})
    assert ids(first) == newest[:2]
    assert {**first.json(), "conversaciones": []} == {
        "conversaciones": [],
        "total": 5,
        "page": 1,
        "total_pages": 3,
    }
    assert ids(api.get(LIST, {"per_page": 2, "page": 3})) == newest[4:]
    assert ids(api.get(LIST, {"per_page": 2, "page": 4})) == []


def test_an_empty_list_has_no_pages(api):
    assert api.get(LIST).json() == {
        "conversaciones": [],
        "total": 0,
        "page": 1,
        "total_pages": 0,
    }


def test_rows_of_one_moment_keep_their_order_over_pages(api):
    for _ in range(4):
        on_day(1)
    found = [ids(api.get(LIST, {"per_page": 1, "page": page}))[0] for page in (1, 2, 3, 4)]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(("asked", "stars"), [("true", [5]), ("false", [None]), ("1", [5])])
def test_list_filters_by_rating(api, asked, stars):
    a_conversation(stars=5)
    a_conversation()
    found = api.get(LIST, {"con_calificacion": asked}).json()["conversaciones"]
    assert [it["calificacion"] for it in found] == stars


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"fecha_desde": "2026-01-02"}, [3, 2]),
        ({"fecha_hasta": "2026-01-02"}, [2, 1]),
        ({"fecha_desde": "2026-01-02", "fecha_hasta": "2026-01-02"}, [2]),
        ({"fecha_desde": "2026-01-02T12:00:00Z"}, [3, 2]),
        ({"fecha_desde": "2026-01-02T12:00:01+00:00"}, [3]),
        ({"fecha_desde": "2026-01-03", "fecha_hasta": "2026-01-01"}, []),
        ({"fecha_hasta": "9999-12-30", "fecha_desde": "0001-01-01"}, [3, 2, 1]),
    ],
)
def test_list_filters_by_date_and_a_day_is_a_whole_day(api, query, days):
    rows = {day: on_day(day).pk for day in (1, 2, 3)}
    assert ids(api.get(LIST, query)) == [rows[day] for day in days]


def test_a_day_is_one_of_the_sites_zone(api):
    late = a_conversation(created_at=datetime(2026, 1, 3, 4, 59, tzinfo=UTC))  # still the 2nd
    assert ids(api.get(LIST, {"fecha_hasta": "2026-01-02"})) == [late.pk]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("page", it) for it in ("0", "-1", "uno", "1.5", "9" * 30)),
        *(("per_page", it) for it in ("0", "101", "x")),
        ("con_calificacion", "quizás"),
        *(("fecha_desde", it) for it in ("ayer", "2026-02-30", "2026-01-01T25:00:00Z", "1")),
        *(("fecha_hasta", it) for it in ("31/12/2026", "9999-12-31")),
    ],
)
def test_list_names_the_parameter_that_is_wrong(api, field, value):
    assert wrong_fields(api.get(LIST, {field: value})) == {field}


def test_list_ignores_parameters_that_it_does_not_know(api):
    a_conversation()
    assert len(ids(api.get(LIST, {"sort_by": "id; DROP TABLE", "ordering": "-x"}))) == 1


def test_list_takes_the_same_queries_for_one_row_and_for_many(api, django_assert_num_queries):
    for rows in (1, 30):
        for _ in range(rows):
            a_conversation()
        with django_assert_num_queries(6):  # token, two of rights, domain, count, page
            assert api.get(LIST).status_code == 200


# --- one --------------------------------------------------------------------------------------


def test_one_conversation_is_shown(api):
    row = a_conversation()
    shown = api.get(f"{LIST}/{row.pk}").json()["conversacion"]
    assert (set(shown), shown["pregunta"]) == (KEYS, row.question)


def test_put_replaces_both_texts_and_only_what_is_given(api):
    pk = api.post(LIST, SAID | FACTS).json()["conversacion"]["id"]
    new = {"pregunta": "¿Otra?", "respuesta": "Otra respuesta.", "modelo_usado": None}
    shown = api.put(f"{LIST}/{pk}", new).json()["conversacion"]
    assert (shown["pregunta"], shown["respuesta"]) == ("¿Otra?", "Otra respuesta.")
    assert shown["contexto_usado"] == FACTS["contexto_usado"]
    assert shown["modelo_usado"] == FACTS["modelo_usado"]
    assert shown["documentos_usados"] == ["3", "14"]


def test_put_of_other_words_takes_the_stars_back_and_keeps_the_history(api):
    row = a_conversation()
    api.post(f"{LIST}/{row.pk}/calificar", {"calificacion": 5, "feedback": "Bien"})
    shown = api.put(f"{LIST}/{row.pk}", SAID | {"calificacion": 4}).json()["conversacion"]
    assert (shown["calificacion"], shown["feedback"]) == (None, None)
    assert list(row.ratings.order_by("pk").values_list("stars", flat=True)) == [5, None]


def test_put_needs_both_texts(api):
    row = a_conversation()
    assert wrong_fields(api.put(f"{LIST}/{row.pk}", {"pregunta": "¿Otra?"})) == {"respuesta"}
    row.refresh_from_db()
    assert row.question != "¿Otra?"


def test_put_of_the_words_of_someone_who_took_consent_back_is_refused(api):
    person = a_person(consents=True)
    row = a_conversation(origin=Origin.PERSON, person=person)
    consent.withdraw(person, channel="web")
    answer = api.put(f"{LIST}/{row.pk}", SAID)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "no_consent")


def test_delete_removes_the_row_and_its_ratings():
    api, row = a_client("admin"), a_conversation(stars=4)
    assert set(api.delete(f"{LIST}/{row.pk}").json()) == {"mensaje"}
    assert api.get(f"{LIST}/{row.pk}").status_code == 404


# --- rate -------------------------------------------------------------------------------------


def test_rating_stores_the_stars_and_starts_nothing(api):
    row = a_conversation()
    answer = api.post(f"{LIST}/{row.pk}/calificar", {"calificacion": 5, "feedback": "Muy bien"})
    assert answer.status_code == 200
    shown = answer.json()["conversacion"]
    assert (set(shown), shown["calificacion"], shown["feedback"]) == (KEYS, 5, "Muy bien")
    assert not FineTuningJob.objects.exists()


def test_rating_again_overwrites(api):
    row = a_conversation()
    for stars, feedback in ((2, "Falta algo"), (4, None)):
        body = {"calificacion": stars, "feedback": feedback}
        shown = api.post(f"{LIST}/{row.pk}/calificar", body).json()["conversacion"]
    assert (shown["calificacion"], shown["feedback"]) == (4, None)


@pytest.mark.parametrize("stars", [0, 6, -1, 4.5, "cinco", "", None, True, [5], 10**20])
def test_stars_outside_one_to_five_are_refused(api, stars):
    row = a_conversation()
    answer = api.post(f"{LIST}/{row.pk}/calificar", {"calificacion": stars})
    assert wrong_fields(answer) == {"calificacion"}
    row.refresh_from_db()
    assert row.stars is None


def test_rating_without_stars_or_with_a_number_for_a_comment_is_refused(api):
    row = a_conversation()
    assert wrong_fields(api.post(f"{LIST}/{row.pk}/calificar", {})) == {"calificacion"}
    body = {"calificacion": 5, "feedback": 3}
    assert wrong_fields(api.post(f"{LIST}/{row.pk}/calificar", body)) == {"feedback"}


def test_what_was_thrown_out_is_a_conflict(api):
    row = a_conversation()
    Conversation.objects.update(stage=Stage.REJECTED)
    assert api.post(f"{LIST}/{row.pk}/calificar", {"calificacion": 5}).status_code == 409


# --- improve ----------------------------------------------------------------------------------


def test_improving_answers_with_drafts_and_stores_nothing(api, provider):
    better = {
        "pregunta_mejorada": "¿Cuándo vence mi cuota?",
        "respuesta_mejorada": "El día 5.",
        "mejoras_aplicadas": ["Ortografía"],
    }
    provider.replies["POST /chat/completions"] = 200, a_completion(json.dumps(better))
    answer = api.post(f"{LIST}/mejorar", {"pregunta": "cuando bence", "respuesta": "el 5"})
    assert (answer.status_code, answer.json()) == (200, better)
    assert not Conversation.objects.exists()


def test_with_the_demonstration_model_the_originals_come_back(api, provider):
    provider.replies["GET /models/base-model"] = 200, a_model("base-model", demonstration=True)
    answer = api.post(f"{LIST}/mejorar", {"respuesta": "el 5"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["pregunta_mejorada"], found["respuesta_mejorada"]) == ("", "el 5")
    assert "demostración" in found["mejoras_aplicadas"][0]


@pytest.mark.parametrize("body", [{}, {"pregunta": "", "respuesta": " "}, {"pregunta": None}])
def test_improving_nothing_is_a_bad_request(api, body):
    answer = api.post(f"{LIST}/mejorar", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "nothing_to_improve")


def test_improving_a_number_is_refused(api):
    assert wrong_fields(api.post(f"{LIST}/mejorar", {"pregunta": 5})) == {"pregunta"}


def test_improving_while_the_provider_is_away_says_so(api, provider):
    provider.replies["GET /models/base-model"] = 503, {"error": {"message": "loading"}}
    answer = api.post(f"{LIST}/mejorar", {"pregunta": "cuando bence"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "provider_unavailable")


# --- collect ----------------------------------------------------------------------------------


def test_collecting_says_what_it_did(api):
    type(api.user).objects.filter(pk=api.user.pk).update(email="ana@example.com")
    a_conversation()
    for email in ("ana@example.com", None):
        ChatRating.objects.create(
            domain=a_domain(),
            question="¿Y eso?",
            answer="Es así.",
            thumb="arriba",
            user_email=email,
        )
    answer = api.post(f"{ROOT}/recolectar-automatico")
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"total_recolectadas", "total_existentes", "mensaje"}
    assert (found["total_recolectadas"], found["total_existentes"]) == (1, 1)
    assert "consentimiento" in found["mensaje"]
    again = api.post(f"{ROOT}/recolectar-automatico").json()
    assert (again["total_recolectadas"], again["total_existentes"]) == (0, 2)
