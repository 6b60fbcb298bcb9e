"""What forms of the admin share."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from core.access import User, domains_of
from core.models import Domain


class ChosenDomain(forms.Form):
    """Something done in one of the domains of ``user``."""

    domain = forms.ModelChoiceField(
        label=_("Dominio"),
        queryset=Domain.objects.none(),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, user: User) -> None:
        super().__init__(*args)
        cast(forms.ModelChoiceField, self.fields["domain"]).queryset = domains_of(user)
