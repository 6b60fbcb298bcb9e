"""The API key: every path but ``/health`` asks for it."""

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from modelserver.errors import ApiError

OPEN_PATHS = frozenset({"/health"})


class RequireKey:
    """ASGI middleware that answers 401 unless the request bears the key.

    It works below Starlette's request objects, so a streamed answer passes through untouched.
    """

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app = app
        self.expected = f"Bearer {key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS or self._known(scope):
            await self.app(scope, receive, send)
            return
        refusal = ApiError(401, "Incorrect API key provided.", code="invalid_api_key")
        await refusal.response()(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        given = Headers(scope=scope).get("authorization", "")
        return hmac.compare_digest(given.encode(), self.expected)
