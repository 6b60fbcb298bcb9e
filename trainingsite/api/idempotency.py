"""A request repeated with its ``Idempotency-Key`` has one effect and one answer (reliability, Q2).

The key is kept in the transaction of the effect: both are there, or neither is. A request that
comes while its twin is answered waits for it. What is refused, and what fails, is not kept: it may
be sent again, corrected.

An answer that is told while it is made cannot be in one transaction: its key is claimed first
(:meth:`Slot.claim`), and the twin is told to come back.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.consent import keyed
from core.deadlocks import again_after_deadlock
from core.errors import Conflict, Invalid
from core.models import Domain, KeptReply
from core.sealing import Unreadable, seal, unseal
from trainingsite.api import bodies

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 255
ABANDONED = timedelta(minutes=5)  # longer than any answer takes: whoever claimed the key is gone
KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Repetida con el mismo cuerpo en 24 horas, devuelve la misma respuesta.",
)

Handler = Callable[..., Response]


class BeingAnswered(Conflict):
    """The same request is being answered at this moment."""

    code = "being_answered"


def idempotent(*, first: Callable[..., Any] | None = None) -> Callable[[Handler], Handler]:
    """Make a view's POST honour ``Idempotency-Key``.

    ``first`` is what asks others before the effect (no network is asked inside its transaction);
    what it returns is handed to the method as its last argument. A key with another body, or too
    long a one, answers 422.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            slot = _slot(request, view.domain)
            if slot and (kept := KeptReply.objects.filter(key=slot.key).first()):
                return slot.replayed(kept)
            if first:
                args = (*args, first(view, request))
            if slot is None:
                return handler(view, request, *args, **kwargs)
            return again_after_deadlock(
                lambda: slot.filled(lambda: handler(view, request, *args, **kwargs))
            )

        return answered

    return decorate


@dataclass(frozen=True)
class Slot:
    """Where the answer to one request is kept: prints of who asked for what, and of the body."""

    key: str
    body: str
    secret: str

    @transaction.atomic
    def filled(self, handle: Callable[[], Response]) -> Response:
        """The answer that ``handle`` gives, kept; or the one given meanwhile to a twin."""
        row, mine = KeptReply.objects.get_or_create(key=self.key, defaults={"body": self.body})
        if not mine:
            return self.replayed(row)
        response = handle()
        self.keep(response.data, status=response.status_code)
        return response

    def claim(self) -> Any:
        """The answer given before; ``None`` when giving it is up to the caller from now on, who
        ends with :meth:`keep` or :meth:`release`.

        Raises :class:`BeingAnswered` while it is up to somebody else, and :class:`Invalid` when
        the key stands for another body.
        """
        row, mine = KeptReply.objects.get_or_create(key=self.key, defaults={"body": self.body})
        if mine:
            return None
        if row.status is not None:
            return self.replayed(row).data
        self._refuse_another_body(row)
        stale = KeptReply.objects.filter(pk=row.pk, status=None, at__lt=Now() - ABANDONED)
        if not stale.update(at=Now()):
            raise BeingAnswered("Ya se está contestando.")
        return None

    def keep(self, answer: Any, *, status: int = HTTPStatus.OK) -> None:
        """Keep what was answered to the request whose key was claimed."""
        sealed = _sealed(JSONRenderer().render(answer), self.secret)
        KeptReply.objects.filter(key=self.key).update(status=status, answer=sealed)

    def release(self) -> None:
        """Let the request be made again, unless its answer was kept."""
        KeptReply.objects.filter(key=self.key, status=None).delete()

    def replayed(self, row: KeptReply) -> Response:
        """The answer given before; raises :class:`Invalid` when it was to another body."""
        self._refuse_another_body(row)
        answer = json.loads(_opened(str(row.answer), self.secret))
        return Response(answer, row.status, headers={REPLAYED: "true"})

    def _refuse_another_body(self, row: KeptReply) -> None:
        if row.body != self.body:
            raise _bad_key("Esta clave ya se usó con otro cuerpo.")


def slot_for(request: Request, domain: Domain, *, who: object) -> Slot:
    """Where the answer to this request of ``who`` belongs.

    Raises :class:`Invalid` for a key that is missing, or too long.
    """
    key = request.headers.get(HEADER, "")
    if not 0 < len(key) <= LONGEST_KEY:
        raise _bad_key(f"Entre 1 y {LONGEST_KEY} caracteres.")
    asked = (who, domain.pk, request.method, request.get_full_path(), key)
    scope = "\0".join(map(str, asked))
    return Slot(keyed(scope), keyed(bodies.raw(request).decode("latin-1")), scope)


def _slot(request: Request, domain: Domain) -> Slot | None:
    """Where this request's answer belongs; ``None`` for a request without a key."""
    return slot_for(request, domain, who=request.user.pk) if HEADER in request.headers else None


def _bad_key(reason: str) -> Invalid:
    details: dict[str, Any] = {HEADER: [reason]}
    return Invalid("La clave de idempotencia no sirve.", **details)


def _sealed(answer: bytes, secret: str) -> str:
    """``answer`` so that only the same request opens it: it may name a person or say their words.

    The sender's own key, which is not kept, is part of the secret.
    """
    return seal(answer.decode(), secret=secret)


def _opened(sealed: str, secret: str) -> str:
    """What was answered. Raises :class:`Invalid` where the site's key was changed since."""
    try:
        return str(unseal(sealed, secret=secret))
    except Unreadable:
        return _opened_as_before(sealed, secret)


def _opened_as_before(sealed: str, secret: str) -> str:
    """What was sealed by a version that mixed answers with a stream of SHAKE-256, a day ago at
    most (``core.tasks.REPLIES_KEPT``)."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        seed = raw[:16] + f"{settings.SECRET_KEY}\0{secret}".encode(errors="surrogatepass")
        stream = hashlib.shake_256(seed).digest(len(raw) - 16)
        return bytes(one ^ other for one, other in zip(raw[16:], stream, strict=True)).decode()
    except ValueError as error:
        raise _bad_key("Lo que se contestó ya no se puede leer.") from error
