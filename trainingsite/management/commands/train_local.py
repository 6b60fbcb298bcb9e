"""A domain's model, trained and packed on this machine, and asked a question (R176)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Refusal
from core.models import Domain
from trainingsite.local_training import LocalTraining

PROBE = "Busco un curso de piano"  # what the documents' own script asks its shop


class Command(BaseCommand):
    help = "Dataset, training, package and a question; run again, it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--domain", required=True, help="Slug.")
        parser.add_argument("--ask", default=PROBE, help=f"The question; by default: {PROBE}.")
        parser.add_argument("--epochs", type=int, help="By default those of the model server.")
        parser.add_argument("--to", type=Path, help="A folder for the merged GGUF file.")

    def handle(self, **options: Any) -> None:
        slug = options["domain"]
        domain = Domain.objects.filter(slug=slug).first()
        if domain is None:
            raise CommandError(f"No hay un dominio «{slug}».")
        try:
            model = LocalTraining(
                domain=domain,
                question=options["ask"],
                by="train_local",
                say=self.stdout.write,
                epochs=options["epochs"],
                folder=options["to"],
            ).run()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS(f"Listo: {model}. Se evalúa y se activa en el admin."))
