"""Staff, their roles and domains, and the keys of their programs."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ForeignKey, ManyToManyField, Q, QuerySet
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core import audit
from core.access import domains_of
from core.admin.base import ScopedAdmin, ScopedForeignKeys, SoundAddress, staff
from core.admin.wording import role_name
from core.models import ApiToken, Membership

admin.site.unregister([User, Group])

POWERS = ["is_superuser", "user_permissions"]
KEEPS_KEYS = _(
    "Quien alguna vez tuvo una clave de la API no se elimina: la auditoría guarda lo que hizo con "
    "ella. En su lugar, quite la marca «Activo» en su ficha: ya no podrá entrar y sus claves dejan "
    "de servir."
)


class MembershipInline(ScopedForeignKeys, TabularInline):
    model = Membership
    extra = 1


class RolesField(ModelMultipleChoiceField):
    """Groups by the names of their roles."""

    def label_from_instance(self, obj: Group) -> str:
        return role_name(obj)


@admin.register(User)
class UserAdmin(SoundAddress, DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "roles", "is_active", "last_login"]
    filter_horizontal = []  # the two-box widget is wider than the page
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Roles are what a user is given; powers beyond them are a superuser's to give."""
        fieldsets = super().get_fieldsets(request, obj)
        if staff(request).is_superuser:
            return fieldsets
        return [
            (title, options | {"fields": [it for it in options["fields"] if it not in POWERS]})
            for title, options in fieldsets
        ]

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        if db_field.name == "groups":
            kwargs["form_class"] = RolesField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list, dict, set, list[str]]:
        """Keys are never deleted, and neither is who ever had one: say what to do instead."""
        if ApiToken.objects.filter(user__in=objs).exists():
            messages.warning(request, KEEPS_KEYS)
        return super().get_deleted_objects(objs, request)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        above = [gettext("Superusuario")] if user.is_superuser else []
        return ", ".join([*above, *map(role_name, user.groups.all())]) or "–"


@admin.register(Group)
class GroupAdmin(SoundAddress, DjangoGroupAdmin, ModelAdmin):
    """Roles: groups of permissions (``core.access.ROLES``)."""

    list_display = ["role", "name"]
    fields = ["role", "name", "permissions"]
    readonly_fields = ["role"]

    @admin.display(description=_("rol"), ordering="name")
    def role(self, group: Group) -> str:
        return role_name(group)


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """Keys are issued and revoked, never edited; the secret is shown once and kept nowhere."""

    fields = ["name", "user", "domain", "expires_at"]
    list_display = ["name", "prefix", "of_user", "in_domain", "state", "created_at", "expires_at"]
    list_select_related = ["user", "domain"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """One's own keys, and those of one's domains."""
        rows = ApiToken.objects.all()
        if staff(request).is_superuser:
            return rows
        return rows.filter(Q(user=staff(request)) | Q(domain__in=domains_of(request.user)))

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """A key acts as its user: who is no superuser makes keys for themselves only."""
        if db_field.name == "user":
            who = staff(request)
            kwargs["initial"] = who
            kwargs["queryset"] = (
                User.objects.all() if who.is_superuser else User.objects.filter(pk=who.pk)
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("usuario"), ordering="user")
    def of_user(self, token: ApiToken) -> str:
        return token.user.get_username()

    @display(
        description=_("estado"),
        label={"live": "success", "revoked": "danger", "over": "warning"},
    )
    def state(self, token: ApiToken) -> tuple[str, str]:
        if token.revoked_at:
            return "revoked", gettext("revocada")
        if token.expires_at and token.expires_at <= timezone.now():
            return "over", gettext("caducada")
        return "live", gettext("vigente")

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: Any
    ) -> None:
        row, obj.secret = ApiToken.objects.issue(**form.cleaned_data)
        obj.pk, obj.prefix, obj.digest = row.pk, row.prefix, row.digest
        audit.record("token_issued", row, by=staff(request).get_username())

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret in the answer itself: a message would keep it in a cookie."""
        context = self.admin_site.each_context(request) | {
            "title": _("Clave creada"),
            "token": obj,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/core/token_issued.html", context)

    @admin.action(description=_("Revocar las claves elegidas"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        chosen, by = list(queryset), staff(request).get_username()
        live = [token for token in chosen if token.revoked_at is None]
        for token in live:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            audit.record("token_revoked", token, by=by)
        done = ngettext("%d clave revocada.", "%d claves revocadas.", len(live)) % len(live)
        self.message_user(request, done, messages.SUCCESS if live else messages.WARNING)
        if skipped := len(chosen) - len(live):
            note = _("%d ya lo estaban; no se han tocado.") % skipped
            self.message_user(request, note, messages.WARNING)
