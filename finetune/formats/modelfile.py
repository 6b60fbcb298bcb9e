"""Ollama's Modelfile: a recipe that ``ollama create`` packages. It trains nothing (E14). Pure.

A text stands between triple quotes, and there is no way to write those inside of one: they become
triple apostrophes, so that nothing a customer wrote can end a text and begin an instruction.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Number = int | float
UNTRAINED = "llama3.1:8b"
_NAME = re.compile(r"[\w.:/@-]+", re.ASCII)
_OPTION = re.compile(r"[a-z_]+")
_INSTRUCTION = re.compile(
    r'^(?P<word>[A-Z]+)(?: (?P<option>[a-z_]+))? (?:"""(?P<text>.*?)"""|(?P<plain>[^\n]*))$',
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Recipe:
    """How a model in a file is asked: what of a Modelfile is not the file itself."""

    template: str = ""
    system: str = ""
    parameters: dict[str, Number | list[str]] = field(default_factory=dict)


def read(text: str) -> Recipe:
    """The recipe that a Modelfile writes down; what it does not say is empty.

    ``stop`` is a list, as a model may have several ends; the other parameters are numbers. Raises
    :class:`ValueError` for a number that is none.
    """
    texts: dict[str, str] = {}
    parameters: dict[str, Number | list[str]] = {}
    stops: list[str] = []
    for found in _INSTRUCTION.finditer(text):
        value = found["plain"] if found["text"] is None else found["text"]
        if found["word"] != "PARAMETER":
            texts[found["word"]] = value
        elif found["option"] == "stop":
            stops.append(value.strip('"'))
        else:
            parameters[found["option"]] = _number(value)
    if stops:
        parameters["stop"] = stops
    return Recipe(texts.get("TEMPLATE", ""), texts.get("SYSTEM", ""), parameters)


def _number(text: str) -> Number:
    return int(text) if text.isdecimal() else float(text)


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
