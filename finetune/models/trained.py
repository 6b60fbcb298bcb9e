"""Models that were trained, when each answered, who decided it, where else they run."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import Domain, PromptVersion
from core.work import KILLED, Work, WorkState
from finetune.models.datasets import DatasetItem
from finetune.models.jobs import FineTuningJob

INTERRUPTED = _("Se interrumpió cinco veces sin llegar al final: despliéguelo otra vez.")


class Verdict(models.TextChoices):
    """What an evaluation says of a model (the gate)."""

    BETTER = "better", _("mejor")
    WORSE = "worse", _("peor")
    UNCLEAR = "unclear", _("sin evidencia suficiente")


class TrainedModelQuerySet(models.QuerySet["TrainedModel"]):
    def in_service(self) -> Self:
        """Those that answer now: at most one a domain."""
        return self.filter(Exists(Activation.objects.current().filter(model=OuterRef("pk"))))

    def of_erased(self) -> Self:
        """Those that learnt from examples of people who have been erased since."""
        gone = DatasetItem.objects.erased().filter(dataset__jobs__model=OuterRef("pk"))
        return self.filter(Exists(gone))


class TrainedModel(models.Model):
    """A model that a job made, and the prompt it was trained with.

    ``gone_at`` is when its provider no longer had it; ``ends_on`` when it said it will not.
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="models", verbose_name=_("dominio")
    )
    job = models.OneToOneField(
        FineTuningJob, models.PROTECT, related_name="model", verbose_name=_("entrenamiento")
    )
    provider = models.CharField(_("proveedor"), max_length=40)
    name = models.CharField(_("nombre"), max_length=200)
    base_model = models.CharField(_("modelo base"), max_length=100)
    prompt = models.ForeignKey(PromptVersion, models.PROTECT, verbose_name=_("prompt"))
    demonstration = models.BooleanField(_("de demostración"), default=False)
    gone_at = models.DateTimeField(_("ya no está desde"), null=True, blank=True)
    ends_on = models.DateField(_("se retira el"), null=True, blank=True)
    created_at = models.DateTimeField(_("creado"), default=timezone.now)

    objects = TrainedModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("modelo entrenado")
        verbose_name_plural = _("modelos entrenados")
        ordering = ["-created_at", "-pk"]
        permissions = [("activate_model", "Activar modelos")]
        constraints = [models.UniqueConstraint(name="model_once", fields=["provider", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def learnt_from_erased(self) -> bool:
        """Whether somebody whose words it learnt from has been erased since."""
        return self.job.dataset.items.erased().exists()


class ActivationQuerySet(models.QuerySet["Activation"]):
    def current(self) -> Self:
        """Those whose model answers now: at most one a domain."""
        return self.filter(retired_at=None)


class Activation(models.Model):
    """Which trained model answered in a domain, and when. At most one does now.

    ``verdict`` is the evaluation's at that moment; ``reason`` is what a person wrote where it was
    not "better"; ``approved_by`` is the second person where two were needed.
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="activations", verbose_name=_("dominio")
    )
    model = models.ForeignKey(
        TrainedModel, models.PROTECT, related_name="activations", verbose_name=_("modelo")
    )
    activated_at = models.DateTimeField(_("activado"), default=timezone.now)
    activated_by = models.CharField(_("por"), max_length=150)
    approved_by = models.CharField(_("aprobado por"), max_length=150, blank=True)
    verdict = models.CharField(
        _("veredicto"), max_length=12, choices=Verdict.choices, default=Verdict.UNCLEAR
    )
    forced = models.BooleanField(_("contra el veredicto"), default=False)
    reason = models.TextField(_("motivo"), blank=True)
    retired_at = models.DateTimeField(_("retirado"), null=True, blank=True)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("activación")
        verbose_name_plural = _("activaciones")
        ordering = ["-activated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="activation_one_per_domain",
                fields=["domain"],
                condition=Q(retired_at=None),
                violation_error_message=_("El dominio ya tiene un modelo activo."),
            ),
            models.CheckConstraint(
                name="activation_forced_by_two_with_a_reason",
                condition=Q(forced=False) | ~Q(reason="") & ~Q(approved_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug}: {self.model}"


class ActivationRequest(models.Model):
    """That somebody wants a model to answer, where a second person has to agree."""

    model = models.ForeignKey(
        TrainedModel, models.CASCADE, related_name="requests", verbose_name=_("modelo")
    )
    verdict = models.CharField(_("veredicto"), max_length=12, choices=Verdict.choices)
    forced = models.BooleanField(_("contra el veredicto"), default=False)
    reason = models.TextField(_("motivo"), blank=True)
    asked_by = models.CharField(_("pedido por"), max_length=150)
    asked_at = models.DateTimeField(_("pedido"), default=timezone.now)
    decided_by = models.CharField(_("decidido por"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decidido"), null=True, blank=True)
    granted = models.BooleanField(_("concedido"), null=True)

    class Meta:
        verbose_name = _("petición de activación")
        verbose_name_plural = _("peticiones de activación")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="activation_request_one_open", fields=["model"], condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                name="activation_request_decided_by_another",
                condition=Q(decided_at=None, decided_by="", granted=None)
                | Q(decided_at__isnull=False, granted__isnull=False)
                & ~Q(decided_by="")
                & (Q(granted=False) | ~Q(decided_by=models.F("asked_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.asked_by}"


class Target(models.TextChoices):
    """Where a model runs besides the service that trained it."""

    ADAPTER = "adapter", _("adaptador (safetensors)")
    GGUF = "gguf", _("GGUF fusionado")
    OLLAMA = "ollama", "Ollama"


class Deployment(Work):
    """A model packaged for another place. It counts once its answers are those of the trained one.

    ``checks`` holds the fixed prompts with both answers; ``checked_at`` is set when they agree. It
    is work until then, or until ``error`` says why not.
    """

    model = models.ForeignKey(
        TrainedModel, models.CASCADE, related_name="deployments", verbose_name=_("modelo")
    )
    target = models.CharField(_("destino"), max_length=10, choices=Target.choices)
    name = models.CharField(_("nombre allí"), max_length=200, blank=True)
    sha256 = models.CharField(_("huella"), max_length=64, blank=True)
    checks = models.JSONField(_("comprobaciones"), default=list)
    checked_at = models.DateTimeField(_("comprobado"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("creado"), default=timezone.now)
    created_by = models.CharField(_("por"), max_length=150)

    class Meta:
        verbose_name = _("despliegue")
        verbose_name_plural = _("despliegues")
        ordering = ["-created_at", "-pk"]
        permissions = [("deploy_model", "Desplegar modelos en otro sitio")]

    def __str__(self) -> str:
        return f"{self.model} → {self.get_target_display()}"

    @property
    def why(self) -> str:
        """Why it did not come about, as people read it; empty while it may, and once it did."""
        return str(INTERRUPTED) if self.error == KILLED else self.error

    def end(self, *, error: str, **facts: Any) -> bool:
        """Write down how it ended, unless it is no longer ours."""
        checked = {} if error else {"checked_at": timezone.now()}
        state = WorkState.DEAD if error else WorkState.DONE
        return self._end(state=state, error=error, **checked, **facts)
