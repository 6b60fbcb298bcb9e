"""Exchanges of a file, or of a folder of files, into the conversations of a domain."""

from collections.abc import Iterable
from pathlib import Path
from signal import SIGINT
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from conversations import reading
from conversations.importing import Report, import_path
from conversations.models import Origin
from core.models import Domain

INTERRUPTED = "Interrumpida. Lo importado queda; la misma orden sigue donde quedó."


class Command(BaseCommand):
    help = "Import conversations. Run again after an interruption, it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, help=f"A file ({', '.join(reading.READERS)}) or a folder."
        )
        parser.add_argument("--domain", required=True, help="Slug.")
        parser.add_argument(
            "--origin",
            required=True,
            choices=[Origin.SOURCE.value, Origin.STAFF.value],
            help="Of the lines that name no person.",
        )
        parser.add_argument("--basis", default="", help="Licence or legal basis of a source.")
        parser.add_argument(
            "--consent-from-file",
            action="store_true",
            help="A yes in a line is the consent of a person who has not said a word before.",
        )

    def handle(
        self, *, path: Path, origin: str, basis: str, consent_from_file: bool, **options: Any
    ) -> None:
        if not path.exists():
            raise CommandError(f"No existe {path}.")
        if origin == Origin.SOURCE and not basis:
            raise CommandError("Una fuente necesita su licencia o base legal: --basis.")
        try:
            report = import_path(
                path,
                domain=_domain(options["domain"]),
                origin=origin,
                basis=basis,
                consent_from_file=consent_from_file,
                progress=lambda lines: self._bar(lines, path, options["verbosity"]),
            )
        except KeyboardInterrupt:
            raise CommandError(INTERRUPTED, returncode=128 + SIGINT) from None
        self._tell(report)

    def _bar(
        self, lines: Iterable[reading.Line], path: Path, verbosity: int
    ) -> Iterable[reading.Line]:
        # Not to self.stderr, which ends each thing written with a line.
        return tqdm(
            lines,
            total=reading.lines_in(path),
            unit=" líneas",
            disable=verbosity == 0 or None,
        )

    def _tell(self, report: Report) -> None:
        """Say what became of the lines; exit with 1 when some could not be used."""
        for place in report.bad:
            self.stderr.write(place)
        self.stdout.write(
            f"{len(report.kept)} importadas, {report.already} repetidas, "
            f"{report.no_consent} sin consentimiento, {len(report.bad)} ilegibles"
        )
        if report.bad:
            raise CommandError(f"{len(report.bad)} líneas no se pudieron usar.")


def _domain(slug: str) -> Domain:
    found = Domain.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"No hay un dominio «{slug}».")
    return found
