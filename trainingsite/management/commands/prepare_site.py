"""What a site needs before its first request: roles, samples, someone who can sign in."""

import os
import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from core.access import make_roles
from core.models import ApiToken, Domain
from trainingsite import samples


class Command(BaseCommand):
    help = "Create roles, schedules, sample domains and the user admin; safe to run again."

    def handle(self, **options: Any) -> None:
        make_roles()
        call_command("createcachetable")
        call_command("setup_schedules")
        if not Domain.objects.exists():
            for slug in samples.SLUGS:
                domain = samples.load(slug)
                self.stdout.write(f"Dominio de ejemplo: {domain} ({slug})")
        self._administrator()

    def _administrator(self) -> None:
        """The first superuser, with a password and a token that are shown now and never again."""
        wanted = os.environ.get("ADMIN_PASSWORD")
        admin = User.objects.filter(username="admin").first()
        if admin is None:
            password = wanted or secrets.token_urlsafe(12)
            admin = User.objects.create_superuser("admin", password=password)
            _, token = ApiToken.objects.issue(user=admin, name="primer arranque")
            shown = "(la de ADMIN_PASSWORD)" if wanted else password
            self.stdout.write(self.style.SUCCESS(f"Usuario: admin   Contraseña: {shown}"))
            self.stdout.write(self.style.SUCCESS(f"Clave de la API: {token}"))
            self.stdout.write("Guárdelas: no se vuelven a mostrar.")
        elif wanted and not admin.check_password(wanted):
            admin.set_password(wanted)
            admin.save(update_fields=["password"])
