"""The screens of staff that are not stock admin pages, and their addresses."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from trainingsite.admin import panel, playground, rating, training


def urls(site: AdminSite) -> list[URLPattern]:
    """One path a screen; each view checks its own permission."""
    view = site.admin_view
    return [
        path("estado/", view(panel.machine), name="machine"),
        path("calificar/", view(rating.screen), name="rate"),
        path("calificar/<int:pk>/", view(rating.rate_one), name="rate_one"),
        path("preparar/", view(training.prepare), name="prepare"),
        path("iniciar/", view(training.start), name="start_training"),
        path("probar/", view(playground.screen), name="playground"),
        path("probar/respuesta/", view(playground.column), name="playground_answer"),
    ]
