"""Every refusal has one shape: ``{"success": false, "detail", "error": {code, message, details}}``.

A field that is not valid answers 422 and ``details`` maps its name to the reasons.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from psycopg.errors import UndefinedTable
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.errors import Refusal

logger = logging.getLogger(__name__)

API = ("/api/", "/webhook/")
FIELDS_WRONG = "Hay campos que no son válidos."
NOT_FOUND = "No existe."
NO_RIGHT = "Su usuario no tiene permiso para esto."
BROKEN = "Algo falló en el sitio; quedó anotado."
NO_DATABASE = "La base de datos no responde o le faltan tablas. Inténtelo en unos minutos."


def failure(code: str, message: str, details: Any) -> dict[str, Any]:
    error = {"code": code, "message": message, "details": details}
    return {"success": False, "detail": message, "error": error}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer refusals; let bugs through to Django's 500."""
    if isinstance(exc, Refusal):
        return Response(failure(exc.code, str(exc), exc.details), exc.status_code)
    if _database_is_away(exc):
        logger.error("The database is away: %s", type(exc).__name__)
        return Response(failure("unavailable", NO_DATABASE, {}), HTTPStatus.SERVICE_UNAVAILABLE)
    response = drf_exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, ValidationError):
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        response.data = failure(exc.default_code, FIELDS_WRONG, response.data)
    elif isinstance(exc, APIException):
        response.data = failure(exc.default_code, str(exc.detail), {})
    elif isinstance(exc, PermissionDenied):
        response.data = failure("permission_denied", NO_RIGHT, {})
    else:  # Http404
        response.data = failure("not_found", NOT_FOUND, {})
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's 404, in the API's shape under the API's addresses."""
    if request.path.startswith(API):
        return JsonResponse(failure("not_found", NOT_FOUND, {}), status=HTTPStatus.NOT_FOUND)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's 500, in the API's shape under the API's addresses."""
    if request.path.startswith(API):
        body = failure("server_error", BROKEN, {})
        return JsonResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    return defaults.server_error(request)


def _database_is_away(exc: Exception) -> bool:
    """No connection, or no table yet: a matter of operations, not a bug (requirements, 2.1)."""
    return isinstance(exc, OperationalError) or isinstance(exc.__cause__, UndefinedTable)
