"""Who asks: a program with ``Authorization: Bearer <token>``, or a signed-in user of staff."""

from typing import TYPE_CHECKING

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class TokenAuthentication(BaseAuthentication):
    """Bearer tokens; ``request.auth`` is the :class:`ApiToken`."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> "tuple[User, ApiToken] | None":
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        digest = ApiToken.hash(secret.strip())
        token = ApiToken.objects.live().select_related("user", "domain").filter(digest=digest)
        if not (found := token.first()):
            raise AuthenticationFailed("La clave no es válida, caducó o fue revocada.")
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401, not 403, to who brings no key."""
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes :class:`TokenAuthentication`."""

    target_class = "trainingsite.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
