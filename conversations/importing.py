"""Files of exchanges into conversations, through the one verb ``capture()``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from conversations import consent, reading
from conversations.capture import ConsentMissing, capture
from conversations.models import ChatSession, Conversation, Origin, Person, Purpose
from core.errors import Invalid
from core.models import Domain

CHANNEL = "importación"


@dataclass
class Report:
    """What became of a file's lines. ``stars`` maps a conversation to the stars of its line."""

    kept: list[int] = field(default_factory=list)
    already: int = 0
    no_consent: int = 0
    bad: list[str] = field(default_factory=list)
    stars: dict[int, int] = field(default_factory=dict)


def import_path(
    path: Path,
    *,
    domain: Domain,
    origin: str,
    basis: str,
    progress: Callable[[Iterable[reading.Line]], Iterable[reading.Line]] = iter,
) -> Report:
    """Capture the exchanges of ``path`` (a file or a folder); a second run adds nothing.

    A line with a ``persona`` is that person's and needs their consent, in the line or given
    before; the others have ``origin`` and, for a source, ``basis``. Bad lines are reported with
    their place, and the good ones are kept.
    """
    report = Report()
    lines: list[reading.Line] = []
    for file in reading.files(path):
        try:
            for found in reading.read(file):
                if isinstance(found, reading.Line):
                    lines.append(found)
                else:
                    report.bad.append(str(found))
        except reading.Unreadable as bad:
            report.bad.append(str(bad))
    for line in progress(lines):
        _keep(line, report, domain=domain, origin=origin, basis=basis)
    return report


def _keep(line: reading.Line, report: Report, *, domain: Domain, origin: str, basis: str) -> None:
    person = _person(line, domain)
    outside_id = _key(line)
    if Conversation.objects.filter(domain=domain, outside_id=outside_id).exists():
        report.already += 1
        return
    try:
        row = capture(
            domain=domain,
            question=line.question,
            answer=line.answer,
            origin=Origin.PERSON if person else origin,
            person=person,
            basis="" if person else basis,
            session=_session(line, domain, person),
            outside_id=outside_id,
            created_at=line.created_at,
        )
    except ConsentMissing:
        report.no_consent += 1
        return
    except Invalid as unfit:
        report.bad.append(f"{line.place}: {unfit.details}")
        return
    report.kept.append(row.pk)
    if line.stars:
        report.stars[row.pk] = line.stars


def _person(line: reading.Line, domain: Domain) -> Person | None:
    if not line.person:
        return None
    person = consent.person_known_as(line.person, domain=domain)
    # A file never overrides a word given before: it may be older than a withdrawal.
    if line.consent and not person.consents.filter(purpose=Purpose.TRAINING).exists():
        consent.grant(person, channel=CHANNEL, evidence=line.place)
    return person


def _session(line: reading.Line, domain: Domain, person: Person | None) -> ChatSession | None:
    if not line.thread:
        return None
    key = consent.keyed(line.thread)
    session, _ = ChatSession.objects.get_or_create(
        domain=domain, channel=CHANNEL, outside_key=key, defaults={"person": person}
    )
    return session


def _key(line: reading.Line) -> str:
    """The same exchange of the same person is the same row, whichever file it comes in."""
    parts = (line.person, line.thread, line.question, line.answer)
    return consent.keyed("\0".join(parts))
