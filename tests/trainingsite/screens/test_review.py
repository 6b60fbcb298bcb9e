"""The reviewers' lists and page: what waits, what was thrown out, and deciding about it."""

import pytest
from django.urls import reverse

from conversations import review
from conversations.models import Conversation, Label, ReviewClaim, Stage, Why
from rag import documents, indexing
from rag.models import Turn
from tests.factories import a_conversation, a_domain, a_label, a_person, a_user

LIST = reverse("admin:conversations_toreview_changelist")
REJECTED = reverse("admin:conversations_rejected_changelist")
SCREENED = reverse("admin:conversations_screenedout_changelist")
TRADE = {
    "intents": [{"name": "pricing"}, {"name": "proforma"}],
    "fields": [{"name": "product", "kinds": ["product"]}, {"name": "size", "kinds": ["size"]}],
}
PAYLOAD = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


@pytest.fixture
def trade(domain):
    domain.texts = TRADE
    domain.save()
    for kind, code in (("product", "HLSO"), ("size", "16/20"), ("size", "21/25")):
        domain.catalogue.create(kind=kind, code=code, name=code)
    return domain


@pytest.fixture
def reviewer(sign_in):
    return sign_in("reviewer")


def waiting(domain, confidence=0.5, *, question="¿A cuánto el HLSO 16/20?", label=(), **fields):
    """An exchange as the pipeline leaves one that a person must look at."""
    row = a_conversation(domain, question=question)
    a_label(row, confidence=confidence, **dict(label))
    known = {"confidence": confidence, "stage": Stage.NEEDS_REVIEW, "why": Why.REVIEWER}
    Conversation.objects.filter(pk=row.pk).update(**known | fields)
    row.refresh_from_db()
    return row


def sampled(domain):
    return waiting(domain, 0.97, stage=Stage.APPROVED, why="", sampled=True)


def shown(client, url=LIST, **asked):
    return [row.pk for row in client.get(url, asked).context["cl"].result_list]


def act(client, action, rows, url=LIST, **also):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url, chosen | also)


def one(row):
    return reverse("admin:review_one", args=[row.pk])


def decide(client, row, decision, **also):
    form = {"question": row.question, "answer": row.answer, "intent": "pricing"}
    label = row.labels.filter(current=True).first()
    fields = {name: value or "" for name, value in label.fields.items()} if label else {}
    return client.post(one(row), form | fields | {"accion": decision} | also, follow=True)


def told(answer):
    return [str(it) for it in answer.context["messages"]]


def stage(row):
    row.refresh_from_db()
    return row.stage, row.why


def test_the_least_certain_come_first(trade, reviewer):
    rows = [waiting(trade, sure) for sure in (0.8, 0.2, 0.6)]

    assert shown(reviewer) == [rows[1].pk, rows[2].pk, rows[0].pk]


def test_what_nobody_asked_a_person_about_is_not_there(trade, reviewer):
    a_conversation(trade)
    waiting(trade, stage=Stage.REJECTED)
    waiting(a_domain("ajeno"))

    assert shown(reviewer) == []


def test_what_was_said_before_a_withdrawal_is_not_there(trade, reviewer):
    person = a_person(trade, consents=True)
    row = a_conversation(trade, origin="person", person=person)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.NEEDS_REVIEW)
    before = shown(reviewer)
    person.consents.create(purpose="training", granted=False, channel="test")

    assert (before, shown(reviewer)) == ([row.pk], [])


def test_entities_masks_and_confidences_are_marked(trade, reviewer):
    question, masked = (f"Soy {it}, ¿a cuánto el HLSO?" for it in ("ana@example.com", "[EMAIL]"))
    start = masked.index("HLSO")
    entities = [[start, start + 4, "product", "HLSO"]]
    row = waiting(trade, 0.62, question=question, label={"entities": entities})

    for page in (reviewer.get(LIST), reviewer.get(one(row))):
        text = page.content.decode()
        assert '<mark class="ts-mark ts-is-product" title="producto: HLSO">HLSO</mark>' in text
        assert '<mark class="ts-mark ts-is-email" title="correo">[EMAIL]</mark>' in text
        assert "ts-share ts-band-1" in text
        assert "62 %" in text


