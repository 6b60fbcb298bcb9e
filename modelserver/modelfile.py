"""Ollama's Modelfile for a merged model. Pure: a way to render its chat template in, text out.

Ollama's templates are Go's and those of models are Jinja's, so one is not made of the other: a
template is recognised by what it renders, and written out only where it is one of those known here.
For others Ollama looks at the template that the GGUF file carries.
"""

from collections.abc import Callable
from dataclasses import dataclass

from modelserver.validation import Messages

Render = Callable[[Messages], str | None]
_MARK = "¿?"
_QUOTES = '"""'  # they end a text of a Modelfile, and there is no way to write them in one


@dataclass(frozen=True)
class _Dialect:
    """How a conversation is written: a turn, what opens an answer, and what ends one."""

    turn: str
    opening: str
    stop: str

    def render(self, role: str, content: str) -> str:
        return self.turn.format(role=role, content=content)

    @property
    def go(self) -> str:
        """The same as a template of Ollama's."""
        turn = self.turn.format(role="{{ .Role }}", content="{{ .Content }}")
        return f"{{{{- range .Messages }}}}{turn}{{{{ end }}}}{self.opening}"


_DIALECTS = (
    _Dialect(
        turn="<|im_start|>{role}\n{content}<|im_end|>\n",
        opening="<|im_start|>assistant\n",
        stop="<|im_end|>",
    ),
    _Dialect(
        turn="<|start_header_id|>{role}<|end_header_id|>\n\n{content}<|eot_id|>",
        opening="<|start_header_id|>assistant<|end_header_id|>\n\n",
        stop="<|eot_id|>",
    ),
)


def modelfile(gguf: str, *, render: Render, context: int, system: str | None) -> str:
    """The text of a Modelfile that stands beside the file ``gguf``.

    ``render`` is what the model's template makes of messages, or ``None`` if it cannot be run.
    ``system`` is what every conversation of the training began with, if it was one and the same;
    else what the template puts there by itself.
    """
    lines = [f"FROM ./{gguf}"]
    known = _recognise(render)
    if known:
        dialect, default = known
        lines += [f'TEMPLATE """{dialect.go}"""', f'PARAMETER stop "{dialect.stop}"']
        system = system or default
    lines += [f"PARAMETER num_ctx {context}", "PARAMETER temperature 0.2"]
    if system:
        lines.append(f'SYSTEM """{system.replace(_QUOTES, "")}"""')
    return "\n".join(lines) + "\n"


def _recognise(render: Render) -> tuple[_Dialect, str | None] | None:
    """The template's dialect, and the system text it adds where none is given."""
    rendered = render([{"role": "user", "content": _MARK}])
    for dialect in _DIALECTS:
        rest = dialect.render("user", _MARK) + dialect.opening
        if rendered is None or not rendered.endswith(rest):
            continue
        head = rendered.removesuffix(rest)
        before, after = dialect.render("system", _MARK).split(_MARK)
        if not head:
            return dialect, None
        if head.startswith(before) and head.endswith(after):
            return dialect, head.removeprefix(before).removesuffix(after)
    return None
