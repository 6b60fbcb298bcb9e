"""What a question is about beyond its sense: what it names, and what it adds. Pure.

Vectors hardly tell 16/20 from 21/25, one port from another, nor "¿Qué es un crédito?" from "¿Qué es
un crédito puente?", and the answers differ.
"""

from conversations import amounts
from conversations.catalogue import Catalogue
from conversations.entities import finder
from conversations.keys import stems
from conversations.terms import tokens

# What comes before a question, and asks nothing.
_COURTESY = stems(
    "hola buenos días buenas tardes noches saludos estimados estimadas disculpe disculpen gracias"
    " favor consulta pregunta quisiera quiero necesito saber decirme dígame podría podrían puede"
    " pueden ayuda ayudar señor señora amigo amiga"
)

Named = frozenset[tuple[str, object]]


def names(text: str, catalogue: Catalogue) -> Named:
    """The numbers in ``text`` and what it names of ``catalogue``, whatever their order.

    >>> from conversations.catalogue import Catalogue
    >>> nothing = Catalogue.read([], {})
    >>> names("¿El 16/20 a 3.000?", nothing) == names("3000 de 16-20, una cosa", nothing)
    True
    """
    found = {(it.kind, it.value) for it in finder(catalogue).find(text)}
    return frozenset(found | {("", it) for it in _numbers(text)})


def adds_to(question: str, answer: str, asked: str) -> bool:
    """Whether ``asked`` says all of ``question``, and more that neither it nor its ``answer`` says.

    >>> adds_to("¿Qué es un crédito?", "Dinero prestado.", "Hola, ¿qué es un crédito puente?")
    True
    >>> adds_to("¿Qué es un crédito?", "Dinero prestado.", "Buenas tardes, ¿qué es un crédito?")
    False
    """
    known, said = stems(question), stems(asked) - _COURTESY
    return known <= said and bool(said - known - stems(answer))


def _numbers(text: str) -> set[float]:
    """Those written in letters count from two: "una" is hardly ever a number."""
    said = tokens(text)
    found = (amounts.number_at(said, text, place) for place in range(len(said)))
    return {it.amount for it in found if it and not (it.is_written and it.amount <= 1)}
