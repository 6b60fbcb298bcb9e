"""A key of the API for a program, shown once."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.models import ApiToken, Domain


class Command(BaseCommand):
    help = "Create an API token and print its secret, once; with --signing, the one to sign with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--domain", help="Slug; without it, all domains of the user.")
        parser.add_argument("--name", default="create_token")
        parser.add_argument(
            "--signing",
            action="store_true",
            help="Print what a bot signs its requests with: X-Signature-Key and the secret.",
        )

    def handle(
        self, *, username: str, domain: str | None, name: str, signing: bool, **options: Any
    ) -> str:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"No hay un usuario activo «{username}».")
        scope = Domain.objects.filter(slug=domain).first() if domain else None
        if domain and scope is None:
            raise CommandError(f"No hay un dominio «{domain}».")
        token, secret = ApiToken.objects.issue(user=user, domain=scope, name=name)
        return f"{token.prefix} {token.signing}" if signing else secret
