"""What every admin page of the house shares: only the rows of the user's domains are there."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from core.access import domains_of, visible
from core.models import Domain


def staff(request: HttpRequest) -> User:
    """Who asks; the admin site has let no stranger through."""
    return cast(User, request.user)


def _choices(related: type[models.Model], request: HttpRequest) -> QuerySet[Any] | None:
    """The rows of ``related`` that the user may point at; ``None``: it belongs to no domain."""
    if related is Domain:
        return domains_of(request.user)
    if any(field.name == "domain" for field in related._meta.get_fields()):
        return visible(related._default_manager.all(), request.user)
    return None


class ScopedForeignKeys:
    """Foreign keys of a form offer the rows of the user's domains, and accept no others."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        related = db_field.related_model
        if "queryset" not in kwargs and (rows := _choices(related, request)) is not None:
            kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class SoundAddress:
    """A list whose address holds a NUL, which no column takes, is a bad request (400)."""

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "%00" in request.GET.urlencode():
            raise BadRequest
        return super().changelist_view(request, *args, **kwargs)  # type: ignore[misc]


class ScopedAdmin(SoundAddress, ScopedForeignKeys, ModelAdmin):
    """A page whose rows belong to a domain; ``domain_path`` leads from a row to it."""

    domain_path = "domain"
    show_full_result_count = False
    list_per_page = 25
    list_select_related: Any = ["domain"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(super().get_queryset(request), request.user, path=self.domain_path)

    @admin.display(description=_("dominio"), ordering="domain")
    def in_domain(self, row: Any) -> str:
        return row.domain.name if row.domain else "–"


class DomainWhereSeveral(ModelAdmin):
    """A wide list: it names the domain of its rows only to who has more than one."""

    def get_list_display(self, request: HttpRequest) -> list[str]:
        columns = list(super().get_list_display(request))
        if domains_of(request.user).count() < 2:
            columns.remove("in_domain")
        return columns


class WithFacts(ModelAdmin):
    """A row's page that shows more than its columns: :meth:`facts_of` tells its template."""

    def facts_of(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the template of the page of ``row`` is given."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        told = self.facts_of(request, row) if row else {}
        return super().change_view(request, object_id, form_url, {**told, **(extra_context or {})})


class ReadOnly:
    """Nobody adds, changes or deletes by hand what the site writes by itself."""

    actions_detail_hide_default = True  # a history of edits that nobody makes

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly):
    """Rows that hang on another row: who may look at that one may look at them."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class ReadOnlyTable(ReadOnlyInline, TabularInline):
    pass


class ReadOnlyStack(ReadOnlyInline, StackedInline):
    pass


class DomainFilter(admin.SimpleListFilter):
    """The user's domains; says nothing to who has only one."""

    title = _("dominio")
    parameter_name = "dominio"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(domains_of(request.user).values_list("slug", "name"))

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(domain__slug=self.value()) if self.value() else queryset
