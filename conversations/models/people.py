"""People who write, their consent, their threads."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain


class Purpose(models.TextChoices):
    CHAT = "chat", _("Conversar")
    TRAINING = "training", _("Entrenar")
    HUMAN_REVIEW = "human_review", _("Revisión por personas")


class Person(models.Model):
    """Someone who writes, known only by a keyed hash of their outside id."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="people", verbose_name=_("dominio")
    )
    pseudonym = models.CharField(_("seudónimo"), max_length=64)
    created_at = models.DateTimeField(_("desde"), default=timezone.now)

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        constraints = [models.UniqueConstraint(name="person_once", fields=["domain", "pseudonym"])]

    def __str__(self) -> str:
        return self.pseudonym[:12]

    def word_on(self, purpose: str) -> ConsentEvent | None:
        """The latest they said about ``purpose``: the one that counts."""
        return self.consents.filter(purpose=purpose).order_by("-at", "-pk").first()

    def consents_to(self, purpose: str) -> bool:
        """Whether their latest word on ``purpose`` was a yes."""
        latest = self.word_on(purpose)
        return bool(latest and latest.granted)


class ConsentText(models.Model):
    """What a domain asks its people, as it was: a new wording is a new version."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="consent_texts", verbose_name=_("dominio")
    )
    number = models.PositiveIntegerField(_("versión"))
    text = models.TextField(_("texto"))
    language = models.CharField(_("idioma"), max_length=10, default="es")
    created_at = models.DateTimeField(_("creada"), default=timezone.now)
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("texto de consentimiento")
        verbose_name_plural = _("textos de consentimiento")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="consent_text_once", fields=["domain", "number"])
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug} v{self.number}"


class ConsentRequest(models.Model):
    """That a person was asked, with which words: only what they say next is the answer.

    ``closed_at`` is when they said something: their answer (``event``), or anything else.
    """

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="consent_requests", verbose_name=_("persona")
    )
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", verbose_name=_("texto"))
    channel = models.CharField(_("canal"), max_length=40)
    asked_at = models.DateTimeField(_("preguntado"), db_default=Now())
    closed_at = models.DateTimeField(_("cerrado"), null=True, blank=True)
    event = models.OneToOneField(
        "ConsentEvent", models.CASCADE, null=True, blank=True, related_name="request"
    )

    class Meta:
        verbose_name = _("pregunta de consentimiento")
        verbose_name_plural = _("preguntas de consentimiento")
        constraints = [
            models.UniqueConstraint(
                name="consent_asked_one_at_a_time",
                fields=["person"],
                condition=models.Q(closed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.text}"


class ConsentEvent(models.Model):
    """One yes or no. Never changed: the latest one of a purpose counts."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="consents", verbose_name=_("persona")
    )
    purpose = models.CharField(_("para qué"), max_length=20, choices=Purpose.choices)
    granted = models.BooleanField(_("acepta"))
    text_number = models.PositiveIntegerField(_("versión del texto"), null=True, blank=True)
    text_hash = models.CharField(_("huella del texto"), max_length=64, blank=True)
    language = models.CharField(_("idioma"), max_length=10, blank=True)
    channel = models.CharField(_("canal"), max_length=40)
    evidence = models.CharField(_("prueba"), max_length=200, blank=True)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("consentimiento")
        verbose_name_plural = _("consentimientos")
        permissions = [("record_consent", "Registrar y retirar consentimientos")]
        indexes = [models.Index(fields=["person", "purpose", "-at"])]

    def __str__(self) -> str:
        return f"{self.person} {self.purpose}: {'sí' if self.granted else 'no'}"


class ChatSession(models.Model):
    """A thread: the exchanges of one person (or user of staff) in one channel."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="sessions", verbose_name=_("dominio")
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, verbose_name=_("persona")
    )
    outside_key = models.CharField(
        _("clave de fuera"), max_length=64, help_text=_("Huella de la clave del canal.")
    )
    channel = models.CharField(_("canal"), max_length=40)
    created_at = models.DateTimeField(_("creada"), default=timezone.now)

    class Meta:
        verbose_name = _("hilo")
        verbose_name_plural = _("hilos")
        constraints = [
            models.UniqueConstraint(
                name="session_once", fields=["domain", "channel", "outside_key"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.outside_key[:8]}"
