"""Rating: stored at once, undone, skipped, and nothing else starts."""

import json

import pytest
from django.urls import reverse
from django_q.models import OrmQ

from conversations.models import Conversation, Stage, Why
from finetune.models import FineTuningJob
from tests.factories import a_conversation, a_domain, a_person

SCREEN = reverse("admin:rate")
JSON = {"accept": "application/json"}
HTMX = {"hx-request": "true"}


def rate(client, row, stars, headers=None, **fields):
    url = reverse("admin:rate_one", args=[row.pk])
    return client.post(url, {"stars": stars, **fields}, headers=headers)


def on_screen(answer):
    return answer.context["conversation"]


def test_the_screen_resumes_at_the_first_without_stars(sign_in, domain):
    a_conversation(domain, stars=5)
    second, _third = a_conversation(domain), a_conversation(domain)

    answer = sign_in("rater").get(SCREEN)

    assert on_screen(answer) == second
    assert "1 de 3" in answer.content.decode()


def test_a_rating_is_stored_and_brings_the_next_in_the_same_answer(sign_in, domain):
    first, second = a_conversation(domain), a_conversation(domain)

    answer = rate(sign_in("rater"), first, 4, HTMX, feedback="bien")

    first.refresh_from_db()
    assert (first.stars, first.feedback) == (4, "bien")
    assert on_screen(answer) == second


def test_a_rating_says_how_many_are_missing_and_starts_nothing(sign_in, domain):
    rows = [a_conversation(domain, stars=5) for _ in range(3)] + [a_conversation(domain)]
    queued = OrmQ.objects.count()

    said = rate(sign_in("rater"), rows[-1], 4, JSON).json()["message"]

    assert said == "Guardada. No inicia ningún entrenamiento: faltan 6"
    assert (OrmQ.objects.count(), FineTuningJob.objects.count()) == (queued, 0)


def test_a_rating_says_when_there_are_enough(sign_in, domain):
    rows = [a_conversation(domain, stars=5) for _ in range(10)]

    said = rate(sign_in("rater"), rows[0], 5, JSON).json()["message"]

    assert said == (
        "Guardada. No inicia ningún entrenamiento: ya hay suficientes para preparar los datos."
    )


def test_zero_clears_and_the_answer_tells_what_was_there(sign_in, domain):
    row = a_conversation(domain, stars=3)

    answer = rate(sign_in("rater"), row, 0, JSON).json()

    row.refresh_from_db()
    assert row.stars is None
    assert answer["before"] == {"stars": 3, "feedback": ""}


def test_undoing_shows_the_same_exchange_again(sign_in, domain):
    first, _second = a_conversation(domain), a_conversation(domain)
    rater = sign_in("rater")
    rate(rater, first, 5, HTMX)

    answer = rate(rater, first, 0, HTMX, deshacer=1)

    first.refresh_from_db()
    assert first.stars is None
    assert on_screen(answer) == first


def test_a_click_in_the_list_keeps_the_comment(sign_in, domain):
    row = a_conversation(domain)
    Conversation.objects.filter(pk=row.pk).update(stars=4, feedback="corta")

    rate(sign_in("rater"), row, 5, JSON)

    row.refresh_from_db()
    assert (row.stars, row.feedback) == (5, "corta")


@pytest.mark.parametrize("stars", ["6", "-1", "tres", ""])
def test_other_values_are_refused(sign_in, domain, stars):
    row = a_conversation(domain)

    answer = rate(sign_in("rater"), row, stars, JSON)

    row.refresh_from_db()
    assert (answer.status_code, row.stars) == (422, None)


def test_one_that_was_thrown_out_is_refused_with_the_reason(sign_in, domain):
    row = a_conversation(domain)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.REJECTED)

    answer = rate(sign_in("rater"), row, 5, JSON)

    assert answer.status_code == 409
    assert "descartada" in answer.json()["message"]


def test_skipped_ones_come_back_last_in_the_order_they_were_skipped(sign_in, domain):
    first, second, third = (a_conversation(domain) for _ in range(3))
    rater = sign_in("rater")
    for row in (first, second):
        rater.post(reverse("admin:rate_one", args=[row.pk]), {"saltar": 1}, headers=HTMX)

    after_third = rate(rater, third, 5, HTMX)
    after_first = rate(rater, first, 5, HTMX)

    assert (on_screen(after_third), on_screen(after_first)) == (first, second)


def test_the_arrows_know_their_neighbours(sign_in, domain):
    first, second, third = (a_conversation(domain, stars=2) for _ in range(3))

    turn = sign_in("rater").get(SCREEN, {"id": second.pk}).context["turn"]

    assert (turn.previous, turn.following) == (first.pk, third.pk)


