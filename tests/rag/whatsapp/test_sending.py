"""Replies on their way to WhatsApp: in order, once, as far as one can know, and not for ever."""

import pytest
from django.db.models.functions import Now

from conversations.models import ChatRating
from core.sealing import seal, unseal
from core.work import WorkState
from rag.models import DeliveryStatus, Outbound, Turn
from rag.whatsapp import answering, sending
from tests.fakes import a_completion
from tests.rag.whatsapp.fake_graph import PHONE, SECRET, a_fault, a_status, a_text, deliver
from tests.rag.whatsapp.talk import Death, dies, reacts, says, the_lease_runs_out

pytestmark = pytest.mark.django_db


def its_time_comes():
    Outbound.objects.update(next_at=Now())


def pause_of(row):
    """How long a reply waits, in seconds."""
    found = Outbound.objects.annotate(now=Now()).get(pk=row.pk)
    return (found.next_at - found.now).total_seconds()


def test_a_fault_over_there_is_tried_again_after_the_pause_of_work(domain, graph):
    graph.troubles = [(500, a_fault(1))]
    says("¿Qué tallas hay?")
    row = Outbound.objects.get()
    assert (row.state, row.attempts, row.error) == (WorkState.WAITING, 1, "graph 1")
    assert 5 < pause_of(row) <= 10
    assert sending.go_on() == "0 sent, 0 not"
    its_time_comes()
    assert sending.go_on() == "1 sent, 0 not"
    assert len(graph.sent) == 1


def test_after_five_faults_it_is_given_up_until_staff_try_again(domain, graph):
    graph.troubles = [(503, {})] * 5
    says("¿Qué tallas hay?")
    for _ in range(4):
        its_time_comes()
        sending.go_on()
    assert Outbound.objects.get().state == WorkState.DEAD
    Outbound.objects.retry()
    assert sending.go_on() == "1 sent, 0 not"


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        ((429, a_fault(4), {"Retry-After": "90"}), 90),
        ((429, {}), 10),
        ((400, a_fault(130429)), 10),
        ((400, a_fault(131056), {"Retry-After": "mañana"}), 10),
        ((429, {}, {"Retry-After": "999999"}), 3600),
    ],
)
def test_who_is_too_fast_waits_as_long_as_is_asked_and_loses_no_attempt(
    domain, graph, trouble, seconds
):
    graph.troubles = [trouble]
    says("¿Qué tallas hay?")
    row = Outbound.objects.get()
    assert (row.state, row.attempts) == (WorkState.WAITING, 0)
    assert seconds - 5 < pause_of(row) <= seconds
    its_time_comes()
    assert sending.go_on() == "1 sent, 0 not"


def test_while_one_waits_the_next_to_that_person_waits_behind_it(domain, graph):
    graph.troubles = [(429, {}, {"Retry-After": "60"})]
    says("¿uno?")
    says("¿dos?")
    assert graph.sent == []
    its_time_comes()
    sending.go_on()
    assert [it.split("»")[0] for it in graph.texts] == ["Sobre «¿uno?", "Sobre «¿dos?"]


def test_where_nobody_listens_it_waits(domain, graph, settings):
    settings.WHATSAPP_GRAPH_URL = "http://127.0.0.1:9/v24.0"
    says("¿Qué tallas hay?")
    row = Outbound.objects.get()
    assert (row.state, row.attempts, row.error) == (WorkState.WAITING, 0, "unreachable")


def test_a_key_that_is_not_taken_any_more_loses_no_reply(domain, graph, settings):
    right, settings.WHATSAPP_TOKEN = settings.WHATSAPP_TOKEN, "gone"
    says("¿Qué tallas hay?")
    row = Outbound.objects.get()
    assert (row.state, row.attempts, row.error) == (WorkState.WAITING, 0, "graph 190")
    settings.WHATSAPP_TOKEN = right
    its_time_comes()
    assert sending.go_on() == "1 sent, 0 not"


def test_a_key_that_is_over_is_known_by_its_number_whatever_the_status(domain, graph):
    graph.troubles = [(400, a_fault(190))]
    says("¿Qué tallas hay?")
    row = Outbound.objects.get()
    assert (row.state, row.attempts) == (WorkState.WAITING, 0)
    assert 55 < pause_of(row) <= 60


def test_what_is_refused_is_not_repeated_and_holds_up_nothing(domain, graph):
    graph.troubles = [(400, a_fault(131026))]
    says("¿uno?")
    says("¿dos?")
    first, second = Outbound.objects.order_by("pk")
    assert (first.state, first.error) == (WorkState.DEAD, "graph 131026")
    assert second.state == WorkState.DONE


def test_after_a_day_it_is_not_sent_any_more(domain, graph):
    graph.troubles = [(503, {})]
    says("¿Qué tallas hay?")
    its_time_comes()
    Outbound.objects.update(sealed=resealed(until=0))
    sending.go_on()
    row = Outbound.objects.get()
    assert (row.state, row.error, row.sealed) == (WorkState.DEAD, "too_late", "")
    assert graph.sent == []


