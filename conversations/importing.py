"""Files of exchanges into conversations, through the one verb ``capture_many()``."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from conversations import consent, reading
from conversations.anonymise import anonymise
from conversations.capture import ConsentMissing, Exchange, Outcome, capture_many
from conversations.incoming import people_behind
from conversations.models import ChatSession, Origin, Person, Purpose
from conversations.reading import Line
from core.errors import Invalid
from core.models import Domain

CHANNEL = "importación"
LONGEST_PROOF = 200  # of a file's name and the line in it, whose number comes last
BATCH = 500  # lines of a transaction: what an interruption makes one do again


@dataclass
class Report:
    """What became of a file's lines. ``stars`` maps a conversation to the stars of its line."""

    kept: list[int] = field(default_factory=list)
    already: int = 0
    no_consent: int = 0
    bad: list[str] = field(default_factory=list)
    stars: dict[int, int] = field(default_factory=dict)

    def add(self, line: Line, outcome: Outcome) -> None:
        if isinstance(outcome.refusal, ConsentMissing):
            self.no_consent += 1
        elif outcome.refusal:
            self.bad.append(f"{line.place}: {outcome.refusal.details}")
        elif outcome.duplicate:
            self.already += 1
        else:
            self.kept.append(outcome.kept.pk)
            if line.stars:
                self.stars[outcome.kept.pk] = line.stars


@dataclass(frozen=True)
class Import:
    """Where the exchanges of a file go, and as what.

    A line with a ``persona`` is that person's and needs their consent, given before or, with
    ``consent_from_file``, in the line; the others have ``origin`` and, for a source, ``basis``.
    """

    domain: Domain
    origin: str
    basis: str
    consent_from_file: bool

    def keep(self, lines: Sequence[Line]) -> list[Outcome]:
        """Capture a batch of lines; an outcome for each."""
        if self.consent_from_file:
            self._grant(lines)
        people = people_behind({it.person for it in lines if it.person}, domain=self.domain)
        found = [people.get(line.person) for line in lines]
        outcomes = [_refused(line, person) for line, person in zip(lines, found, strict=True)]
        items = [
            self._item(line, person if isinstance(person, Person) else None)
            for line, person, refused in zip(lines, found, outcomes, strict=True)
            if not refused
        ]
        kept = iter(capture_many(self.domain, items) if items else [])
        return [outcome or next(kept) for outcome in outcomes]

    def _grant(self, lines: Sequence[Line]) -> None:
        """A yes in a line counts for who never said a word: the file may be older than a no."""
        willing = {line.person: line.place for line in lines if line.person and line.consent}
        for outside_id, person in people_behind(willing, domain=self.domain).items():
            if isinstance(person, Invalid):
                continue
            if person is None or person.word_on(Purpose.TRAINING) is None:
                known = consent.person_known_as(outside_id, domain=self.domain)
                proof, _ = anonymise(willing[outside_id])  # a file may be named after a person
                consent.grant(known, channel=CHANNEL, evidence=proof[-LONGEST_PROOF:])

    def _item(self, line: Line, person: Person | None) -> Exchange:
        whose = person.pseudonym if person else ""
        return Exchange(
            question=line.question,
            answer=line.answer,
            origin=Origin.PERSON if person else self.origin,
            person=person,
            basis="" if person else self.basis,
            session=self._session(line, person),
            # The same exchange of the same person is the same row, whichever file it comes in.
            outside_id=consent.keyed("\0".join((whose, line.thread, line.question, line.answer))),
            created_at=line.created_at,
        )

    def _session(self, line: Line, person: Person | None) -> ChatSession | None:
        if not line.thread:
            return None
        whose = f"{person.pseudonym}\0" if person else ""
        key = consent.keyed(f"{whose}{line.thread}")
        return ChatSession(domain=self.domain, person=person, channel=CHANNEL, outside_key=key)


def import_path(
    path: Path,
    *,
    domain: Domain,
    origin: str,
    basis: str,
    consent_from_file: bool = True,
    progress: Callable[[Iterable[Line]], Iterable[Line]] = iter,
) -> Report:
    """Capture the exchanges of ``path`` (a file or a folder), batch after batch.

    A second run finds what the first one kept, also after an interruption, and adds the rest. Bad
    lines are reported with their place, and the good ones are kept. See :class:`Import`.
    """
    report = Report()
    run = Import(domain, origin, basis, consent_from_file)
    lines = iter(progress(_lines(path, report)))
    while batch := list(islice(lines, BATCH)):
        for line, outcome in zip(batch, run.keep(batch), strict=True):
            report.add(line, outcome)
    return report


def _lines(path: Path, report: Report) -> Iterator[Line]:
    """The lines of every file that can be used; the others are reported as they come."""
    for file in reading.files(path):
        try:
            for found in reading.read(file):
                if isinstance(found, Line):
                    yield found
                else:
                    report.bad.append(str(found))
        except reading.Unreadable as bad:
            report.bad.append(str(bad))


def _refused(line: Line, person: Person | Invalid | None) -> Outcome | None:
    """A line that names a person is theirs, or nobody's: never taken for one without."""
    if isinstance(person, Invalid):
        return Outcome(refusal=person)
    return Outcome(refusal=ConsentMissing()) if line.person and person is None else None
