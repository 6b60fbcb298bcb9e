"""Ollama's Modelfile for a merged model. Pure, but for the template engine.

Ollama's templates are Go's and those of models are Jinja's, so one is not made of the other: a
template is recognised by what it renders, and written out only where it is one of those known here.
For others Ollama looks at the template that the GGUF file carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MARK = "¿?"


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


def modelfile(gguf: str, *, chat_template: str, context: int, system: str | None) -> str:
    """The text of a Modelfile that stands beside the file ``gguf``.

    ``system`` is what every conversation of the training began with, if it was one and the same;
    else what the template puts there by itself.
    """
    lines = [f"FROM ./{gguf}"]
    known = _recognise(chat_template)
    if known:
        dialect, default = known
        lines += [f'TEMPLATE """{dialect.go}"""', f'PARAMETER stop "{dialect.stop}"']
        system = system or default
    lines += [f"PARAMETER num_ctx {context}", "PARAMETER temperature 0.2"]
    if system:
        lines.append(f'SYSTEM """{system}"""')
    return "\n".join(lines) + "\n"


def _recognise(chat_template: str) -> tuple[_Dialect, str | None] | None:
    """The dialect of a template, and the system text it adds where none is given."""
    rendered = _rendered(chat_template, [{"role": "user", "content": _MARK}])
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


def _rendered(chat_template: str, messages: Sequence[dict[str, str]]) -> str | None:
    """What a template makes of messages; ``None`` for one that cannot be run here."""
    engine = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    engine.globals |= {"raise_exception": _refuse, "strftime_now": datetime.now().strftime}
    try:
        template = engine.from_string(chat_template)
        return template.render(messages=messages, add_generation_prompt=True)
    except TemplateError:
        return None


def _refuse(message: str) -> Any:
    raise TemplateError(message)
