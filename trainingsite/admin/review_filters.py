"""Filters of the lists of reviewers. Their choices are fixed or the domains' own, never counted."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from conversations.catalogue import Catalogue
from conversations.models import Label, Stage, Why
from conversations.review import BANDS, WAITING, in_band
from core.access import domains_of
from trainingsite.admin.bands import HIDDEN, band_name


class WaitingFilter(SimpleListFilter):
    """What waits for a reviewer, unless the approved are asked for."""

    title = _("estado")
    parameter_name = "estado"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("aprobadas", _("Aprobadas"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The theme's first choice is "all": here it is what waits."""
        every, *others = super().choices(changelist)
        yield every | {"display": _("Por revisar")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "aprobadas":
            return queryset.filter(stage=Stage.APPROVED).exclude(WAITING)
        return queryset.filter(WAITING)


class WhyFilter(SimpleListFilter):
    title = _("motivo")
    parameter_name = "por_que"
    reasons = [
        *(Why.LOW_CONFIDENCE, Why.PERSONAL_DATA, Why.NEW_ANSWER, Why.REVIEWER, Why.THUMB_DOWN),
    ]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(it.value, it.label) for it in self.reasons]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(why=self.value()) if self.value() else queryset


class WaitingWhyFilter(WhyFilter):
    """Says nothing of those whose confidence is not told."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().queryset(request, queryset)
        return rows.exclude(told=None) if self.value() == Why.LOW_CONFIDENCE else rows


class RejectedWhyFilter(WhyFilter):
    reasons = [Why.QA, Why.REVIEWER]


class ScreenedWhyFilter(WhyFilter):
    reasons = [Why.EMPTY, Why.GREETING, Why.SHORT, Why.NO_REQUEST]


class BandFilter(SimpleListFilter):
    """By the confidence that may be shown (``told``)."""

    title = _("confianza")
    parameter_name = "confianza"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((it, band_name(it)) for it in BANDS), ("oculta", HIDDEN)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or ""
        if asked == "oculta":
            return queryset.filter(told=None)
        return queryset.filter(in_band(asked)) if asked in BANDS else queryset


class IntentFilter(SimpleListFilter):
    """The intents that the user's domains define."""

    title = _("intención")
    parameter_name = "intencion"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        texts = domains_of(request.user).values_list("texts", flat=True)
        intents = (it for found in texts for it in Catalogue.read((), found).intents)
        titles = {it.name: it.title for it in intents}
        return sorted(titles.items(), key=lambda it: it[1].casefold())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return _labelled(queryset, intent=self.value()) if self.value() else queryset


class QaFilter(SimpleListFilter):
    title = _("control de calidad")
    parameter_name = "calidad"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("si", _("Lo pasa")), ("no", _("Tiene errores"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"si", "no"}:
            return queryset
        return _labelled(queryset, qa_passed=self.value() == "si")


def _labelled(rows: QuerySet[Any], **wanted: Any) -> QuerySet[Any]:
    labels = Label.objects.filter(conversation=OuterRef("pk"), current=True, **wanted)
    return rows.filter(Exists(labels))
