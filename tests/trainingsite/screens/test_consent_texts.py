"""What people are asked is edited in versions."""

from django.urls import reverse

from conversations import consent
from conversations.models import ConsentText
from core.models import AuditEvent
from tests.factories import a_domain

ADD = reverse("admin:conversations_consenttext_add")
LIST = reverse("admin:conversations_consenttext_changelist")


def test_another_wording_is_another_version_and_says_who_wrote_it(sign_in, domain):
    consent.write_text(domain, "¿Autoriza?", by="ana")
    admin = sign_in("admin")
    written = {"domain": domain.pk, "language": "es", "text": "¿Nos autoriza?"}

    assert admin.post(ADD, written).status_code == 302

    assert list(domain.consent_texts.values_list("number", "text", "created_by")) == [
        (2, "¿Nos autoriza?", admin.user.get_username()),
        (1, "¿Autoriza?", "ana"),
    ]
    assert AuditEvent.objects.filter(action="consent_text_written").count() == 2
    assert "¿Nos autoriza?" in admin.get(LIST).content.decode()


def test_the_same_wording_again_makes_none(sign_in, domain):
    for _ in range(2):
        sign_in("admin").post(ADD, {"domain": domain.pk, "language": "es", "text": "¿Autoriza?"})
    assert ConsentText.objects.count() == 1


def test_an_earlier_version_is_read_and_not_changed(boss, domain):
    text = consent.write_text(domain, "¿Autoriza?", by="ana")
    page = reverse("admin:conversations_consenttext_change", args=[text.pk])

    assert "¿Autoriza?" in boss.get(page).content.decode()
    assert boss.post(page, {"domain": domain.pk, "text": "Otro"}).status_code == 403

    text.refresh_from_db()
    assert text.text == "¿Autoriza?"


def test_nobody_writes_for_a_domain_of_others(sign_in):
    other = a_domain("ajeno")
    sign_in("admin").post(ADD, {"domain": other.pk, "language": "es", "text": "¿Autoriza?"})
    assert not ConsentText.objects.exists()


def test_who_may_not_write_them_does_not_see_the_page(sign_in):
    assert sign_in("reviewer").get(ADD).status_code == 403
