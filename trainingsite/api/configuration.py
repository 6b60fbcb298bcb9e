"""``/api/v1/configuracion/ai/configuracion`` (requirements, 2.4)."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, UserRateThrottle

from rag import configuration
from trainingsite.api.base import DOMAIN, LendingView
from trainingsite.api.words import PREFIX


class ChangeThrottle(UserRateThrottle):
    scope = "configuracion"
    rate = "5/min"


class ConfigurationView(LendingView):
    """How the domain's assistant answers, as keys and values. No provider's key is among them."""

    rights = {"*": "core.change_domain"}

    def get_throttles(self) -> list[BaseThrottle]:
        return [ChangeThrottle()] if self.request.method == "PUT" else []

    @extend_schema(
        operation_id="ver_configuracion",
        parameters=[DOMAIN],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Every key; ``configurado`` says whether the provider can be asked."""
        return Response(configuration.read(self.domain))

    @extend_schema(
        operation_id="cambiar_configuracion",
        parameters=[DOMAIN],
        request=OpenApiTypes.OBJECT,
        responses=OpenApiTypes.OBJECT,
    )
    def put(self, request: Request) -> Response:
        """Change the keys given. 400 for a provider's key, which stays in the environment."""
        values = _values(request.data)
        domain = configuration.write(self.domain, values, by=self.actor.get_username())
        return Response({"mensaje": _("Configuración guardada."), **configuration.read(domain)})


def _values(body: Any) -> dict[str, Any]:
    """The keys of ``body``, without the one that names the domain."""
    given = dict(body) if isinstance(body, dict) else {}
    given.pop("dominio", None)
    if not given:
        raise ValidationError({"configuracion": [_("Envíe al menos una clave con su valor.")]})
    return given


paths: list[URLPattern] = [
    path(f"{PREFIX}configuracion", ConfigurationView.as_view(), name="configuration")
]