def test_errors_say_the_nearest_value_that_would_do(trade, reviewer):
    error = {"code": "out_of_range", "field": "size", "message": "No puede ser.", "nearest": 20.0}
    row = waiting(trade, label={"qa_passed": False, "qa_errors": [error]})

    assert "talla: No puede ser. Lo más cercano: 20." in reviewer.get(LIST).content.decode()
    size = next(it for it in reviewer.get(one(row)).context["boxes"] if it["box"].name == "size")
    assert size["errors"] == ["No puede ser. Lo más cercano: 20."]


def test_what_is_missing_is_said_at_once_in_the_list_and_beside_each_box(trade, reviewer):
    missing = [{"code": "missing_field", "field": it} for it in ("product", "size")]
    row = waiting(trade, label={"qa_passed": False, "qa_errors": missing, "fields": {}})

    page = reviewer.get(one(row))

    assert "Falta: producto, talla." in reviewer.get(LIST).content.decode()
    assert page.content.decode().count(">Falta.<") == 2
    assert page.context["errors"] == []


def test_an_error_of_no_box_stands_above_them(trade, reviewer):
    error = {"code": "price_out_of_range", "field": "price", "message": "Ese precio no."}
    row = waiting(trade, label={"qa_passed": False, "qa_errors": [error]})

    assert reviewer.get(one(row)).context["errors"] == ["precio: Ese precio no."]


def test_intents_are_called_as_the_domain_calls_them(trade, reviewer):
    trade.texts = TRADE | {"intents": [{"name": "pricing", "title": "consulta de precio"}]}
    trade.save()
    known, unread = waiting(trade), waiting(trade, label={"intent": ""})

    listed = reviewer.get(LIST).content.decode()
    chosen = reviewer.get(one(known)).context["form"]["intent"]

    assert "<b>intención</b> consulta de precio" in listed
    assert "<b>intención</b> sin reconocer" in listed
    assert ("pricing", "consulta de precio") in chosen.field.choices
    assert reviewer.get(one(unread)).context["form"]["intent"].value() == ""


def test_the_blind_sample_looks_like_the_others_that_are_not_told(trade, reviewer):
    blind = sampled(trade)
    flagged = waiting(trade, 0.97, why=Why.PERSONAL_DATA)

    listed = reviewer.get(LIST).content.decode()
    pages = [reviewer.get(one(row)).content.decode() for row in (blind, flagged)]

    assert listed.count("por confirmar</span>") == 2
    assert all("97 %" not in page for page in (listed, *pages))
    assert all('<span class="ts-badge">Por revisar</span>' in page for page in pages)


def test_of_some_unsure_ones_nothing_is_told_either(trade, reviewer):
    blind = sampled(trade)
    unsure = [waiting(trade, 0.61, why=Why.LOW_CONFIDENCE) for _ in range(30)]

    rows = {it.pk: it for it in reviewer.get(LIST, {"all": ""}).context["cl"].result_list}
    decoys = [row for row in unsure if rows[row.pk].told is None]
    low = shown(reviewer, all="", por_que="low_confidence")
    hidden = shown(reviewer, all="", confianza="oculta")

    assert 1 <= len(decoys) <= 15
    assert not {blind.pk, *(row.pk for row in decoys)} & set(low)
    assert set(hidden) == {blind.pk, *(row.pk for row in decoys)}
    page = reviewer.get(one(decoys[0])).content.decode()
    assert "61 %" not in page
    assert "confianza baja" not in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"confianza": "<50"}, {"low"}),
        ({"confianza": "70-85"}, {"high"}),
        ({"confianza": "oculta"}, {"blind"}),
        ({"por_que": "reviewer"}, {"low"}),
        ({"por_que": "new_answer"}, {"high"}),
        ({"intencion": "proforma"}, {"high"}),
        ({"calidad": "no"}, {"low"}),
        ({"q": "atún"}, {"low"}),
        ({"estado": "aprobadas"}, {"done"}),
    ],
)
def test_filters(trade, reviewer, asked, expected):
    rows = {
        "low": waiting(trade, 0.3, question="¿Y el atún?", label={"qa_passed": False}),
        "high": waiting(trade, 0.8, why=Why.NEW_ANSWER, label={"intent": "proforma"}),
        "blind": sampled(trade),
        "done": waiting(trade, 0.9, stage=Stage.APPROVED, why=""),
    }

    assert set(shown(reviewer, **asked)) == {rows[it].pk for it in expected}


