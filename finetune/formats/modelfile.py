"""Ollama's Modelfile: a recipe that ``ollama create`` packages. It trains nothing (E14). Pure.

A text stands between triple quotes, and there is no way to write those inside of one: they become
triple apostrophes, so that nothing a customer wrote can end a text and begin an instruction.
"""

import re
from collections.abc import Iterable, Mapping

Number = int | float
UNTRAINED = "llama3.1:8b"
_NAME = re.compile(r"[\w.:/@-]+", re.ASCII)
_OPTION = re.compile(r"[a-z_]+")


def untrained(
    *,
    system: str,
    examples: Iterable[tuple[str, str]],
    parameters: Mapping[str, Number],
    base: str = UNTRAINED,
) -> str:
    """A stock model with instructions and example exchanges (R178).

    Raises :class:`ValueError` for a ``base`` that is no name of a model.
    """
    turns = [
        f"MESSAGE {role} {quoted(text)}"
        for question, answer in examples
        for role, text in (("user", question), ("assistant", answer))
    ]
    return _file([_from(base), *_parameters(parameters), f"SYSTEM {quoted(system)}", *turns])


def trained(
    gguf: str,
    *,
    template: str,
    stop: Iterable[str],
    system: str,
    parameters: Mapping[str, Number],
) -> str:
    """A merged model as a file beside this one, asked the way it was trained.

    ``template`` is Ollama's way to write the template of the training. Raises
    :class:`ValueError` for a file that has no plain name, and for a template that cannot be told.
    """
    if '"""' in template:
        raise ValueError("a template with triple quotes cannot be written")
    return _file(
        [
            _from(f"./{gguf}"),
            f'TEMPLATE """{template}"""',
            *(f"PARAMETER stop {quoted(it)}" for it in stop),
            *_parameters(parameters),
            f"SYSTEM {quoted(system)}",
        ]
    )


def quoted(text: str) -> str:
    """A text of any content as one value."""
    harmless = text.replace('"""', "'''")
    return f'"""{harmless}"""'


def _from(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("not the name of a model")
    return f"FROM {name}"


def _parameters(given: Mapping[str, Number]) -> list[str]:
    if unknown := [name for name in given if not _OPTION.fullmatch(name)]:
        raise ValueError(f"not a parameter: {unknown[0]!r}")
    return [f"PARAMETER {name} {value:g}" for name, value in given.items()]


def _file(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
