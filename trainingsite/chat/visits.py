"""``POST /chat/<slug>/visita``: somebody opened the chat."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from conversations import consent
from conversations.models import Person
from rag import dialogues
from trainingsite.chat import telling, visitors
from trainingsite.chat.base import PublicView
from trainingsite.chat.throttles import VisitThrottle


class VisitView(PublicView):
    """Greet a visitor, ask for their consent where it is due, and give them a fresh token."""

    throttle_classes = [VisitThrottle]

    def post(self, request: Request, slug: str) -> Response:
        visitor = self._visitor(request)
        person = visitors.person(visitor, domain=self.domain)
        return Response(
            {
                "token": visitors.token(visitor, domain=self.domain),
                "bienvenida": self._greeting(person),
                "consentimiento": telling.consent_of(person, _question(person)),
            }
        )

    def _visitor(self, request: Request) -> str:
        """Who comes back; who brings no token, or one that is over, is somebody new."""
        try:
            return visitors.named_in(request.headers.get(visitors.HEADER, ""), domain=self.domain)
        except visitors.Stranger:
            return visitors.new()

    def _greeting(self, person: Person) -> str | None:
        """The page greets whoever opens it, so that no answer has to."""
        dialogues.welcome(dialogues.opened(person, visitors.CHANNEL))
        greeting: Any = self.domain.texts.get("welcome")
        return greeting or None


def _question(person: Person) -> str | None:
    """The question of consent that waits for an answer; asked now if it never was."""
    waiting = person.consent_requests.filter(closed_at=None, channel=visitors.CHANNEL)
    asked = waiting.select_related("text").first()
    due = asked or consent.ask(person, channel=visitors.CHANNEL)
    return due.text.text if due else None
