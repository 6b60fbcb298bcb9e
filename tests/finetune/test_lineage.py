import pytest

from conversations import consent
from conversations.models import Conversation
from conversations.rating import rate
from conversations.tasks import erase_person
from finetune import activation, lineage
from finetune.models import DatasetItem, Export, Part
from tests.factories import a_conversation, a_domain, a_person, a_user
from tests.finetune.makers import a_trained_model, an_evaluation, examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(domain):
    return a_person(domain, consents=True)


@pytest.fixture
def row(domain, person):
    """An exchange of the person that is in the version."""
    found = a_conversation(domain, stars=5, origin="person", person=person)
    Conversation.objects.filter(pk=found.pk).update(stage="approved")
    return found


@pytest.fixture
def model(domain, row, training_provider):
    examples(domain, 12)
    return a_trained_model(domain, training_provider)


@pytest.fixture
def rater(domain, row):
    user = a_user("rater", domain=domain)
    rate(row, stars=5, by=user)
    return user


def test_a_model_leads_to_its_lines_their_decisions_and_consents(domain, person, row, rater, model):
    event = person.word_on("training")
    DatasetItem.objects.filter(conversation=row).update(consent=event)
    judged = an_evaluation(model)
    served = activation.activate(model, by="ana")

    found = lineage.of_model(model)

    assert (found.job, found.dataset) == (model.job, model.job.dataset)
    assert (found.evaluations, found.activations, found.in_service) == ([judged], [served], True)
    assert (found.total, found.erased) == (found.dataset.items.count(), 0)
    line = next(it for it in found.lines if it.conversation == row)
    assert line.consent == event
    assert [(it.what, it.by) for it in line.steps] == [("calificada: 5", rater.username)]


def test_lines_come_in_pages_with_as_many_queries_for_each(
    model, rater, django_assert_max_num_queries
):
    whole = [it.item.pk for it in lineage.of_model(model).lines]
    with django_assert_max_num_queries(8):
        page = lineage.of_model(model, limit=5, offset=2)
    assert [it.item.pk for it in page.lines] == whole[2:7]
    assert page.total == len(whole)


def test_a_person_an_exchange_and_a_reviewer_lead_to_versions_and_models(
    domain, person, row, rater, model
):
    export = Export.objects.create(domain=domain, created_by="ana")
    export.people.add(person)
    for found in (
        lineage.of_person(person),
        lineage.of_conversation(row),
        lineage.of_reviewer(rater.username, domain=domain),
    ):
        assert (found.lines, found.datasets, found.models) == (1, [model.job.dataset], [model])
        assert not found.models[0].serving
    assert lineage.of_person(person).exports == [export]


def test_who_is_in_no_version_leads_nowhere(domain, model):
    for found in (
        lineage.of_person(a_person(domain, consents=True)),
        lineage.of_conversation(a_conversation(domain)),
        lineage.of_reviewer("nadie", domain=domain),
        lineage.of_reviewer("ana", domain=a_domain("otro")),
    ):
        assert (found.lines, found.datasets, found.models, found.exports) == (0, [], [], [])


def test_an_erased_person_still_leads_to_the_models_that_learnt_from_them(person, row, model):
    DatasetItem.objects.filter(conversation=row).update(person=person)
    consent.withdraw(person, channel="test")
    erase_person(person.pk)
    assert lineage.of_person(person).models == [model]
    found = lineage.of_model(model)
    assert found.erased == 1
    gone = next(it for it in found.lines if it.item.erased_at)
    assert (gone.conversation, gone.item.question) == (None, "")
    assert gone.item.part in Part.values
