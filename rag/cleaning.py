"""What comes out of a model before anybody reads it: text, and nothing that acts. Pure.

A model may have read a hostile passage. So its words carry no link, image or tag (what a page
would open by itself, or lead to), and an answer that repeats its instructions is none.
"""

import re
from collections.abc import Collection, Iterator

from conversations.keys import normalise

OMITTED = "(enlace omitido)"
RUN = 8  # words in a row of the instructions that make an answer a leak
LEAST_RUN = 4  # where a whole instruction is shorter
HELD = 12  # words of a stream that wait until it is known what they begin

_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]*(?:\s[^()]{0,200})?\)")
_IMAGE = re.compile(r"!(?=\[)")
_TAG = re.compile(r"<[A-Za-z/!?][^<>]{0,500}>")
_OPENS_A_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_OPENS_A_TARGET = re.compile(r"\]\(")
_TARGET = re.compile(
    r"""[a-z][a-z0-9+.-]{0,30}://[^\s<>"')\]]+
      | //(?=[\w.-]{1,253}\.[a-z])[^\s<>"')\]]+  # with the scheme of the page that shows it
      | \b(?:javascript|vbscript|data):[^\s<>"')\]]+
      | \bwww\.[^\s<>"')\]]+
      | (?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,126}[a-z]{2,24}/[^\s<>"')\]]*  # a host with a path
    """,
    re.IGNORECASE | re.VERBOSE,
)
# As browsers read it: a backslash ends the host, too.
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/\\?#@]*@)?([^/\\:?#]+)", re.IGNORECASE)
_INSTRUCTS = re.compile(
    r"\b(?:eres|es usted|asistente|responde|responda|contesta|conteste|debes|nunca|instrucciones"
    r"|you are|assistant|answer|never|must|instructions"
    r"|no (?:digas|diga|inventes|invente|hagas|escribas|repitas|reveles|menciones|respondas))\b"
)
_SENTENCE_END = re.compile(r"[.!?:\n]+(?:\s|$)")


def clean(text: str, *, hosts: Collection[str] = ()) -> str:
    """``text`` without links, images and tags; of an address, only one at ``hosts`` stays.

    >>> clean("Vea ![x](//mal.example/?d=1) y [aquí](https://mal.example) <b>ya</b>: mal.example/a")
    'Vea x y aquí ya: (enlace omitido)'
    >>> clean("Pague en https://pagos.tienda.example/1", hosts=["tienda.example"])
    'Pague en https://pagos.tienda.example/1'
    """
    text = _IMAGE.sub("", _IMAGE_OR_LINK.sub(r"\1", text))
    text = _OPENS_A_TAG.sub("‹", _TAG.sub("", text))
    text = _TARGET.sub(lambda found: found[0] if _is_ours(found[0], hosts) else OMITTED, text)
    return _OPENS_A_TARGET.sub("] (", text)


def instructions_in(prompt: str) -> list[list[str]]:
    """The sentences of ``prompt`` that tell a model how to be, as words; its first one does.

    Facts of the business stand in prompts, too, and are there to be said.
    """
    sentences = [normalise(it) for it in _SENTENCE_END.split(prompt)]
    found = [it.split() for it in sentences if it]
    return [words for words in found if words is found[0] or _INSTRUCTS.search(" ".join(words))]


def repeats(text: str, instructions: Collection[list[str]]) -> bool:
    """Whether ``text`` says some of ``instructions`` word for word.

    >>> told = instructions_in("Eres un asistente de la tienda. Abrimos a las nueve.")
    >>> [repeats(it, told) for it in ("«Eres un asistente de la tienda»", "Abrimos a las nueve.")]
    [True, False]
    """
    said = f" {normalise(text)} "
    return any(f" {run} " in said for words in instructions for run in _runs(words))


def _runs(words: list[str]) -> Iterator[str]:
    size = min(RUN, len(words))
    if size >= LEAST_RUN:
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def _is_ours(address: str, hosts: Collection[str]) -> bool:
    found = _HOST.match(address)
    host = found[1].casefold() if found else ""
    return any(host == it or host.endswith(f".{it}") for it in map(str.casefold, hosts))


class Leaked(Exception):
    """The words that came repeat the instructions."""


class Sieve:
    """What one model says, clean: whole, or while it comes.

    Of a stream is held back what may still become a link, or a leak of ``prompt``.
    """

    def __init__(self, prompt: str, *, hosts: Collection[str] = ()) -> None:
        self._instructions = instructions_in(prompt)
        self._hosts = hosts
        self._came = ""
        self._said = 0  # characters of what came that went out

    def whole(self, text: str) -> str:
        """``text``, clean. Raises :class:`Leaked`."""
        self._refuse_leak(text)
        return clean(text, hosts=self._hosts).strip()

    def feed(self, piece: str) -> str:
        """What may be said now that ``piece`` came, perhaps nothing. Raises :class:`Leaked`."""
        self._came += piece
        self._refuse_leak(self._came)
        return self._until(self._safe())

    def rest(self) -> str:
        """What is left to say at the end."""
        return self._until(len(self._came))

    def _refuse_leak(self, text: str) -> None:
        if repeats(text, self._instructions):
            raise Leaked

    def _until(self, end: int) -> str:
        if end <= self._said:
            return ""
        piece, self._said = self._came[self._said : end], end
        return clean(piece, hosts=self._hosts)

    def _safe(self) -> int:
        """Before the last words, and before a bracket that is still open."""
        words = list(re.finditer(r"\S+", self._came))
        end = words[-HELD].start() if len(words) > HELD else 0
        waiting = self._came[self._said : end]
        opened = max(waiting.rfind("["), waiting.rfind("<"))
        closed = max(waiting.rfind(")"), waiting.rfind(">"), waiting.rfind("]"))
        return self._said + opened if opened > closed else end
