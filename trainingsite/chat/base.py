"""What every address of a public chat shares: its domain and its visitor."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from conversations.models import Person
from core.errors import NotFound
from core.models import Domain
from trainingsite.api import bodies
from trainingsite.chat import visitors
from trainingsite.chat.throttles import AddressThrottle, DayThrottle, VisitorThrottle


def domain_of(slug: str) -> Domain:
    """The domain whose public chat it is; raises :class:`NotFound` where there is none."""
    found = Domain.objects.filter(slug=slug, public_chat=True).first()
    if found is None:
        raise NotFound("Este chat no existe.", chat="not_found")
    return found


class PublicView(APIView):
    """Whoever may ask: sessions and cookies mean nothing here."""

    authentication_classes = []
    permission_classes = []
    schema = None  # only the page asks: it is no part of the API
    domain: Domain

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        bodies.raw(request)
        self.domain = domain_of(kwargs["slug"])
        super().initial(request, *args, **kwargs)

    def read(self, serializer: type[Serializer], data: Any) -> dict[str, Any]:
        """``data`` as ``serializer`` reads it; answers 422 with the fields that are wrong."""
        body = serializer(data=data)
        body.is_valid(raise_exception=True)
        return body.validated_data


class VisitorView(PublicView):
    """For who shows the token of a visit; raises :class:`visitors.Stranger` to others."""

    throttle_classes = [AddressThrottle, DayThrottle, VisitorThrottle]
    visitor: str

    def check_throttles(self, request: Request) -> None:
        """The visitor is known first: how much they asked is counted."""
        token = request.headers.get(visitors.HEADER, "")
        self.visitor = visitors.named_in(token, domain=self.domain)
        super().check_throttles(request)

    @property
    def person(self) -> Person:
        return visitors.person(self.visitor, domain=self.domain)
