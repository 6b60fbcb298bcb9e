"""Refusals in the shape of OpenAI's API: ``{"error": {message, type, param, code}}``."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

TYPES = {401: "authentication_error", 404: "invalid_request_error", 503: "server_error"}


class ApiError(Exception):
    """A request that is refused: an HTTP status and what the caller is told."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code

    def response(self) -> JSONResponse:
        """The error as its HTTP response."""
        default = "server_error" if self.status >= 500 else "invalid_request_error"
        error = {
            "message": self.message,
            "type": TYPES.get(self.status, default),
            "param": self.param,
            "code": self.code,
        }
        return JSONResponse({"error": error}, status_code=self.status)


def not_found(kind: str, name: str, *, param: str = "id") -> ApiError:
    """The refusal for something that is not there."""
    return ApiError(404, f"No such {kind}: {name}", param=param, code=f"{kind}_not_found")


async def refuse(_request: Request, error: ApiError) -> JSONResponse:
    """Starlette handler for ``ApiError``."""
    return error.response()


async def refuse_http(_request: Request, error: HTTPException) -> JSONResponse:
    """Starlette handler for its own refusals: unknown paths and methods."""
    code = "unknown_url" if error.status_code == 404 else None
    return ApiError(error.status_code, error.detail, code=code).response()


async def refuse_crash(_request: Request, _error: Exception) -> JSONResponse:
    """Starlette handler for what nobody foresaw; the traceback is in the log, not in the answer."""
    return ApiError(500, "The server had an error while processing your request.").response()
