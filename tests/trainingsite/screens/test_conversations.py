"""The conversations list: stars, filters, the three actions, writing and editing."""

import pytest
from django.urls import reverse

from conversations.models import Conversation, Origin, Stage
from core.models import AuditEvent
from tests.factories import a_conversation, a_domain

LIST = reverse("admin:conversations_conversation_changelist")


def act(client, action, rows):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, chosen)


def told(answer):
    return [str(it) for it in answer.context["messages"]]


def shown(client, **asked):
    return [row.pk for row in client.get(LIST, asked).context["cl"].result_list]


def test_the_list_takes_as_many_queries_for_one_row_as_for_thirty(
    sign_in, domain, django_assert_max_num_queries
):
    a_conversation(domain)
    rater = sign_in("rater")
    with django_assert_max_num_queries(40) as first:
        rater.get(LIST)
    for _ in range(30):
        a_conversation(domain, stars=4)
    with django_assert_max_num_queries(40) as then:
        rater.get(LIST)

    assert len(then) == len(first)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"calificacion": "no"}, {"none"}),
        ({"calificacion": "si"}, {"four", "five"}),
        ({"calificacion": "4"}, {"four"}),
        ({"stage__exact": "rejected"}, {"five"}),
        ({"categoria": "pagos"}, {"four"}),
        ({"q": "garante"}, {"none"}),
    ],
)
def test_filters_and_search(sign_in, domain, asked, expected):
    rows = {
        "none": a_conversation(domain, question="¿Quién puede ser mi garante?"),
        "four": a_conversation(domain, stars=4, category="pagos"),
        "five": a_conversation(domain, stars=5),
    }
    Conversation.objects.filter(pk=rows["five"].pk).update(stage=Stage.REJECTED)
    domain.texts = {"categories": [{"name": "pagos", "words": ["pago"]}]}
    domain.save()

    assert set(shown(sign_in("rater"), **asked)) == {rows[it].pk for it in expected}


def test_who_may_not_rate_sees_stars_without_buttons(sign_in, domain):
    a_conversation(domain, stars=3)

    page = sign_in("auditor").get(LIST).content.decode()

    assert "★★★☆☆" in page
    assert "ts-stars" not in page


def test_calificar_opens_the_screen_with_the_selection_only(sign_in, domain):
    a_conversation(domain)
    chosen = a_conversation(domain)
    rater = sign_in("rater")

    screen = rater.get(act(rater, "rate", [chosen]).url)

    assert screen.context["conversation"] == chosen
    assert screen.context["progress"] == {"rated": 0, "total": 1}


def test_preparar_refuses_two_domains_and_says_what_was_not_done(sign_in, domain, boss):
    rows = [a_conversation(domain, stars=5), a_conversation(a_domain("otro"), stars=5)]

    answer = boss.get(act(boss, "prepare", rows).url)

    assert told(answer) == [
        "Elija conversaciones de un solo dominio. No se preparó ni se inició nada."
    ]


def test_preparar_previews_the_selection(sign_in, domain):
    rows = [a_conversation(domain, stars=5) for _ in range(3)]
    a_conversation(domain, stars=5)
    trainer = sign_in("trainer")

    preview = trainer.get(act(trainer, "prepare", rows).url)

    assert preview.context["chosen"] == 3
    assert preview.context["missing"] == 7


def test_raters_have_no_training_actions(sign_in, domain):
    row = a_conversation(domain, stars=5)
    rater = sign_in("rater")

    offered = dict(rater.get(LIST).context["action_form"].fields["action"].choices)

    assert "rate" in offered
    assert not {"prepare", "start"} & offered.keys()
    assert act(rater, "start", [row]).status_code == 302


def test_a_written_conversation_is_of_staff_and_anonymised(sign_in, domain):
    reviewer = sign_in("reviewer")
    reviewer.post(
        reverse("admin:conversations_conversation_add"),
        {"domain": domain.pk, "question": "Soy ana@example.com, ¿abren hoy?", "answer": "Sí."},
    )

    row = Conversation.objects.get()
    assert (row.origin, row.user) == (Origin.STAFF, reviewer.user)
    assert "ana@example.com" not in row.question


def test_editing_a_rated_text_clears_its_stars_and_says_so(sign_in, domain):
    row, reviewer = a_conversation(domain, stars=5), sign_in("reviewer")
    url = reverse("admin:conversations_conversation_change", args=[row.pk])

    inline = {"ratings-TOTAL_FORMS": 0, "ratings-INITIAL_FORMS": 0}
    texts = {"question": row.question, "answer": "Otra."}

    answer = reviewer.post(url, texts | inline, follow=True)

    row.refresh_from_db()
    assert (row.answer, row.stars) == ("Otra.", None)
    assert any("la calificación se borró" in it for it in told(answer))


def test_deleting_is_written_down(sign_in, domain):
    row, reviewer = a_conversation(domain), sign_in("reviewer")

    reviewer.post(
        reverse("admin:conversations_conversation_delete", args=[row.pk]), {"post": "yes"}
    )

    assert not Conversation.objects.exists()
    assert AuditEvent.objects.filter(subject_id=str(row.pk)).exists()


def test_what_people_wrote_is_escaped(sign_in, domain):
    a_conversation(domain, question="<script>alert(1)</script> hola", answer='"><img src=x>')
    rater = sign_in("rater")

    for page in (rater.get(LIST), rater.get(reverse("admin:rate"))):
        assert b"<script>alert(1)" not in page.content
        assert b"<img src=x>" not in page.content
