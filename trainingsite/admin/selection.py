"""Rows chosen in the list, on their way to the next screen."""

import secrets
from collections.abc import Iterable

from django.http import HttpRequest

KEPT = 5  # selections a session remembers: one a tab, for the last few


def keep(request: HttpRequest, ids: Iterable[int]) -> str:
    """Remember ``ids`` in the session; return the token that addresses carry instead of them."""
    token = secrets.token_urlsafe(6)
    earlier = list(request.session.get("selections", {}).items())
    request.session["selections"] = dict([*earlier[-KEPT + 1 :], (token, list(ids))])
    return token


def kept(request: HttpRequest) -> list[int] | None:
    """The ids behind the request's ``seleccion``; ``None`` when it names none that is known."""
    token = request.POST.get("seleccion") or request.GET.get("seleccion") or ""
    return request.session.get("selections", {}).get(token)


def token(request: HttpRequest) -> str:
    """The token in the request, if it still stands for something."""
    named = request.POST.get("seleccion") or request.GET.get("seleccion") or ""
    return named if named in request.session.get("selections", {}) else ""
