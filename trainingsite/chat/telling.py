"""What the page is told of an answer: what its visitor may know, and no more."""

from typing import Any

from conversations import consent
from conversations.models import Person, Purpose
from rag.assistant import Answer


def consent_of(person: Person, question: str | None) -> dict[str, Any]:
    """The question of consent to show, if any, and what the person said to it before."""
    word = person.word_on(Purpose.TRAINING)
    return {"pregunta": question, "estado": word.granted if word else None}


def as_json(message: str, answer: Answer, person: Person) -> dict[str, Any]:
    """``answer`` to ``message``. All of it is text, and only what was cited is named."""
    return {
        "success": answer.source != "sorry",
        "respuesta": answer.text,
        "respuesta_id": answer.turn.pk if answer.turn else None,
        "bienvenida": answer.welcome,
        "fuentes": [
            {"numero": it.number, "titulo": it.title, "pagina": it.page}
            for it in answer.sources
            if it.cited
        ],
        "proforma": answer.quote.number if answer.quote else None,
        "consentimiento": consent_of(person, answer.consent),
        "borrado": consent.asks_to_erase(message),
    }
