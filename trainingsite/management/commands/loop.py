"""From a file of exchanges to a trained, judged and perhaps activated model."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify
from tqdm import tqdm

from conversations.models import Origin
from conversations.reading import READERS
from core.errors import Refusal
from core.models import Domain
from finetune.models import Variant
from trainingsite.loop import PROMPT, SHOWN, Loop, Outcome, shown

RUNNER = "loop"  # the user whose stars and activations these are; cannot sign in


class Command(BaseCommand):
    help = "Import, rate, prepare, train, evaluate and activate (or refuse) without hands."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--input", required=True, type=Path, help=f"A file ({', '.join(READERS)}) or a folder."
        )
        parser.add_argument(
            "--origin", required=True, choices=[Origin.SOURCE.value, Origin.STAFF.value],
            help="Of the lines that name no person.",
        )  # fmt: skip
        parser.add_argument("--basis", default="", help="Licence or legal basis of a source.")
        parser.add_argument("--domain", default="", help="Slug; made if it does not exist.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *, json: bool, **options: Any) -> None:
        self.quiet = json
        path: Path = options["input"]
        if not path.exists():
            raise CommandError(f"No existe {path}.")
        domain, made = _domain(options["domain"] or slugify(path.stem))
        try:
            outcome = Loop(
                path=path,
                domain=domain,
                origin=options["origin"],
                basis=options["basis"] or f"declarada al importar {path.name}",
                by=User.objects.get_or_create(username=RUNNER, defaults={"is_active": False})[0],
                progress=self._bar,
                say=self._say,
            ).run()
        except Refusal as refusal:
            if made and not domain.conversations.exists():
                domain.delete()
            raise CommandError(str(refusal)) from refusal
        self._print_json(outcome) if json else self._print(outcome)

    def _bar(self, items: Iterable[Any], step: str) -> Iterable[Any]:
        # Not to self.stderr, which ends each thing written with a line.
        return tqdm(items, desc=step, disable=self.quiet or None)

    def _say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)

    def _print_json(self, outcome: Outcome) -> None:
        self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))

    def _print(self, outcome: Outcome) -> None:
        judged = outcome.evaluation
        assert judged  # noqa: S101  (the loop ends with one, or with a refusal)
        for line in _table(judged.summary):
            self.stdout.write(line)
        for reason in judged.reasons:
            self.stdout.write(f"· {reason}")
        verdict = "Activado" if outcome.activated else "No se activa"
        self.stdout.write(self.style.SUCCESS(f"{verdict}: {judged.model}"))
        self.stdout.write(f"\n{SHOWN} preguntas apartadas:")
        for row in shown(judged):
            self.stdout.write("")
            for name, text in row.items():
                self.stdout.write(f"{name:>10}: {text}")


def _domain(slug: str) -> tuple[Domain, bool]:
    """The domain, made with a plain prompt when it is new, and whether it is."""
    domain, made = Domain.objects.get_or_create(slug=slug, defaults={"name": slug})
    if made:
        domain.write_prompt(PROMPT, by=RUNNER)
    return domain, made


def _table(summary: dict[str, Any]) -> list[str]:
    """What each variant scored, and the held-out loss, as aligned lines."""
    rows = [f"{'':<20}{'chrF':>8}{'similitud':>12}{'ms':>8}"]
    for variant in (it for it in Variant if it in summary):
        scores = summary[variant]
        chrf, similarity = _figure(scores["chrf"], 1), _figure(scores["similarity"], 3)
        took = _figure(scores["milliseconds"], 0)
        rows.append(f"{variant.label:<20}{chrf:>8}{similarity:>12}{took:>8}")
    loss = summary["loss"]
    before, after = _figure(loss["before"], 3), _figure(loss["after"], 3)
    return [*rows, f"Pérdida de validación: {before} antes, {after} después"]


def _figure(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
