"""The files of the documents, from the command line: train, valid and their chat twins."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Refusal
from core.models import Domain
from finetune import exports
from finetune.models import Export, Source

FOLDER = Path("data/finetune")
BY = "export_for_finetune"


class Command(BaseCommand):
    help = "Export what a domain may learn from as train.jsonl, valid.jsonl and .chat.jsonl."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--domain", default="camaron", help="Slug.")
        parser.add_argument(
            "--min-confidence", type=float, help="The domain's by default; lower adds nothing new."
        )
        parser.add_argument("--train-split", type=float, default=0.9)
        parser.add_argument("--source", choices=Source.values, default=Source.BOTH.value)
        parser.add_argument(
            "--folder",
            type=Path,
            default=FOLDER,
            help="Copies go here. They are not found again when a person takes their consent back.",
        )

    def handle(self, *, domain: str, folder: Path, **options: Any) -> None:
        found = Domain.objects.filter(slug=domain).first()
        if found is None:
            raise CommandError(f"No hay un dominio «{domain}».")
        try:
            made = exports.export(
                found,
                source=options["source"],
                min_confidence=options["min_confidence"],
                train_split=options["train_split"],
                by=BY,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self._copy(made, folder)
        counted = exports.counts(made)
        self.stdout.write(f"train {counted['train']}, valid {counted['valid']}: {folder}")
        self.stdout.write("Export complete.")

    def _copy(self, made: Export, folder: Path) -> None:
        """Replace each file in one step: who reads meanwhile gets the old or the new, whole."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in made.files:
            partial = folder / f"{name}.part"
            with exports.opened(made, name, by=BY) as source, partial.open("wb") as target:
                shutil.copyfileobj(source, target)
            partial.replace(folder / name)