def test_the_list_takes_as_many_queries_for_one_row_as_for_thirty(
    trade, reviewer, django_assert_max_num_queries
):
    waiting(trade)
    with django_assert_max_num_queries(40) as first:
        reviewer.get(LIST)
    for number in range(24):
        row = waiting(trade, 0.4 + number / 100)
        ReviewClaim.objects.create(
            conversation=row, user=reviewer.user, until="2100-01-01T00:00:00Z"
        )
    with django_assert_max_num_queries(40) as then:
        reviewer.get(LIST)

    assert len(then) == len(first)


def test_approving_shows_every_text_before(trade, reviewer):
    rows = [waiting(trade, 0.8), waiting(trade, 0.3)]

    page = act(reviewer, "approve", rows)

    assert [it["row"].pk for it in page.context["rows"]] == [rows[1].pk, rows[0].pk]
    assert all(row.answer in page.content.decode() for row in rows)
    assert stage(rows[0]) == (Stage.NEEDS_REVIEW, Why.REVIEWER)


def test_approving_after_reading_approves(trade, reviewer):
    rows = [waiting(trade), sampled(trade)]

    answer = reviewer.get(act(reviewer, "approve", rows, confirmado="1").url)

    assert told(answer) == ["2 aprobadas."]
    assert [stage(row) for row in rows] == [(Stage.APPROVED, "")] * 2
    assert {row.reviewed_by for row in rows} == {reviewer.user}


def test_more_than_a_person_reads_are_not_approved_at_once(trade, reviewer, monkeypatch):
    monkeypatch.setattr("trainingsite.admin.review_actions.AT_ONCE", 1)
    rows = [waiting(trade), waiting(trade)]

    answer = reviewer.get(act(reviewer, "approve", rows).url)

    assert told(answer) == ["Elija hasta 1: antes de aprobarlas se leen todas."]


def test_rejecting_and_reading_again(trade, reviewer):
    rejected, again = waiting(trade), waiting(trade, 0.4)
    act(reviewer, "reject", [rejected])
    answer = reviewer.get(act(reviewer, "reanalyse", [again]).url)

    assert stage(rejected) == (Stage.REJECTED, Why.REVIEWER)
    assert told(answer)[-1] == "1 leída otra vez."
    assert again.labels.count() == 2


def test_one_refusal_stops_no_other_and_is_told(trade, reviewer):
    free, held = waiting(trade), waiting(trade)
    other = a_user()
    ReviewClaim.objects.create(conversation=held, user=other, until="2100-01-01T00:00:00Z")

    answer = reviewer.get(act(reviewer, "reject", [free, held]).url)

    assert told(answer) == ["1 rechazada.", f"1 × La está revisando {other.username}."]
    assert stage(held)[0] == Stage.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("url", "left"), [(REJECTED, Stage.REJECTED), (SCREENED, Stage.SCREENED_OUT)]
)
def test_what_was_thrown_out_can_be_reviewed_again(trade, reviewer, url, left):
    row = waiting(trade, stage=left, why=Why.QA if left == Stage.REJECTED else Why.GREETING)
    waiting(trade)
    listed = shown(reviewer, url)
    act(reviewer, "review_again", [row], url)

    assert listed == [row.pk]
    assert stage(row) == (Stage.NEEDS_REVIEW, Why.REVIEWER)


def test_the_rejected_show_what_is_wrong_and_the_screened_out_why(trade, reviewer):
    error = {"code": "unknown_value", "field": "size", "message": "No hay 17/20."}
    label = {"qa_passed": False, "qa_errors": [error]}
    waiting(trade, stage=Stage.REJECTED, why=Why.QA, label=label)
    waiting(trade, stage=Stage.SCREENED_OUT, why=Why.GREETING)

    assert "talla: No hay 17/20." in reviewer.get(REJECTED).content.decode()
    assert "solo saluda" in reviewer.get(SCREENED).content.decode()


def test_approved_ones_are_sent_back_from_the_conversations_list(trade, reviewer):
    row = waiting(trade, 0.9, stage=Stage.APPROVED, why="")
    act(reviewer, "send_back", [row], reverse("admin:conversations_conversation_changelist"))

    assert stage(row) == (Stage.NEEDS_REVIEW, Why.REVIEWER)


@pytest.mark.parametrize("role", ["rater", "trainer", "auditor", "bot"])
def test_who_may_not_review_sees_none_of_it(trade, sign_in, role):
    row, client = waiting(trade), sign_in(role)
    for url in (LIST, REJECTED, SCREENED, one(row)):
        assert client.get(url).status_code == 403
    assert decide(client, row, "aprobar").status_code == 403
    assert stage(row)[0] == Stage.NEEDS_REVIEW


