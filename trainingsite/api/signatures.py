"""A bot that signs what it sends: its key's secret never travels.

``X-Signature-Key`` names the key by the letters that it begins with, ``X-Signature-Timestamp`` is
the time in Unix seconds, and ``X-Signature`` is ``v1=`` and the hexadecimal HMAC-SHA-256 of
``timestamp.body`` with the key's signing secret.
"""

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

from django.core.cache import cache
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.models import ApiToken
from trainingsite.api import bodies

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SIGNATURE = "X-Signature"
NAMED = "X-Signature-Key"
SIGNED_AT = "X-Signature-Timestamp"
TOLERANCE = 300  # seconds that the sender's clock may differ
_DIGITS = 12  # of a timestamp, at most


class SignatureAuthentication(BaseAuthentication):
    """Signed bodies; ``request.auth`` is the :class:`ApiToken` that signed."""

    def authenticate(self, request: Request) -> "tuple[User, ApiToken] | None":
        given = request.headers.get(SIGNATURE)
        if given is None:
            return None
        stamp = request.headers.get(SIGNED_AT, "")
        token = _signer(request.headers.get(NAMED, ""), stamp, bodies.raw(request), given)
        if token is None or not _is_fresh(stamp) or _was_seen(given):
            raise AuthenticationFailed("La firma no es válida, caducó o ya se usó.")
        return token.user, token


class SignatureScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes :class:`SignatureAuthentication`."""

    target_class = "trainingsite.api.signatures.SignatureAuthentication"
    name = "signature"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": SIGNATURE,
            "description": f"v1=HMAC-SHA-256 de «tiempo.cuerpo»; con {NAMED} y {SIGNED_AT}.",
        }


def signed(body: bytes, *, secret: str, stamp: str) -> str:
    """The value of ``X-Signature`` for ``body`` sent at ``stamp``."""
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def _signer(prefix: str, stamp: str, body: bytes, given: str) -> ApiToken | None:
    """The live key of that name whose secret made the signature."""
    if not (prefix.isascii() and prefix.isprintable() and stamp.isascii()):
        return None
    named = ApiToken.objects.live().filter(prefix=prefix).select_related("user", "domain")
    matches = [it for it in named if _same(given, signed(body, secret=it.signing, stamp=stamp))]
    return matches[0] if matches else None


def _same(given: str, made: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), made.encode())


def _is_fresh(stamp: str) -> bool:
    is_number = stamp.isdigit() and len(stamp) <= _DIGITS
    return is_number and abs(time.time() - int(stamp)) <= TOLERANCE


def _was_seen(signature: str) -> bool:
    """Whether it came before; from now on, it did."""
    return not cache.add(f"signature:{signature}", 1, 2 * TOLERANCE)
