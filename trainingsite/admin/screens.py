"""The screens of staff that are not stock admin pages, and their addresses."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from trainingsite.admin.lineage import of_model as lineage_model
from trainingsite.admin.lineage import screen as lineage
from trainingsite.admin.masks import screen as masks
from trainingsite.admin.masks import trial
from trainingsite.admin.panel import machine
from trainingsite.admin.playground import column
from trainingsite.admin.playground import screen as playground
from trainingsite.admin.ranked import screen as ranked
from trainingsite.admin.rating import rate_one
from trainingsite.admin.rating import screen as rate
from trainingsite.admin.resuming import resume
from trainingsite.admin.retreats import acknowledge
from trainingsite.admin.retrieval import screen as retrieval
from trainingsite.admin.retrieval import tune
from trainingsite.admin.review import heartbeat
from trainingsite.admin.review import screen as review
from trainingsite.admin.starting import start
from trainingsite.admin.training import prepare


def urls(site: AdminSite) -> list[URLPattern]:
    """One path a screen; each view checks its own permission."""
    view = site.admin_view
    return [
        path("estado/", view(machine), name="machine"),
        path("calificar/", view(rate), name="rate"),
        path("calificar/<int:pk>/", view(rate_one), name="rate_one"),
        path("revisar/<int:pk>/", view(review), name="review_one"),
        path("revisar/<int:pk>/sigo/", view(heartbeat), name="review_heartbeat"),
        path("revisar/<int:pk>/datos/", view(masks), name="masks"),
        path("anonimizador/", view(trial), name="anonymiser"),
        path("preparar/", view(prepare), name="prepare"),
        path("puntuadas/", view(ranked), name="ranked"),
        path("iniciar/", view(start), name="start_training"),
        path("reanudar/", view(resume), name="resume_provider"),
        path("retirada/<int:pk>/", view(acknowledge), name="retreat_seen"),
        path("linaje/", view(lineage), name="lineage"),
        path("linaje/<int:pk>/", view(lineage_model), name="lineage_model"),
        path("probar-busqueda/", view(retrieval), name="retrieval"),
        path("probar-busqueda/calibrar/", view(tune), name="retrieval_tune"),
        path("probar/", view(playground), name="playground"),
        path("probar/respuesta/", view(column), name="playground_answer"),
    ]
