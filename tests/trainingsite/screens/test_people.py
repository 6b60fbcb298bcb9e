"""Keys of programs, prompts of domains, users and their domains."""

from django.urls import reverse

from core.models import ApiToken, AuditEvent
from tests.factories import a_domain, a_token, a_user

ADD_TOKEN = reverse("admin:core_apitoken_add")


def test_a_new_key_is_shown_once_and_never_stored(sign_in, domain):
    admin = sign_in("admin")

    answer = admin.post(ADD_TOKEN, {"name": "bot", "user": admin.user.pk, "domain": domain.pk})

    token = ApiToken.objects.get()
    secret = answer.context["token"].secret
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert token.digest == ApiToken.hash(secret)
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
