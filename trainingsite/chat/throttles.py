"""How much one visitor, and one address, may ask of a public chat."""

from typing import TYPE_CHECKING, cast

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from conversations import consent

if TYPE_CHECKING:
    from trainingsite.chat.base import VisitorView


class AddressThrottle(SimpleRateThrottle):
    """Of one address, which many may share; kept only as a keyed hash."""

    scope = "chat-address"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"{self.scope}:{consent.keyed(self.get_ident(request))}"


class DayThrottle(AddressThrottle):
    """Who asks for another token gets another budget of tokens: an address has its own limit."""

    scope = "chat-address-day"
    rate = "2000/day"


class VisitThrottle(AddressThrottle):
    scope = "chat-visit"
    rate = "30/min"


class VisitorThrottle(SimpleRateThrottle):
    """Of one visitor, as of any person who asks through a channel."""

    scope = "chat-visitor"
    rate = "20/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"{self.scope}:{consent.keyed(cast('VisitorView', view).visitor)}"
