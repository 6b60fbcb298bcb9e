"""What every view of the API shares: the domain it acts in, and the right it asks for."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser, User
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.access import domain_named
from core.errors import NotFound
from core.models import ApiToken, Domain
from trainingsite.api import bodies

DOMAIN = OpenApiParameter(
    "dominio", str, description="El dominio, si la clave no es de uno solo. Por omisión: prestamos."
)


class HasRight(BasePermission):
    """The user holds the permission that the view names for the method."""

    message = "Su usuario no tiene permiso para esto."

    def has_permission(self, request: Request, view: APIView) -> bool:
        rights = getattr(view, "rights", {})
        right = rights.get(getattr(view, "action", None) or request.method, rights.get("*"))
        return bool(request.user.is_authenticated) and (not right or request.user.has_perm(right))


class DomainView(APIView):
    """A view whose rows belong to one domain.

    The domain is the token's, else the parameter ``dominio`` (query or body), else the family's
    default (requirements, decisions). ``rights`` maps a method (or a viewset's action), or ``*``,
    to the permission it needs.
    """

    default_domain: ClassVar[str]
    rights: ClassVar[dict[str, str]] = {}
    permission_classes = [HasRight]
    domain: Domain
    request: Request

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.take_in(request)
        super().initial(request, *args, **kwargs)
        self.domain = domain_named(self._slug(request), user=self.actor)

    def take_in(self, request: Request) -> None:
        """Read the body, before it is known who asks; a view of files leaves them for later."""
        bodies.raw(request)

    @property
    def actor(self) -> User:
        """Who asks; ``initial`` has let no stranger through."""
        assert not isinstance(self.request.user, AnonymousUser)  # noqa: S101
        return self.request.user

    def read(self, serializer: type[Serializer], data: Any) -> dict[str, Any]:
        """``data`` as ``serializer`` reads it; answers 422 with the fields that are wrong."""
        body = serializer(data=data)
        body.is_valid(raise_exception=True)
        return body.validated_data

    def _slug(self, request: Request) -> str:
        """The domain that is asked for; of another one a key of one domain knows nothing."""
        body = request.data if isinstance(request.data, dict) else {}
        named = request.query_params.get("dominio") or body.get("dominio")
        token = request.auth
        own = token.domain.slug if isinstance(token, ApiToken) and token.domain else None
        if own and named and named != own:
            raise NotFound("Esta clave es de otro dominio.", dominio="not_found")
        return own or str(named or self.default_domain)


class LendingView(DomainView):
    """The family ``/api/v1/...`` (requirements, section 2)."""

    default_domain = "prestamos"


class WebhookView(DomainView):
    """The family ``/webhook/...`` of bots and reviewers (requirements, section 3)."""

    default_domain = "camaron"
