"""Keys of programs, prompts of domains, users and their domains."""

import re
from pathlib import Path

from django.contrib.auth.models import Permission, User
from django.urls import reverse

from core.access import ROLES
from core.admin.wording import ACTIONS, ROLE_NAMES
from core.models import ApiToken, AuditEvent
from tests.factories import a_domain, a_role, a_token, a_user

ADD_TOKEN = reverse("admin:core_apitoken_add")


def test_a_new_key_is_shown_once_and_never_stored(sign_in, domain):
    admin = sign_in("admin")

    answer = admin.post(ADD_TOKEN, {"name": "bot", "user": admin.user.pk, "domain": domain.pk})

    token = ApiToken.objects.get()
    secret = answer.context["token"].secret
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert token.digest == ApiToken.hash(secret)
    assert token.signing in answer.content.decode()
    again = admin.get(reverse("admin:core_apitoken_changelist")).content.decode()
    assert secret not in again


def test_nobody_makes_a_key_that_acts_as_someone_else(sign_in, domain):
    other = a_user(is_superuser=True)

    sign_in("admin").post(ADD_TOKEN, {"name": "bot", "user": other.pk, "domain": domain.pk})

    assert not ApiToken.objects.exists()


def test_nobody_makes_a_key_for_a_domain_of_others(sign_in):
    admin, other = sign_in("admin"), a_domain("ajeno")

    admin.post(ADD_TOKEN, {"name": "bot", "user": admin.user.pk, "domain": other.pk})

    assert not ApiToken.objects.exists()


def test_revoked_keys_stop_working_and_it_is_written_down(sign_in, domain):
    admin = sign_in("admin")
    a_token(admin.user, domain)
    token = ApiToken.objects.get()
    chosen = {"action": "revoke", "_selected_action": [token.pk]}

    admin.post(reverse("admin:core_apitoken_changelist"), chosen)

    assert not ApiToken.objects.live().exists()
    assert AuditEvent.objects.filter(action="token_revoked").exists()


def test_another_prompt_is_another_version(sign_in, domain):
    admin = sign_in("admin")
    url = reverse("admin:core_domain_change", args=[domain.pk])
    form = admin.get(url).context["adminform"].form
    inline = {"prompts-TOTAL_FORMS": 0, "prompts-INITIAL_FORMS": 0}
    fields = {name: form[name].value() for name in form.fields} | {"texts": "{}"} | inline

    admin.post(url, fields | {"prompt_text": "Otro."})

    assert [it.text for it in domain.prompts.order_by("number")][-1] == "Otro."
    assert domain.prompts.count() == 2


def test_a_user_is_given_a_domain(boss, domain):
    user = a_user()
    url = reverse("admin:auth_user_change", args=[user.pk])
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}
    inline = {
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-domain": domain.pk,
        "memberships-0-user": user.pk,
    }

    boss.post(url, {"username": user.username, "is_active": "on", **joined, **inline})

    assert user.memberships.get().domain == domain


def test_every_recorded_action_and_role_has_a_name():
    rooms = ("core", "conversations", "finetune", "rag", "trainingsite", "lending")
    source = "".join(it.read_text() for room in rooms for it in Path(room).rglob("*.py"))
    recorded = set(re.findall(r'audit\.record\(\s*"(\w+)"', source))

    assert len(recorded) > 10
    assert recorded - set(ACTIONS) == set()
    assert set(ROLE_NAMES) == set(ROLES)


def test_the_audit_speaks_spanish_and_filters_by_the_recorded_word(boss):
    for action in ("conversation_rated", "dataset_prepared", "otra_cosa"):
        AuditEvent.objects.create(actor="ana", action=action, subject_type="conversation")
    url = reverse("admin:core_auditevent_changelist")

    every = boss.get(url).content.decode()
    one = boss.get(url, {"action": "dataset_prepared"}).context["cl"].result_list

    assert "Conversación calificada" in every
    assert ">otra_cosa<" in every
    assert ">conversación<" in "".join(every.split())
    assert [it.action for it in one] == ["dataset_prepared"]


def test_roles_are_shown_in_spanish(boss):
    user = a_user("rater")

    page = boss.get(reverse("admin:auth_user_change", args=[user.pk])).content.decode()
    users = boss.get(reverse("admin:auth_user_changelist")).content.decode()
    groups = boss.get(reverse("admin:auth_group_changelist")).content.decode()

    assert all("Calificador" in it for it in (page, users, groups))
    assert user.groups.get().name == "rater"


def test_only_superusers_give_powers_beyond_roles(sign_in, boss):
    helper, user = sign_in(), a_user()
    for code in ("view_user", "change_user"):
        helper.user.user_permissions.add(Permission.objects.get(codename=code))
    url = reverse("admin:auth_user_change", args=[user.pk])

    theirs = helper.get(url).context["adminform"].form.fields
    full = boss.get(url).context["adminform"].form.fields

    assert {"user_permissions", "is_superuser"} & set(theirs) == set()
    assert {"user_permissions", "is_superuser"} <= set(full)


def test_who_had_a_key_stays_and_the_page_says_what_to_do(boss, domain):
    user = a_user()
    a_token(user, domain)
    url = reverse("admin:auth_user_delete", args=[user.pk])
    chosen = {"action": "delete_selected", "_selected_action": [user.pk]}

    one = boss.get(url).content.decode()
    some = boss.post(reverse("admin:auth_user_changelist"), chosen).content.decode()
    boss.post(url, {"post": "yes"})

    assert "quite la marca «Activo»" in one
    assert "quite la marca «Activo»" in some
    assert User.objects.filter(pk=user.pk).exists()


def test_who_never_had_one_is_deleted(boss):
    user = a_user()

    boss.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=user.pk).exists()


def test_a_role_has_its_page(boss):
    url = reverse("admin:auth_group_change", args=[a_role("rater").pk])

    assert "Calificador" in boss.get(url).content.decode()
