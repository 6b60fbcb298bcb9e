"""How well a domain's documents are found: its questions, the runs over them, what they taught."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from core.models import SHARE, Domain
from rag.models.documents import Document


class SearchTuning(models.Model):
    """What a domain's question set says about one embedder: cosines of models do not compare.

    ``threshold`` is the cosine below which a chunk is no answer; ``vector_weight`` the part that
    the vectors have in the fusion with the full text, 0 to 1.
    """

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="search_tunings", verbose_name=_("dominio")
    )
    embedding_model = models.CharField(_("modelo"), max_length=100)
    threshold = models.FloatField(_("similitud mínima"), validators=SHARE)
    vector_weight = models.FloatField(_("peso de los vectores"), default=0.7, validators=SHARE)
    questions = models.PositiveIntegerField(_("preguntas con que se midió"), default=0)
    at = models.DateTimeField(_("cuándo"), db_default=Now())

    class Meta:
        verbose_name = _("calibración de la búsqueda")
        verbose_name_plural = _("calibraciones de la búsqueda")
        constraints = [
            models.UniqueConstraint(name="search_tuned_once", fields=["domain", "embedding_model"])
        ]

    def __str__(self) -> str:
        return f"{self.domain.slug} {self.embedding_model}"


class RetrievalQuestion(models.Model):
    """A question and where its answer stands; an empty ``document``: nowhere, and it must say so.

    ``quote`` are words of the right passage; empty, any chunk of the document is right.
    """

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="retrieval_questions", verbose_name=_("dominio")
    )
    question = models.TextField(_("pregunta"))
    document = models.ForeignKey(
        Document,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="retrieval_questions",
        verbose_name=_("documento esperado"),
        help_text=_("Vacío: ningún documento la contesta, y la búsqueda no debe dar nada."),
    )
    quote = models.CharField(_("palabras del pasaje"), max_length=300, blank=True)
    active = models.BooleanField(_("activa"), default=True)
    vector = VectorField(null=True, blank=True, editable=False)
    vector_key = models.CharField(max_length=64, default="", editable=False)  # of model and words

    class Meta:
        verbose_name = _("pregunta de búsqueda")
        verbose_name_plural = _("preguntas de búsqueda")

    def __str__(self) -> str:
        return self.question[:80]


class RetrievalRun(models.Model):
    """One pass over a domain's questions: the trend of how well its documents are found."""

    domain = models.ForeignKey(
        Domain, models.CASCADE, related_name="retrieval_runs", verbose_name=_("dominio")
    )
    at = models.DateTimeField(_("cuándo"), db_default=Now())
    cause = models.CharField(_("por qué"), max_length=120)
    embedding_model = models.CharField(_("modelo"), max_length=100)
    questions = models.PositiveIntegerField(_("preguntas"))
    recall_at_1 = models.FloatField(_("recall@1"), null=True)
    recall_at_3 = models.FloatField(_("recall@3"), null=True)
    recall_at_5 = models.FloatField(_("recall@5"), null=True)
    mrr = models.FloatField(_("MRR"), null=True)
    misses = models.JSONField(_("no halladas"), default=list)
    basis = models.JSONField(default=dict, editable=False)  # what it depends on, in short

    class Meta:
        verbose_name = _("medida de la búsqueda")
        verbose_name_plural = _("medidas de la búsqueda")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.domain.slug} {self.at:%Y-%m-%d %H:%M}"
