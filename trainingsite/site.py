"""The admin site: the stock pages of the theme, and our screens that cross rooms."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class TrainingAdminSite(UnfoldAdminSite):
    """Every page of staff; ``trainingsite.admin.screens`` holds those that are not stock."""

    enable_nav_sidebar = True
    index_title = _("Panel")
    index_template = "admin/trainingsite/panel.html"

    def extra_urls(self) -> list[URLPattern]:
        from trainingsite.admin import screens

        return screens.urls(self)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from trainingsite.admin import panel

        return super().index(request, panel.context(request) | (extra_context or {}))
