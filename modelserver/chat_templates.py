"""What a model's own chat template makes of messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from modelserver.validation import Messages


def renderer(chat_template: str) -> Callable[[Messages], str | None]:
    """A function that writes messages as the template does, up to where an answer begins.

    It returns ``None`` where the template refuses, or asks for what is not there.
    """
    engine = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    engine.globals |= {"raise_exception": _refuse, "strftime_now": datetime.now().strftime}

    def render(messages: Messages) -> str | None:
        try:
            template = engine.from_string(chat_template)
            return template.render(messages=messages, add_generation_prompt=True)
        except TemplateError:
            return None

    return render


def _refuse(message: str) -> Any:
    raise TemplateError(message)