def test_what_is_of_another_domain_is_not_there(reviewer):
    row = waiting(a_domain("ajeno"))

    assert reviewer.get(one(row)).status_code == 404
    assert decide(reviewer, row, "aprobar").status_code == 404


# --- the page of one -------------------------------------------------------------------------


def test_opening_keeps_it_for_who_opened_it(trade, reviewer, sign_in):
    row, late = waiting(trade), sign_in("reviewer")
    reviewer.get(one(row))

    page = late.get(one(row))
    assert page.context["held"] == f"La está revisando {reviewer.user.username}."
    assert 'value="aprobar"' not in page.content.decode()
    assert f"En revisión por {reviewer.user.username}" in late.get(LIST).content.decode()
    assert decide(late, row, "aprobar").status_code == 200
    assert stage(row)[0] == Stage.NEEDS_REVIEW


def test_the_open_page_says_that_it_lives(trade, reviewer, sign_in):
    row = waiting(trade)
    url = reverse("admin:review_heartbeat", args=[row.pk])
    reviewer.get(one(row))

    assert reviewer.post(url).status_code == 200
    assert sign_in("reviewer").post(url).status_code == 409


def test_approving_goes_on_to_the_next_and_can_be_undone_from_there(trade, reviewer):
    first, then = waiting(trade, 0.3), waiting(trade, 0.6)

    page = decide(reviewer, first, "aprobar", notas="Bien leída")

    assert page.request["PATH_INFO"] == one(then)
    assert page.context["done"] == first
    assert stage(first) == (Stage.APPROVED, "")
    assert first.reviews.get().notes == "Bien leída"
    reviewer.post(one(first), {"accion": "deshacer"})
    assert stage(first) == (Stage.NEEDS_REVIEW, Why.REVIEWER)


def test_undoing_is_offered_to_who_decided_while_it_stands(trade, reviewer, sign_in):
    row = waiting(trade)
    decide(reviewer, row, "aprobar")
    mine, others = (it.get(one(row)).context["undoable"] for it in (reviewer, sign_in("reviewer")))
    decide(reviewer, row, "deshacer")

    assert (mine, others) == (True, False)
    assert not reviewer.get(one(row)).context["undoable"]


def test_the_last_one_leads_to_the_list(trade, reviewer):
    row = waiting(trade)

    page = decide(reviewer, row, "rechazar")

    assert page.request["PATH_INFO"] == LIST
    assert told(page) == [f'<a href="{one(row)}">N.º {row.pk}</a>: rechazada.']


def test_skipping_leaves_it_to_others(trade, reviewer):
    row, then = waiting(trade, 0.3), waiting(trade, 0.6)
    reviewer.get(one(row))

    page = decide(reviewer, row, "saltar")

    assert page.request["PATH_INFO"] == one(then)
    assert not ReviewClaim.objects.filter(conversation=row).exists()


def test_a_correction_is_a_new_label_by_the_person(trade, reviewer):
    row = waiting(trade)

    decide(reviewer, row, "corregir", size="21/25", intent="proforma")

    label = row.labels.get(current=True)
    assert (label.by, label.intent) == (reviewer.user.username, "proforma")
    assert label.fields == {"product": "HLSO", "size": "21/25"}
    assert stage(row)[0] == Stage.NEEDS_REVIEW
    assert "Lectura 1" in reviewer.get(one(row)).content.decode()


def test_approving_keeps_the_correction_that_was_typed(trade, reviewer):
    row = waiting(trade)
    decide(reviewer, row, "aprobar", size="")

    assert row.labels.get(current=True).fields["size"] is None
    assert stage(row) == (Stage.APPROVED, "")


def test_approving_what_was_not_touched_makes_no_new_label(trade, reviewer):
    row = waiting(trade)
    decide(reviewer, row, "aprobar")

    assert Label.objects.get(conversation=row).by == ""


def test_a_number_that_was_left_alone_is_no_correction(trade, reviewer):
    trade.texts = TRADE | {"fields": [{"name": "glaseo_percentage", "measure": "%"}]}
    trade.save()
    row = waiting(trade, label={"fields": {"glaseo_percentage": 20.0}})
    given = reviewer.get(one(row)).context["form"]["glaseo_percentage"].value()

    decide(reviewer, row, "aprobar", glaseo_percentage=str(given))

    assert given == 20
    assert Label.objects.get(conversation=row).by == ""


