"""The admin site: the stock pages of the theme, and our screens that cross rooms."""

from django.urls import URLPattern
from unfold.sites import UnfoldAdminSite


class TrainingAdminSite(UnfoldAdminSite):
    """Every page of staff; ``trainingsite.admin.screens`` holds those that are not stock."""

    enable_nav_sidebar = True

    def extra_urls(self) -> list[URLPattern]:
        from trainingsite.admin import screens

        return screens.urls(self)
