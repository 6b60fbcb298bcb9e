"""Every refusal has one shape: ``{"success": false, "detail", "error": {code, message, details}}``.

A field that is not valid answers 422 and ``details`` maps its name to the reasons.
"""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.errors import Refusal

FIELDS_WRONG = "Hay campos que no son válidos."


def failure(code: str, message: str, details: Any) -> dict[str, Any]:
    error = {"code": code, "message": message, "details": details}
    return {"success": False, "detail": message, "error": error}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer refusals; let bugs through to Django's 500."""
    if isinstance(exc, Refusal):
        return Response(failure(exc.code, str(exc), exc.details), exc.status_code)
    response = drf_exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, ValidationError):
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        message, details = FIELDS_WRONG, response.data
    else:
        message, details = str(getattr(exc, "detail", exc)), {}
    code = exc.default_code if isinstance(exc, APIException) else "not_found"
    response.data = failure(code, message, details)
    return response