def test_an_empty_queue_tells_the_truth(sign_in, domain):
    rater = sign_in("rater")
    nothing = rater.get(SCREEN).content.decode()
    a_conversation(domain, stars=5)
    all_rated = rater.get(SCREEN).content.decode()

    assert "no hay conversaciones que calificar" in nothing
    assert "No queda ninguna sin calificar" in all_rated
    assert "faltan 9 ejemplos" in all_rated


def test_without_javascript_a_form_goes_on_to_the_next(sign_in, domain):
    first, second = a_conversation(domain), a_conversation(domain)
    rater = sign_in("rater")

    answer = rater.post(
        reverse("admin:rate_one", args=[first.pk]),
        {"stars": 4, "dominio": domain.slug},
        follow=True,
    )

    assert on_screen(answer) == second
    assert "No inicia ningún entrenamiento" in answer.content.decode()


def test_the_row_of_others_is_not_found(sign_in):
    assert rate(sign_in("rater"), a_conversation(a_domain("ajeno")), 5, JSON).status_code == 404


def test_an_auditor_does_not_rate(sign_in, domain):
    row = a_conversation(domain)

    assert rate(sign_in("auditor"), row, 5, JSON).status_code == 403


def test_a_rating_takes_as_many_queries_in_a_long_queue(
    sign_in, domain, django_assert_max_num_queries
):
    rows = [a_conversation(domain) for _ in range(3)]
    rater = sign_in("rater")
    with django_assert_max_num_queries(60) as first:
        rate(rater, rows[0], 3, HTMX)
    for _ in range(20):
        a_conversation(domain)
    with django_assert_max_num_queries(60) as then:
        rate(rater, rows[1], 3, HTMX)

    assert len(then) <= len(first)


def test_a_comment_as_long_as_a_book_is_refused_with_the_reason(sign_in, domain):
    row = a_conversation(domain)

    answer = rate(sign_in("rater"), row, 5, JSON, feedback="a" * 20_001)

    row.refresh_from_db()
    assert (answer.status_code, row.stars) == (422, None)
    assert answer.json()["message"]


def test_a_category_is_read_without_underscores(sign_in, domain):
    a_conversation(domain, category="tasas_y_plazos")

    page = sign_in("rater").get(SCREEN).content.decode()

    assert "<span>tasas y plazos</span>" in page
    assert "tasas_y_plazos" not in page


def flag(client, row):
    return client.post(reverse("admin:rate_one", args=[row.pk]), {"dato": "1"}, headers=HTMX)


def test_a_personal_datum_sends_it_to_a_reviewer_and_goes_on(sign_in, domain):
    row, then = a_conversation(domain, stars=5), a_conversation(domain)

    card = flag(sign_in("rater"), row)

    row.refresh_from_db()
    assert (row.stage, row.why, row.stars) == (Stage.NEEDS_REVIEW, Why.PERSONAL_DATA, 5)
    assert card.context["conversation"] == then
    assert "va a revisión" in card.context["said"]


def test_a_flag_is_undone_as_the_card_says(sign_in, domain):
    row, rater = a_conversation(domain), sign_in("rater")
    undo = flag(rater, row).context["undo"]

    card = rater.post(undo["url"], json.loads(undo["with"]) | {"deshacer": "1"}, headers=HTMX)

    row.refresh_from_db()
    assert (row.stage, row.why) == (Stage.APPROVED, "")
    assert card.context["conversation"] == row


def test_what_was_flagged_waits_for_the_reviewer_and_not_for_stars(sign_in, domain):
    row, rater = a_conversation(domain), sign_in("rater")
    flag(rater, row)

    assert rater.get(reverse("admin:rate")).context["conversation"] is None
    assert "ya está apartada" in flag(rater, row).context["said"]


def test_a_question_without_an_answer_is_not_offered(sign_in, domain):
    person = a_person(domain, consents=True)
    a_conversation(domain, origin="person", person=person, answer="")

    page = sign_in("rater").get(reverse("admin:rate"))

    assert page.context["conversation"] is None
    assert page.context["progress"] == {"rated": 0, "total": 0}


def test_the_automatic_score_is_shown_as_a_hint(sign_in, domain):
    row = a_conversation(domain)
    type(row).objects.filter(pk=row.pk).update(score=2, scored_at=row.created_at)

    page = sign_in("rater").get(reverse("admin:rate")).content.decode()

    assert "puntuación automática 2" in page


def test_who_took_their_consent_back_is_not_rated_any_more(sign_in, domain):
    person = a_person(domain, consents=True)
    theirs = a_conversation(domain, origin="person", person=person)
    other = a_conversation(domain)
    person.consents.create(purpose="training", granted=False, channel="test")
    rater = sign_in("rater")

    assert on_screen(rater.get(SCREEN)) == other
    assert on_screen(rater.get(SCREEN, {"id": theirs.pk})) is None
    assert rate(rater, theirs, 5, JSON).status_code == 404
