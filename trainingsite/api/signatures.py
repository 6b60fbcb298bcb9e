"""A bot that signs what it sends: its key's secret never travels.

``X-Signature-Key`` names the key by the letters that it begins with, ``X-Signature-Timestamp`` is
the time in Unix seconds, and ``X-Signature`` is ``v1=`` and the hexadecimal HMAC-SHA-256, with the
key's signing secret, of four lines: that time, the method, the address (the path before anything
in it is percent-encoded, and ``?`` with the query, if there is one, as it is sent) and the body. So
a signature opens one address, and several may be asked in one second.
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
        token = _signer(request, stamp, given)
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
            "description": (
                "v1=HMAC-SHA-256 de cuatro líneas: tiempo, método, dirección y cuerpo; "
                f"con {NAMED} y {SIGNED_AT}."
            ),
        }


def signed(body: bytes, *, secret: str, stamp: str, method: str, address: str) -> str:
    """The value of ``X-Signature`` for ``body`` sent to ``address`` at ``stamp``."""
    lines = b"\n".join([stamp.encode(), method.encode(), address.encode(), body])
    return f"v1={hmac.new(secret.encode(), lines, hashlib.sha256).hexdigest()}"


def _signer(request: Request, stamp: str, given: str) -> ApiToken | None:
    """The live key named in the headers, if its secret made the signature ``given``."""
    prefix, body = request.headers.get(NAMED, ""), bodies.raw(request)
    if not (prefix.isascii() and prefix.isprintable() and stamp.isascii()):
        return None
    query = request.META.get("QUERY_STRING")
    address = f"{request.path}?{query}" if query else request.path
    sent = {"stamp": stamp, "method": request.method or "", "address": address}
    named = ApiToken.objects.live().filter(prefix=prefix).select_related("user", "domain")
    matches = (it for it in named if _same(given, signed(body, secret=it.signing, **sent)))
    return next(matches, None)


def _same(given: str, made: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), made.encode())


def _is_fresh(stamp: str) -> bool:
    is_number = stamp.isdigit() and len(stamp) <= _DIGITS
    return is_number and abs(time.time() - int(stamp)) <= TOLERANCE


def _was_seen(signature: str) -> bool:
    """Whether it came before; from now on, it did."""
    return not cache.add(f"signature:{signature}", 1, 2 * TOLERANCE)
