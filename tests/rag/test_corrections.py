"""What staff put right is served at once to who asks the same, and to nobody else."""

import pytest

from conversations import consent, embedding, review
from conversations.capture import ConsentMissing
from conversations.models import Conversation, Rating
from core.errors import Conflict, ModelUnavailable
from core.models import AuditEvent
from rag import corrections, documents, indexing
from rag.assistant import answer
from rag.models import Chunk, Correction
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.fakes import a_completion

pytestmark = pytest.mark.django_db

QUESTION, WRONG, RIGHT = "qué horario tiene la oficina", "De once a doce.", "De nueve a cinco."


@pytest.fixture
def domain(provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("Contesta el modelo.")
    return a_domain()


@pytest.fixture
def reviewer(domain):
    return a_user("reviewer", domain=domain)


@pytest.fixture
def wrong(domain):
    return a_conversation(domain, question=QUESTION, answer=WRONG)


def asked(domain, question=QUESTION):
    reply = answer(domain, question, by=a_user(), keep=False)
    return reply.source, reply.text


def test_a_correction_is_approved_with_five_stars_and_served_at_once(domain, wrong, reviewer):
    made = corrections.correct(wrong, RIGHT, by=reviewer)
    wrong.refresh_from_db()
    assert (wrong.answer, wrong.stars, wrong.stage) == (RIGHT, 5, "approved")
    assert (made.by, made.active, made.hits) == (reviewer.get_username(), True, 0)
    assert asked(domain) == ("correction", RIGHT)


def test_hits_are_counted_and_dated(domain, wrong, reviewer):
    made = corrections.correct(wrong, RIGHT, by=reviewer)
    for _ in range(2):
        asked(domain)
    made.refresh_from_db()
    assert (made.hits, made.last_hit_at is not None) == (2, True)


def test_it_wins_over_the_same_question_with_another_approved_answer(domain, wrong, reviewer):
    a_conversation(domain, stars=5, question=QUESTION, answer="A veces.")
    embedding.fill(limit=10)
    assert asked(domain)[1] == "A veces."
    corrections.correct(wrong, RIGHT, by=reviewer)
    assert asked(domain) == ("correction", RIGHT)


def test_a_nearer_approved_answer_is_served_instead(domain, wrong, reviewer):
    domain.reuse_similarity = 0.5
    domain.save()
    near = "qué horario tiene la oficina los sábados"
    a_conversation(domain, stars=5, question=near, answer="Cierra.")
    embedding.fill(limit=10)
    made = corrections.correct(wrong, RIGHT, by=reviewer)
    assert asked(domain, near) == ("approved", "Cierra.")
    made.refresh_from_db()
    assert made.hits == 0


def test_with_the_model_away_a_correction_wins_over_what_is_as_near(
    domain, wrong, reviewer, provider
):
    """Neither is clearly the nearest, so the model is asked: when it is away, staff know better."""
    domain.reuse_similarity, domain.reuse_margin, domain.examples = 0.5, 0.4, 3
    domain.save()
    near = "qué horario tiene la oficina los sábados"
    a_conversation(domain, stars=5, question=near, answer="Cierra.")
    embedding.fill(limit=10)
    made = corrections.correct(wrong, RIGHT, by=reviewer)
    assert asked(domain, near)[0] == "model"
    provider.replies["POST /chat/completions"] = 503, {"error": {"message": "busy"}}
    assert asked(domain, near) == ("correction", RIGHT)
    made.refresh_from_db()
    assert made.hits == 1


def test_another_question_is_answered_as_before(domain, wrong, reviewer):
    corrections.correct(wrong, RIGHT, by=reviewer)
    assert asked(domain, "cómo pago la cuota en línea") == ("model", "Contesta el modelo.")


def test_one_that_is_off_or_rejected_is_not_served(domain, wrong, reviewer):
    corrections.correct(wrong, RIGHT, by=reviewer)
    Correction.objects.update(active=False)
    assert asked(domain) == ("approved", RIGHT)
    review.send_back(wrong, by=reviewer)
    assert asked(domain)[0] == "model"


def test_it_enters_the_next_dataset(domain, wrong, reviewer):
    corrections.correct(wrong, RIGHT, by=reviewer)
    assert wrong in Conversation.objects.ready(min_stars=domain.min_stars)


def test_the_passage_that_misled_waits_until_it_is_said_to_be_mended(domain, wrong, reviewer):
    document = documents.add_text(domain, title="Horario", text=WRONG, by="ana")
    indexing.index(document)
    made = corrections.correct(wrong, RIGHT, by=reviewer, chunk=Chunk.objects.get())
    corrections.correct(wrong, "De nueve a seis.", by=reviewer)
    assert [it.passage for it in Correction.objects.to_fix().with_passage()] == [WRONG]
    corrections.mark_fixed(made, by=reviewer)
    made.refresh_from_db()
    assert (made.chunk_fixed_by, made.chunk_fixed_at is not None) == (
        *(reviewer.get_username(), True),
    )
    assert AuditEvent.objects.get(action="chunk_fixed").details == {"documento": document.pk}
    with pytest.raises(Conflict):
        corrections.mark_fixed(made, by=reviewer)


def test_a_passage_is_known_by_its_text_however_often_its_document_is_processed(
    domain, wrong, reviewer
):
    document = documents.add_text(domain, title="Horario", text=WRONG, by="ana")
    indexing.index(document)
    corrections.correct(wrong, RIGHT, by=reviewer, chunk=Chunk.objects.get())
    Chunk.objects.all().delete()
    indexing.index(document)
    assert Correction.objects.to_fix().with_passage().get().passage == WRONG
    document.text = RIGHT
    document.save()
    indexing.index(document)
    assert Correction.objects.to_fix().with_passage().get().passage is None


def test_correcting_again_replaces_it_and_keeps_the_history(wrong, reviewer):
    for text in ("De diez a cinco.", RIGHT):
        corrections.correct(wrong, text, by=reviewer)
    assert Correction.objects.get().conversation.answer == RIGHT
    assert wrong.ratings.filter(reason=Rating.Reason.EDITED).count() == 1


def test_what_waits_for_a_reviewer_is_reviewed_by_it(wrong, reviewer):
    review.complain(wrong, by="cliente")
    corrections.correct(wrong, RIGHT, by=reviewer)
    wrong.refresh_from_db()
    assert (wrong.stage, wrong.why, wrong.reviewed_by) == ("approved", "", reviewer)


def test_one_that_was_thrown_out_is_refused_and_nothing_changes(wrong, reviewer):
    review.complain(wrong, by="cliente")
    review.reject(wrong, by=reviewer)
    with pytest.raises(Conflict):
        corrections.correct(wrong, RIGHT, by=reviewer)
    wrong.refresh_from_db()
    assert (wrong.answer, Correction.objects.exists()) == (WRONG, False)


def test_without_an_embedder_it_is_kept_and_gets_its_vector_later(
    domain, wrong, reviewer, provider, monkeypatch
):
    down = lambda *_, **__: (_ for _ in ()).throw(ModelUnavailable("No contesta."))  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr("conversations.embedding.vectors", down)
        corrections.correct(wrong, RIGHT, by=reviewer)
    assert asked(domain)[0] == "model"
    embedding.fill(limit=10)
    assert asked(domain) == ("correction", RIGHT)


def test_a_person_who_took_their_consent_back_is_not_corrected(domain, reviewer):
    person = a_person(domain, consents=True)
    row = a_conversation(domain, origin="person", person=person, question=QUESTION, answer=WRONG)
    review.complain(row, by="cliente")
    consent.withdraw(person, channel="test")
    with pytest.raises(ConsentMissing):
        corrections.correct(row, RIGHT, by=reviewer)
    assert not Correction.objects.exists()