def resealed(**changes):
    return seal(unseal(Outbound.objects.get().sealed) | changes)


def test_nothing_that_is_stored_or_logged_names_anybody(domain, graph, caplog):
    caplog.set_level("DEBUG")
    graph.troubles = [(400, a_fault(131026)), (500, a_fault(2)), (429, a_fault(4)), "lost"]
    for words in ("¿uno?", "¿dos?", "¿tres?", "¿cuatro?"):
        says(f"{words} en la calle Canario")
        Outbound.objects.update(state=WorkState.DONE)
    stored = " ".join(str(it) for it in Outbound.objects.values_list())
    assert graph.asked == 4
    for secret in (PHONE, "wamid", "Canario", SECRET):
        assert secret not in stored
        assert secret not in caplog.text


# --- what is not known -------------------------------------------------------------------------


@pytest.fixture
def lost(domain, graph):
    """A reply that WhatsApp took, and whose answer never came."""
    graph.troubles = ["lost"]
    says("¿Qué tallas hay?")
    row = Outbound.objects.get()
    assert (row.state, row.error, row.attempts) == (WorkState.WAITING, "uncertain", 1)
    assert 110 < pause_of(row) <= 120
    return row


def test_news_of_it_say_that_it_was_sent_and_it_is_not_repeated(lost, graph):
    (sent,) = graph.sent
    deliver(statuses=[a_status("sent", name=sent["id"], key=sent["biz_opaque_callback_data"])])
    its_time_comes()
    assert sending.go_on() == "0 sent, 0 not"
    lost.refresh_from_db()
    assert (lost.state, lost.status, lost.sealed) == (WorkState.DONE, DeliveryStatus.SENT, "")
    assert len(graph.sent) == 1


def test_without_news_it_is_sent_again(lost, graph):
    its_time_comes()
    assert sending.go_on() == "1 sent, 0 not"
    assert len(graph.sent) == 2


def test_a_reaction_to_it_finds_its_answer(lost, graph):
    (sent,) = graph.sent
    deliver(statuses=[a_status("read", name=sent["id"], key=sent["biz_opaque_callback_data"])])
    reacts("👍", sent["id"])
    assert ChatRating.objects.get().turn == Turn.objects.get()


def test_an_answer_that_nobody_can_read_is_as_good_as_none(domain, graph):
    graph.troubles = [(200, {"messages": []})]
    says("¿Qué tallas hay?")
    assert Outbound.objects.get().error == "uncertain"


@pytest.mark.django_db(transaction=True)
def test_a_sender_who_died_before_writing_it_down_is_settled_by_the_news(
    domain, graph, monkeypatch
):
    deliver(a_text("¿Qué tallas hay?"))
    answering.go_on()
    with monkeypatch.context() as broken:
        broken.setattr(sending, "print_of", dies)
        with pytest.raises(Death):
            sending.go_on()
    (sent,) = graph.sent
    deliver(statuses=[a_status("sent", name=sent["id"], key=sent["biz_opaque_callback_data"])])
    the_lease_runs_out()
    sending.go_on()
    assert len(graph.sent) == 1
    assert Outbound.objects.get().state == WorkState.DONE


# --- news --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "delivered"], "delivered"),
        (["warning"], "sent"),
        (["read", "failed"], "read"),
    ],
)
def test_the_furthest_news_of_a_reply_count(domain, graph, words, known):
    says("¿Qué tallas hay?")
    for word in words:
        deliver(statuses=[a_status(word, name=graph.sent[0]["id"])])
    row = Outbound.objects.get()
    assert (row.status, row.state) == (known, WorkState.DONE)


def test_what_failed_on_its_way_is_told_with_its_reason(domain, graph):
    says("¿Qué tallas hay?")
    deliver(statuses=[a_status("failed", name=graph.sent[0]["id"], code=131049)])
    row = Outbound.objects.get()
    assert (row.state, row.status, row.error) == (WorkState.DEAD, "failed", "graph 131049")


def test_news_of_messages_of_others_change_nothing(domain, graph):
    says("¿Qué tallas hay?")
    deliver(statuses=[a_status("failed", name="wamid.x", key="k"), a_status("failed")])
    assert Outbound.objects.get().status == "sent"


# --- long answers ------------------------------------------------------------------------------


def test_a_long_answer_comes_in_several_messages_in_order(domain, graph, provider):
    words = " ".join(f"Esta es la frase número {it} de una respuesta larga." for it in range(200))
    provider.replies["POST /chat/completions"] = 200, a_completion(words)
    says("¿Qué tallas hay?")
    assert len(graph.sent) == 3
    assert " ".join(graph.texts) == words
    assert set(Outbound.objects.values_list("turn", flat=True)) == {Turn.objects.get().pk}


def test_what_the_model_marks_is_bold_there(domain, graph, provider):
    provider.replies["POST /chat/completions"] = 200, a_completion("**HLSO 16/20**: hay.")
    says("¿Qué tallas hay?")
    assert graph.texts == ["*HLSO 16/20*: hay."]
