import pytest

from conversations import stats
from conversations.models import Conversation, Origin, Stage
from tests.factories import a_conversation, a_domain, a_person

pytestmark = pytest.mark.django_db

LISTS = {"positive_words": ["excelente"], "negative_words": ["mal"]}


@pytest.fixture
def domain():
    return a_domain(texts=LISTS | {"negative_feedback_words": ["inventada"]})


def rated(domain, stars, feedback=None):
    row = a_conversation(domain, stars=stars)
    Conversation.objects.filter(pk=row.pk).update(feedback=feedback)
    return row


def test_feedback_statistics(domain):
    rated(domain, 5, "Excelente")
    rated(domain, 4, "Cifra inventada")
    rated(domain, 1, "Está mal")
    rated(domain, 4, "")
    a_conversation(domain)

    assert stats.feedback_statistics(domain.conversations.all(), domain) == {
        "total_conversaciones": 5,
        "conversaciones_calificadas": 4,
        "conversaciones_con_feedback": 3,
        "distribucion_calificaciones": {"1": 1, "2": 0, "3": 0, "4": 2, "5": 1},
        "analisis_feedback": {"positivo": 1, "negativo": 2, "neutro": 0, "total": 3},
        "conversaciones_listas_entrenamiento": {
            "total": 3,
            "sin_feedback_negativo": 2,
            "con_feedback_negativo": 1,
        },
    }


def test_statistics_of_nothing(domain):
    found = stats.feedback_statistics(domain.conversations.all(), domain)
    assert found["total_conversaciones"] == 0
    assert found["distribucion_calificaciones"] == dict.fromkeys("12345", 0)


def test_who_took_consent_back_is_not_ready(domain):
    row = a_conversation(domain, origin=Origin.PERSON, person=a_person(domain, consents=True))
    Conversation.objects.filter(pk=row.pk).update(stars=5, stage=Stage.APPROVED)
    assert stats.overview(domain.conversations.all(), domain)["listas_entrenamiento"] == 1
    row.person.consents.create(purpose="training", granted=False, channel="web")
    assert stats.overview(domain.conversations.all(), domain)["listas_entrenamiento"] == 0


def test_the_domain_says_how_many_stars_are_enough(domain):
    rated(domain, 4)
    domain.min_stars = 5
    assert stats.overview(domain.conversations.all(), domain)["listas_entrenamiento"] == 0


def test_overview(domain):
    for stars in (5, 4, 4):
        rated(domain, stars)
    a_conversation(domain)
    assert stats.overview(domain.conversations.all(), domain) == {
        "total": 4,
        "con_calificacion": 3,
        "promedio_calificacion": 4.33,
        "listas_entrenamiento": 3,
    }


def test_quality(domain):
    rated(domain, 5)
    rated(domain, 2)
    a_conversation(domain, question="¿Hola?", answer="Hola.")
    found = stats.quality(domain.conversations.all())
    advice = found.pop("sugerencias")
    assert found == {
        "completitud": 66.7,
        "consistencia": 66.7,
        "relevancia": 33.3,
        "calidad_general": 56.7,
        "total_conversaciones": 3,
        "conversaciones_completas": 2,
        "conversaciones_calificadas": 2,
        "conversaciones_relevantes": 1,
    }
    assert len(advice) == 3  # completeness, overall quality, few rows


@pytest.mark.parametrize(
    ("question", "answer", "complete"),
    [("a" * 10, "b" * 21, 0), ("a" * 11, "b" * 20, 0), ("a" * 11, "b" * 21, 1)],
)
def test_complete_means_over_ten_and_over_twenty_characters(domain, question, answer, complete):
    a_conversation(domain, question=question, answer=answer)
    assert stats.quality(domain.conversations.all())["conversaciones_completas"] == complete


def test_quality_of_nothing_advises_everything(domain):
    found = stats.quality(domain.conversations.all())
    assert (found["calidad_general"], len(found["sugerencias"])) == (0.0, 5)


def test_good_conversations_need_no_advice(domain):
    for _ in range(10):
        rated(domain, 5)
    assert stats.quality(domain.conversations.all())["sugerencias"] == []
