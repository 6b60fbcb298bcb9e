"""Thumbs in the admin: the list with its figures, the page of one, and what is done there."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from conversations import consent
from conversations.models import ChatRating, Conversation, Thumb
from core.models import AuditEvent
from rag import documents, feedback, indexing
from rag.assistant import answer
from rag.feedback import Rated
from rag.models import Audience, Correction, DictionaryTerm, Document, Turn
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

LIST = reverse("admin:conversations_chatrating_changelist")
QUESTION, HOURS, RIGHT = (
    "¿A qué hora abre la oficina?",
    "La oficina abre a las once.",
    "A las nueve.",
)


@pytest.fixture(autouse=True)
def model(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("A las once [1].")


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


def a_document(domain, text=HOURS, **fields):
    document = documents.add_text(domain, title=text[:20], text=text, by="ana", **fields)
    indexing.index(document)
    return document


def a_thumb(domain, value=Thumb.DOWN, *, user=None, reason="Abre antes.", **fields):
    """A thumb on an answer that the bot gave."""
    user = user or a_user(domain=domain, email="eva@example.com")
    reply = answer(domain, QUESTION, by=user)
    rated = Rated(domain, user=user, turn=reply.turn, conversation=reply.conversation)
    row = feedback.thumb(rated, value, reason=reason)
    ChatRating.objects.filter(pk=row.pk).update(**fields)
    return row


def one(row):
    return reverse("admin:conversations_chatrating_change", args=[row.pk])


def process(client, row, **form):
    return client.post(one(row), {"correction": row.answer, **form}, follow=True)


def rows(client, **asked):
    return [it.pk for it in client.get(LIST, asked).context["cl"].result_list]


def test_the_list_leads_to_the_exchange_the_timeline_and_the_page(admin, domain):
    thumb = a_thumb(domain)
    page = admin.get(LIST).text
    for view, pk in (
        ("conversations_conversation_change", thumb.conversation_id),
        ("rag_turn_change", thumb.turn.pk),
        ("conversations_chatrating_change", thumb.pk),
    ):
        assert reverse(f"admin:{view}", args=[pk]) in page
    assert "Abre antes." in page
    assert thumb.turn.model in page


def test_the_list_is_filtered_and_searched(admin, domain):
    down = a_thumb(domain)
    up = a_thumb(domain, Thumb.UP, reason="")
    old = a_thumb(domain, reason="", created_at=timezone.now() - timedelta(days=40))
    Turn.objects.filter(thumb=up).update(model="otro-modelo")
    feedback.process(old, by=a_user())
    assert rows(admin) == [up.pk, down.pk, old.pk]
    assert rows(admin, thumb__exact="arriba") == [up.pk]
    assert rows(admin, processed__exact="1") == [old.pk]
    assert rows(admin, modelo="otro-modelo") == [up.pk]
    assert rows(admin, created_at__gte=(timezone.now() - timedelta(days=9)).isoformat()) == [
        up.pk,
        down.pk,
    ]
    assert rows(admin, q="abre antes") == [down.pk]


def test_nobody_sees_thumbs_of_other_domains_nor_of_who_took_consent_back(admin, domain):
    a_thumb(a_domain("ajeno"))
    person = a_person(domain, consents=True)
    row = a_conversation(domain, origin="person", person=person)
    theirs = feedback.thumb(Rated(domain, person=person, conversation=row), Thumb.DOWN)
    before = rows(admin)
    person.consents.create(purpose="training", granted=False, channel="test")
    assert (before, rows(admin)) == ([theirs.pk], [])
    assert admin.get(one(theirs)).status_code == 302


def test_the_figures_compare_this_week_with_the_last_and_each_model(admin, domain):
    for value, days in ((Thumb.UP, 0), (Thumb.UP, 0), (Thumb.DOWN, 0), (Thumb.DOWN, 7)):
        a_thumb(domain, value, created_at=timezone.now() - timedelta(days=days))
    a_thumb(domain, created_at=timezone.now() - timedelta(days=200))
    a_thumb(a_domain("ajeno"))
    Turn.objects.filter(thumb=ChatRating.objects.first()).update(model="otro-modelo")
    told = admin.get(LIST).context
    assert (vars(told["this_week"]), vars(told["last_week"])) == (
        {"up": 2, "down": 1},
        {"up": 0, "down": 1},
    )
    assert sorted((who, it.up, it.down) for it, who, _bar in told["weeks"]) == [
        ("base-model", 0, 1),
        ("base-model", 1, 1),
        ("otro-modelo", 1, 0),
    ]
    assert told["waiting"] == 3


def test_the_number_of_thumbs_does_not_change_the_number_of_queries(
    admin, domain, django_assert_num_queries, django_assert_max_num_queries
):
    a_thumb(domain)
    admin.get(LIST)
    with django_assert_max_num_queries(20) as first:
        admin.get(LIST)
    for _ in range(4):
        a_thumb(domain)
    with django_assert_num_queries(len(first)):
        admin.get(LIST)


def test_the_page_shows_what_was_asked_answered_and_shown_with_who_answered(admin, domain):
    cited, other = a_document(domain), a_document(domain, "La oficina cierra a las cinco.")
    thumb = a_thumb(domain)
    page = admin.get(one(thumb))
    assert [(it.chunk.document, it.cited) for it in page.context["passages"]] == [
        (cited, True),
        (other, False),
    ]
    for told in (QUESTION, "A las once", "Abre antes.", HOURS, "eva@example.com", "base-model"):
        assert told in page.text
    assert reverse("admin:rag_document_change", args=[cited.pk]) in page.text
    assert "Paso a paso" in page.text


def test_passages_that_one_may_not_read_are_counted_and_not_shown(sign_in, domain):
    owner = a_user("reviewer", domain=domain)
    a_document(domain, audience=Audience.OWNER)
    Document.objects.update(owner=owner)
    thumb = a_thumb(domain, user=owner)
    page = sign_in("admin").get(one(thumb))
    assert page.context["passages"] == []
    assert HOURS not in page.text
    assert "Además, 1 de documentos" in page.text
    review = sign_in("reviewer").get(reverse("admin:review_one", args=[thumb.conversation_id]))
    assert HOURS not in review.text


def test_a_correction_is_served_at_once_and_blames_the_passage(admin, domain):
    document = a_document(domain)
    thumb = a_thumb(domain)
    chunk = document.chunks.get()
    page = process(admin, thumb, correction=RIGHT, chunk=chunk.pk, notes="Cambió el horario.")
    thumb.refresh_from_db()
    made = Correction.objects.get()
    assert "recibe ya la respuesta corregida" in page.text
    assert "Por este pulgar se cambió" in page.text
    assert (thumb.processed, thumb.improved, thumb.notes) == (True, True, "Cambió el horario.")
    assert (made.thumb, made.document, made.passage_hash) == (thumb, document, chunk.text_hash)
    assert answer(domain, QUESTION, by=a_user(), keep=False).text == RIGHT


def test_notes_alone_leave_the_answer(admin, domain):
    thumb = a_thumb(domain)
    process(admin, thumb, notes="Tenía razón el bot.")
    thumb.refresh_from_db()
    assert (thumb.processed, thumb.improved) == (True, False)
    assert not Correction.objects.exists()


def test_several_are_marked_at_once_and_what_was_done_before_stays(admin, domain):
    done, waiting = a_thumb(domain), a_thumb(domain)
    process(admin, done, notes="Vista.")
    chosen = {"action": "process", "_selected_action": [done.pk, waiting.pk]}
    assert "1 procesada." in admin.post(LIST, chosen, follow=True).text
    assert not ChatRating.objects.filter(processed=False).exists()
    assert "Procesada" in " ".join(str(admin.get(LIST).context["results"]).split())
    assert AuditEvent.objects.filter(action="thumb_processed").count() == 2


def test_another_change_is_linked(admin, domain):
    thumb = a_thumb(domain)
    term = DictionaryTerm.objects.create(domain=domain, word="oficina", definition="La sede.")
    page = process(admin, thumb, change=f"palabra:{term.pk}")
    thumb.refresh_from_db()
    assert (thumb.improved, thumb.change) == (True, f"dictionaryterm:{term.pk}")
    assert reverse("admin:rag_dictionaryterm_change", args=[term.pk]) in page.text


def test_a_form_that_contradicts_itself_is_shown_again_and_nothing_is_done(admin, domain):
    document = a_document(domain)
    thumb = a_thumb(domain)
    prompt = f"prompt:{domain.prompt.pk}"
    asked = [
        ({"chunk": document.chunks.get().pk}, "Escriba también la respuesta correcta."),
        ({"correction": RIGHT, "change": prompt}, "Elija una de las dos"),
        ({"change": "prompt:999"}, "change"),
        ({"chunk": "999"}, "chunk"),
    ]
    for form, said in asked:
        assert said in process(admin, thumb, **form).text
    thumb.refresh_from_db()
    assert (thumb.processed, Correction.objects.exists()) == (False, False)


def test_a_refusal_is_told(admin, domain):
    thumb = a_thumb(domain)
    Conversation.objects.filter(pk=thumb.conversation_id).update(stage="rejected")
    page = process(admin, thumb, correction=RIGHT)
    assert "descartada" in page.text
    assert not ChatRating.objects.get(pk=thumb.pk).processed


def test_a_thumb_without_words_offers_no_correction(admin, domain):
    person = consent.person_known_as("+593999999999", domain=domain)
    reply = answer(domain, QUESTION, person=person)
    thumb = feedback.thumb(Rated(domain, person=person, turn=reply.turn), Thumb.DOWN)
    page = admin.get(one(thumb))
    assert "correction" not in page.context["form"].fields
    assert "no aceptó que se guarden sus palabras" in page.text
    assert "Procesada." in process(admin, thumb, notes="Visto.").text


def test_the_page_leads_to_the_next_that_waits(admin, domain):
    first, second = a_thumb(domain), a_thumb(domain)
    assert admin.get(one(first)).context["following"] == second
    process(admin, second)
    assert admin.get(one(first)).context["following"] is None


def test_an_answer_served_word_for_word_names_the_exchange_it_came_from(admin, domain):
    original = a_thumb(domain)
    process(admin, original, correction=RIGHT)
    again = a_thumb(domain)
    page = admin.get(one(again))
    assert page.context["served"].pk == original.conversation_id
    assert page.context["served"].why == "thumb_down"


def test_who_may_only_look_is_offered_no_button_and_changes_nothing(sign_in, domain):
    thumb = a_thumb(domain)
    looker = sign_in()
    looker.user.user_permissions.add(Permission.objects.get(codename="view_chatrating"))
    assert ">Procesar<" not in looker.get(one(thumb)).text
    assert process(looker, thumb, correction=RIGHT).status_code == 403
    assert not AuditEvent.objects.filter(action="thumb_processed").exists()


@pytest.mark.parametrize("role", ["rater", "reviewer", "trainer", "auditor"])
def test_thumbs_are_for_administrators(sign_in, domain, role):
    client = sign_in(role)
    assert client.get(LIST).status_code == 403
    assert client.get(one(a_thumb(domain))).status_code == 403


def test_hostile_words_are_shown_as_words(admin, domain):
    thumb = a_thumb(domain, reason="<script>alert(1)</script>", question="<b>¿Qué?</b>")
    for url in (LIST, one(thumb)):
        page = admin.get(url).text
        assert "<script>alert(1)" not in page
        assert "<b>¿Qué?" not in page
