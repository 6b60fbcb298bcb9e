"""Addresses: the admin, the API where its clients expect it, and the public chats."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("", include("trainingsite.api.urls")),
    path("chat/<slug:slug>", include("trainingsite.chat.urls")),
]

handler404 = "trainingsite.api.errors.page_not_found"
handler500 = "trainingsite.api.errors.server_error"
