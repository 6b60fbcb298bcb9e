"""What a person agreed to, and taking it back for them when they ask staff to."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations import consent
from conversations.models import Person
from core.errors import Refusal
from core.models import Domain


class Command(BaseCommand):
    help = "Show what a person agreed to, or withdraw it and erase what they said."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["show", "withdraw"])
        parser.add_argument(
            "outside_id", help="As the channel writes it; - reads it from the standard input."
        )
        parser.add_argument("--domain", required=True, help="Slug of the domain.")

    def handle(self, *, action: str, outside_id: str, domain: str, **options: Any) -> None:
        person = _person(sys.stdin.readline() if outside_id == "-" else outside_id, domain)
        if action == "withdraw":
            consent.withdraw(person, channel="command")
        for event in person.consents.order_by("at", "pk"):
            word = "yes" if event.granted else "no"
            text = f"text v{event.text_number}" if event.text_number else "no text"
            self.stdout.write(
                f"{event.at:%Y-%m-%d %H:%M:%S} {event.purpose}: {word} ({event.channel}, {text})"
            )
        self.stdout.write(f"{person.conversations.count()} conversations kept")


def _person(outside_id: str, slug: str) -> Person:
    domain = Domain.objects.filter(slug=slug).first()
    if domain is None:
        raise CommandError(f"No hay un dominio «{slug}».")
    try:
        person = consent.find_person(outside_id, domain=domain)
    except Refusal as error:
        raise CommandError(str(error)) from error
    if person is None:
        raise CommandError("Esa persona no ha escrito nunca en ese dominio.")
    return person
