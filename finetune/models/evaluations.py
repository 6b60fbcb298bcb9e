"""How a model answered beside its rivals, and what follows from it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain, PromptVersion
from core.work import Work
from finetune.models.trained import TrainedModel, Verdict


class Variant(models.TextChoices):
    """Who answered in an evaluation."""

    BASE = "base", _("modelo base")
    EXAMPLES = "examples", _("base con ejemplos")
    INCUMBENT = "incumbent", _("modelo en servicio")
    TUNED = "tuned", _("entrenado")


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def finished(self) -> Self:
        """With a verdict; the others still wait for answers."""
        return self.filter(finished_at__isnull=False)

    def open(self) -> Self:
        return self.filter(finished_at=None)


class Evaluation(models.Model):
    """How a trained model and its rivals did on the same questions: base, examples, in service.

    ``summary`` holds each variant's means, the paired differences with their intervals, the
    probes, the loss before and after. ``set_hash`` is of the frozen questions as they were: when
    they, or the domain's prompt, have changed since, the evaluation is stale. It has no verdict
    before ``finished_at``: the answers are kept as they come.
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="evaluations", verbose_name=_("dominio")
    )
    model = models.ForeignKey(
        TrainedModel, models.CASCADE, related_name="evaluations", verbose_name=_("modelo")
    )
    incumbent = models.ForeignKey(
        TrainedModel,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("modelo en servicio entonces"),
    )
    prompt = models.ForeignKey(
        PromptVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("prompt")
    )
    set_hash = models.CharField(_("huella de las preguntas"), max_length=64, blank=True)
    summary = models.JSONField(_("resumen"), default=dict)
    verdict = models.CharField(
        _("veredicto"), max_length=12, choices=Verdict.choices, default=Verdict.UNCLEAR
    )
    reasons = models.JSONField(_("razones"), default=list)
    created_at = models.DateTimeField(_("empezada"), default=timezone.now)
    finished_at = models.DateTimeField(_("hecha"), null=True, editable=False)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluación")
        verbose_name_plural = _("evaluaciones")
        ordering = ["-created_at", "-pk"]
        permissions = [("compare_answers", "Comparar respuestas a ciegas")]
        constraints = [
            models.UniqueConstraint(
                name="evaluation_one_open_per_model",
                fields=["model"],
                condition=Q(finished_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def better(self) -> bool:
        return self.verdict == Verdict.BETTER


class Evaluating(Work):
    """An evaluation that still lacks answers."""

    evaluation = models.OneToOneField(
        Evaluation,
        models.CASCADE,
        primary_key=True,
        related_name="work",
        verbose_name=_("evaluación"),
    )

    class Meta:
        verbose_name = _("evaluación por hacer")
        verbose_name_plural = _("evaluaciones por hacer")

    def __str__(self) -> str:
        return f"{self.evaluation_id}: {self.state}"


class EvaluationItem(models.Model):
    """One answer of one variant, with its scores; of a probe, whether it was passed.

    ``passages`` is of those of documents that it was shown; empty for none.
    """

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="items", verbose_name=_("evaluación")
    )
    variant = models.CharField(_("quién"), max_length=10, choices=Variant.choices)
    topic = models.CharField(_("tema"), max_length=80, blank=True)
    question = models.TextField(_("pregunta"))
    expected = models.TextField(_("respuesta aprobada"), blank=True)
    answer = models.TextField(_("respuesta"))
    chrf = models.FloatField("chrF", null=True)
    similarity = models.FloatField(_("similitud"), null=True)
    exact = models.BooleanField(_("exacta"), null=True)
    judged = models.FloatField(_("juez (0 a 1)"), null=True)
    passed = models.BooleanField(_("prueba superada"), null=True)
    passages = models.CharField(_("huella de los pasajes"), max_length=64, blank=True)
    milliseconds = models.PositiveIntegerField(_("tiempo (ms)"))

    class Meta:
        verbose_name = _("respuesta evaluada")
        verbose_name_plural = _("respuestas evaluadas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "evaluation", "variant", MD5("question"), name="evaluation_answer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.question[:60]}"


class BlindVote(models.Model):
    """Which of two answers a person found better, without knowing whose they were.

    ``favoured`` is empty for a tie.
    """

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="votes", verbose_name=_("evaluación")
    )
    question = models.TextField(_("pregunta"))
    left = models.CharField(_("izquierda"), max_length=10, choices=Variant.choices)
    right = models.CharField(_("derecha"), max_length=10, choices=Variant.choices)
    favoured = models.CharField(_("preferida"), max_length=10, choices=Variant.choices, blank=True)
    by = models.CharField(_("por"), max_length=150)
    at = models.DateTimeField(_("cuándo"), default=timezone.now)

    class Meta:
        verbose_name = _("voto a ciegas")
        verbose_name_plural = _("votos a ciegas")
        constraints = [
            models.UniqueConstraint(
                name="blind_vote_once", fields=["evaluation", "question", "by"]
            ),
            models.CheckConstraint(
                name="blind_vote_is_for_one_of_two",
                condition=Q(favoured="")
                | Q(favoured=models.F("left"))
                | Q(favoured=models.F("right")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.favoured or '='}"
