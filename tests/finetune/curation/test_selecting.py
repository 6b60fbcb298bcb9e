import pytest

from conversations.consent import grant, person_known_as, withdraw
from conversations.keys import text_hash
from conversations.models import Conversation, Stage
from core.errors import NotFound
from finetune import curation
from finetune.models import EvaluationQuestion
from tests.factories import a_conversation, a_domain
from tests.finetune.makers import examples

pytestmark = pytest.mark.django_db


def kept(domain, **options):
    return [row.pk for row in curation.candidates(domain, **options).kept]


@pytest.mark.parametrize(
    ("number", "missing"), [(0, 10), (1, 9), (9, 1), (10, 0), (11, 0), (12, 0), (25, 0)]
)
def test_missing_counts_down_to_the_providers_minimum(domain, number, missing):
    examples(domain, number)
    assert curation.missing(domain) == missing


def test_missing_agrees_with_what_is_left_to_train_on(domain):
    for _ in range(14):
        train = curation.split(curation.candidates(domain).kept).train
        assert curation.missing(domain) == max(0, curation.MINIMUM - len(train))
        a_conversation(domain, stars=4)


@pytest.mark.parametrize("stars", [None, 1, 2, 3])
def test_too_few_stars_do_not_enter(domain, stars):
    a_conversation(domain, stars=stars)
    assert kept(domain) == []


def test_the_stars_asked_for_are_the_domains(domain):
    good = a_conversation(domain, stars=3)
    domain.min_stars = 3
    assert kept(domain) == [good.pk]


@pytest.mark.parametrize("policy", ["stars", "confidence", "score"])
def test_human_stars_decide_under_every_policy(domain, policy):
    domain.policy = policy
    good = a_conversation(domain, stars=5)
    assert kept(domain) == [good.pk]


@pytest.mark.parametrize("stage", [it for it in Stage.values if it != Stage.APPROVED])
def test_only_approved_ones_enter(domain, stage):
    row = a_conversation(domain, stars=5)
    Conversation.objects.filter(pk=row.pk).update(stage=stage)
    assert kept(domain) == []


def test_consent_is_asked_again(domain):
    person = person_known_as("+593 99 999 9999", domain=domain)
    grant(person, channel="web")
    row = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=row.pk).update(stage=Stage.APPROVED)
    assert kept(domain) == [row.pk]

    withdraw(person, channel="web")

    assert kept(domain) == []
    assert "no acepta" in curation.why_not(Conversation.objects.get(pk=row.pk))


def test_other_domains_do_not_count(domain):
    examples(a_domain("otro"), 12)
    assert curation.missing(domain) == 10


def test_the_same_question_and_answer_enter_once_the_best_rated(domain):
    same = {"question": "¿Cuánto cuesta el trámite?", "answer": "Cuesta diez dólares."}
    a_conversation(domain, stars=4, **same)
    best = a_conversation(
        domain, stars=5, question="cuanto cuesta el TRAMITE", answer="cuesta DIEZ dólares"
    )
    a_conversation(domain, stars=4, **same)

    selection = curation.candidates(domain)

    assert [row.pk for row in selection.kept] == [best.pk]
    assert selection.considered == 3
    assert all(str(best.pk) in it["razon"] for it in selection.excluded)


def test_of_the_same_stars_the_newest_stays(domain):
    same = {"question": "¿Cuánto cuesta?", "answer": "Diez dólares."}
    a_conversation(domain, stars=5, **same)
    newest = a_conversation(domain, stars=5, **same)
    assert kept(domain) == [newest.pk]


@pytest.mark.parametrize("ending", ["", " hoy"])
def test_at_most_three_answers_to_nearly_one_question_enter(domain, ending):
    said = "quiero saber si puedo pagar mi cuota de junio con tarjeta en la oficina"
    rows = [a_conversation(domain, stars=5, question=said) for _ in range(2)]
    rows += [a_conversation(domain, stars=5, question=said + ending) for _ in range(2)]
    assert kept(domain) == [row.pk for row in rows[1:]]
    assert str(rows[3].pk) in curation.why_not(rows[0])


@pytest.mark.parametrize("ending", ["", " hoy"])
def test_questions_of_the_evaluation_never_enter(domain, ending):
    said = "quiero saber si puedo pagar mi cuota de junio con tarjeta en la oficina"
    EvaluationQuestion.objects.create(
        domain=domain, question=said, answer="Sí.", question_hash=text_hash(said)
    )
    row = a_conversation(domain, stars=5, question=said + ending)
    assert kept(domain) == []
    assert "evaluación" in curation.why_not(row)


def test_a_negative_comment_keeps_it_out_unless_told_otherwise(domain):
    domain.texts = {"negative_words": ["pésima"], "positive_words": ["genial"]}
    domain.save()
    row = a_conversation(domain, stars=5)
    Conversation.objects.filter(pk=row.pk).update(feedback="Pésima respuesta")

    selection = curation.candidates(domain)

    assert [(it["id"], it["feedback"]) for it in selection.excluded] == [
        (row.pk, "Pésima respuesta")
    ]
    assert kept(domain, skip_negative=False) == [row.pk]


@pytest.mark.parametrize(
    ("comment", "enters"),
    [
        ("todo normal, sin errores", True),
        ("nada mal", True),
        ("no me gusta", False),
        ("malo", False),
        ("", True),
    ],
)
def test_a_domain_without_lists_understands_a_comment_all_the_same(domain, comment, enters):
    row = a_conversation(domain, stars=5)
    Conversation.objects.filter(pk=row.pk).update(feedback=comment)
    assert (kept(domain) == [row.pk]) == enters


def test_ids_limit_what_is_considered(domain):
    rows = examples(domain, 3)
    low = a_conversation(domain, stars=2)
    assert kept(domain, ids=[rows[1].pk, low.pk]) == [rows[1].pk]


def test_an_id_of_another_domain_does_not_exist(domain):
    other = a_conversation(a_domain("otro"), stars=5)
    with pytest.raises(NotFound):
        curation.candidates(domain, ids=[other.pk])


def test_why_not_names_the_reason(domain):
    unrated, low, good = (a_conversation(domain, stars=stars) for stars in (None, 2, 5))
    assert curation.why_not(unrated) == "No tiene estrellas."
    assert curation.why_not(low) == "Tiene 2 estrellas; hacen falta 4."
    assert curation.why_not(good) == ""


def test_missing_reads_the_database_a_fixed_number_of_times(domain, django_assert_max_num_queries):
    examples(domain, 30)
    with django_assert_max_num_queries(2):
        curation.missing(domain)


def test_reasons_that_differ_in_the_other_one_only_are_of_one_kind():
    reasons = [
        f"Ya hay 3 casi con la misma pregunta que la conversación {number}." for number in (7, 30)
    ]
    assert len({curation.kind(it) for it in reasons}) == 1