def test_texts_are_corrected_and_anonymised(trade, reviewer):
    row = waiting(trade)
    decide(reviewer, row, "corregir", answer="Escriba a ana@example.com.")

    row.refresh_from_db()
    assert row.answer == "Escriba a [EMAIL]."


def test_marks_stand_right_after_an_edit_on_another_page(trade, reviewer):
    row = waiting(trade, label={"entities": [[11, 15, "product", "HLSO"]]})
    url = reverse("admin:conversations_conversation_change", args=[row.pk])
    inline = {"ratings-TOTAL_FORMS": 0, "ratings-INITIAL_FORMS": 0}
    texts = {"question": "¿Y el HLSO de hoy?", "answer": row.answer}
    reviewer.post(url, texts | inline)

    assert '">HLSO</mark> de hoy' in reviewer.get(one(row)).content.decode()


def test_a_question_cannot_be_emptied(trade, reviewer):
    row = waiting(trade)
    page = decide(reviewer, row, "corregir", question=" ")

    assert page.context["form"].errors.keys() == {"question"}
    assert "<details open>" in page.content.decode()


def test_an_approved_one_is_read_and_sent_back_from_its_page(trade, reviewer):
    row = waiting(trade, 0.9, stage=Stage.APPROVED, why="")

    page = reviewer.get(one(row)).content.decode()
    decide(reviewer, row, "devolver")

    assert "90 %" in page
    assert 'value="aprobar"' not in page
    assert stage(row) == (Stage.NEEDS_REVIEW, Why.REVIEWER)


def test_a_word_that_no_button_says_does_nothing(trade, reviewer):
    row = waiting(trade)

    assert decide(reviewer, row, "borrarlo todo").status_code == 200
    assert stage(row) == (Stage.NEEDS_REVIEW, Why.REVIEWER)


def test_an_answer_that_has_not_come_is_told(trade, reviewer):
    person = a_person(trade, consents=True)
    row = a_conversation(trade, origin="person", person=person, answer="")
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.NEEDS_REVIEW)

    for url in (LIST, one(row), reverse("admin:conversations_conversation_changelist")):
        assert "(sin respuesta todavía)" in reviewer.get(url).content.decode()


def test_what_people_and_labellers_wrote_is_escaped(trade, reviewer):
    error = {"code": "x", "field": PAYLOAD, "message": PAYLOAD, "expected": 1, "nearest": PAYLOAD}
    row = waiting(
        trade,
        question=f"HLSO {PAYLOAD}",
        label={
            "intent": PAYLOAD[:50],
            "fields": {"size": PAYLOAD, PAYLOAD: PAYLOAD},
            "confidences": {"size": PAYLOAD},
            "entities": [[0, 4, PAYLOAD, PAYLOAD]],
            "qa_passed": False,
            "qa_errors": [error],
        },
    )
    row.reviews.create(action="flag", by="ana", notes=PAYLOAD, before={})
    a_label(row, number=9, current=False, fields={PAYLOAD: PAYLOAD})

    pages = [
        reviewer.get(LIST),
        reviewer.get(one(row)),
        act(reviewer, "approve", [row]),
        reviewer.get(reverse("admin:conversations_conversation_change", args=[row.pk])),
    ]

    for page in pages:
        assert page.status_code == 200
        assert b"<img src=x" not in page.content
        assert b"<script>alert" not in page.content


def test_a_thumb_down_shows_its_reason_the_model_and_the_passages_it_answered_from(trade, reviewer):
    row = waiting(trade)
    document = documents.add_text(trade, title="Lista", text="HLSO 16/20 a 8,64.", by="ana")
    indexing.index(document)
    turn = Turn.objects.create(
        domain=trade, conversation=row, channel="chat", source="model", model="ft:gambas:3"
    )
    turn.chunks.set(document.chunks.all())
    review.complain(row, by="cliente", reason="Ese precio es viejo.")
    text = reviewer.get(one(row)).content.decode()
    for said in ("Ese precio es viejo.", "ft:gambas:3", "Lista", "HLSO 16/20 a 8,64."):
        assert said in text
    assert reverse("admin:rag_turn_change", args=[turn.pk]) in text
