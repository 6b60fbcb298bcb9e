"""The screens of staff that are not stock admin pages, and their addresses."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def urls(site: AdminSite) -> list[URLPattern]:
    """One path a screen; each view checks its own permission."""
    return []
