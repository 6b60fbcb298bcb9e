import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule

from core.access import ROLES
from core.models import ApiToken, Domain
from tests.factories import a_domain, a_user
from trainingsite.management.commands.setup_schedules import TIMED

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_password(monkeypatch):
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)


def test_first_start_makes_roles_samples_schedules_and_an_admin():
    call_command("prepare_site")
    assert set(Domain.objects.values_list("slug", flat=True)) == {"camaron", "tienda", "prestamos"}
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert all(callable(import_string(it.func)) for it in Schedule.objects.all())
    assert Schedule.objects.count() == sum(map(len, TIMED.values()))
    assert User.objects.get(username="admin").is_superuser


def test_password_and_token_are_shown_once_and_work(capsys, client):
    a_domain()
    call_command("prepare_site")
    first = capsys.readouterr().out
    password = first.split("Contraseña: ")[1].split()[0]
    token = first.split("Clave de la API: ")[1].split()[0]
    assert client.login(username="admin", password=password)
    assert ApiToken.objects.live().get().digest == ApiToken.hash(token)
    call_command("prepare_site")
    assert "Contraseña" not in capsys.readouterr().out
    assert ApiToken.objects.count() == 1


def test_admin_password_of_the_environment_wins(monkeypatch, client, capsys):
    a_domain()
    for password in ("una-clave-propia", "otra-clave-propia"):
        monkeypatch.setenv("ADMIN_PASSWORD", password)
        call_command("prepare_site")
        assert client.login(username="admin", password=password)
        assert password not in capsys.readouterr().out


def test_staff_edits_of_a_sample_domain_survive_the_next_start():
    a_domain("camaron", name="Mi negocio")
    call_command("prepare_site")
    assert Domain.objects.get().name == "Mi negocio"


def test_role_has_exactly_its_rights():
    call_command("prepare_site")
    user = a_user()
    user.groups.add(Group.objects.get(name="rater"))
    assert user.has_perm("conversations.rate_conversation")
    assert not user.has_perm("finetune.start_job")


def test_create_token_acts_in_its_domain(capsys):
    domain = a_domain()
    user = a_user(domain=domain)
    call_command("create_token", user.username, domain=domain.slug)
    token = ApiToken.objects.get(digest=ApiToken.hash(capsys.readouterr().out.strip()))
    assert (token.user, token.domain) == (user, domain)


@pytest.mark.parametrize("arguments", [("nobody",), ("admin", "--domain", "nada")])
def test_create_token_refuses_the_unknown(arguments):
    User.objects.create_superuser("admin", password="x")
    with pytest.raises(CommandError, match="No hay"):
        call_command("create_token", *arguments)


def test_create_token_prints_what_a_bot_signs_with(capsys):
    call_command("create_token", a_user().username, signing=True)
    token = ApiToken.objects.get()
    assert capsys.readouterr().out.split() == [token.prefix, token.signing]
