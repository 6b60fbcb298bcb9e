"""What the queue runs: keys in, a sentence out. Each may run twice, or find its row gone."""

from functools import partial

from core.errors import ModelRefused, ModelUnavailable, Refusal
from rag import approved, dialogues, indexing, measuring, originals, pairs, spaces, turns, watch
from rag.prices import lists, sheets
from rag.proforma import quoting
from rag.whatsapp import answering, forgetting, sending


def process_documents() -> str:
    """Read and index the documents that wait, as much as fits into a minute."""
    return indexing.process_waiting()


def sweep_originals() -> str:
    """Delete the files that were left behind by documents that are gone."""
    try:
        return f"{originals.sweep()} files without a document deleted"
    except Refusal as error:
        return f"later: {error}"


def build_vectors() -> str:
    """Bring the vectors of documents a step nearer to the embedder of the settings."""
    try:
        return spaces.go_on()
    except Refusal as error:
        return f"later: {error}"


def measure_searches() -> str:
    """Measure the searches of the domains in which something changed that they depend on."""
    try:
        return f"{measuring.measure_changed()} measured"
    except Refusal as error:
        return f"later: {error}"


def forget_dialogues() -> str:
    """Delete what was open with people and is over, and who it was that asked."""
    gone, unlinked = dialogues.forget_expired(), turns.unlink_old()
    return f"{gone} dialogues forgotten, {unlinked} turns unlinked"


def read_price_sheets() -> str:
    """Look at the published sheets whose time has come."""
    return sheets.refresh_due()


def retire_price_lists() -> str:
    """Take lists that are over out of force."""
    return f"{lists.retire_over()} retired"


def forget_clients() -> str:
    """Empty the names on quotes whose time is over."""
    return f"{quoting.forget_clients()} emptied"


def keep_approved() -> str:
    """Bring the documents made of conversations up to what is approved."""
    return approved.synchronise()


def fill_pairs() -> str:
    """Give approved exchanges the vector of their question with its answer."""
    try:
        return f"{pairs.fill(limit=1000)} embedded"
    except (ModelUnavailable, ModelRefused) as error:
        return f"later: {error}"


def watch_thumbs() -> str:
    """Take models out of service whose thumbs fell below their domain's line."""
    return f"{watch.watch_all()} taken back"


def answer_messages() -> str:
    """Answer what people wrote on WhatsApp, as much as fits into a minute; each answer is sent
    before the next message is looked at."""
    return answering.go_on(then=partial(sending.go_on, seconds=10))


def deliver_replies() -> str:
    """Send the replies that wait, as many as fit into a minute."""
    return sending.go_on()


def forget_deliveries() -> str:
    """Empty the messages whose time is over, and delete the old ones' prints."""
    emptied, unlinked, deleted = forgetting.forget_old()
    return f"{emptied} emptied, {unlinked} unlinked, {deleted} deleted"
