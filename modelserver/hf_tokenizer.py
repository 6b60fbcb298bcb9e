"""A tokenizer of Hugging Face's as llama.cpp wants it. Pure: JSON in, lists and names out.

Only byte-level BPE, which the open models of today have; older ones with SentencePiece are refused.
llama.cpp has the rule that splits a text before the merges built in, under a name, so the rule in
the file is looked up among those known here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any


class UnsupportedTokenizer(Exception):
    """A tokenizer that llama.cpp cannot be told of from here."""


class Kind(IntEnum):
    """llama.cpp's kinds of tokens."""

    NORMAL = 1
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5


@dataclass(frozen=True)
class Tokenizer:
    """What a GGUF file says of a tokenizer."""

    tokens: list[str]
    kinds: list[Kind]
    merges: list[str]
    splitter: str
    bos: int | None
    eos: int | None
    pad: int | None
    adds_bos: bool
    chat_template: str | None


def read(folder: Path, *, size: int) -> Tokenizer:
    """The tokenizer of a model's folder whose vocabulary has ``size`` places.

    Raises ``UnsupportedTokenizer``.
    """
    data = _object(folder / "tokenizer.json")
    told = _object(folder / "tokenizer_config.json")
    model = data.get("model", {})
    if model.get("type") != "BPE" or "ByteLevel" not in json.dumps(data.get("decoder")):
        raise UnsupportedTokenizer("its tokenizer is no byte-level BPE")
    numbered = dict(_tokens(data, model))
    if max(numbered) >= size:
        raise UnsupportedTokenizer("its tokenizer has more tokens than the model")
    named = {content: number for number, (content, _kind) in numbered.items()}
    bos, eos, pad = (_number(told, named, it) for it in ("bos_token", "eos_token", "pad_token"))
    return Tokenizer(
        tokens=[numbered.get(it, (f"[PAD{it}]", Kind.UNUSED))[0] for it in range(size)],
        kinds=[numbered.get(it, ("", Kind.UNUSED))[1] for it in range(size)],
        merges=[it if isinstance(it, str) else " ".join(it) for it in model["merges"]],
        splitter=splitter(data.get("pre_tokenizer")),
        bos=bos,
        eos=eos,
        pad=pad,
        adds_bos=bos is not None and _adds(data.get("post_processor"), told.get("bos_token")),
        chat_template=_template(folder, told),
    )


def splitter(pre_tokenizer: Any) -> str:
    """llama.cpp's name of the rule in a tokenizer's file; raises ``UnsupportedTokenizer``."""
    parts = _parts(pre_tokenizer)
    kinds = [it["type"] for it in parts]
    patterns = [it["pattern"]["Regex"] for it in parts if it["type"] == "Split"]
    if kinds == ["ByteLevel"]:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and parts[0].get("individual_digits"):
        return "smollm"
    if kinds == ["Split", "ByteLevel"] and patterns[0] in _PATTERNS:
        return _PATTERNS[patterns[0]]
    raise UnsupportedTokenizer("its tokenizer splits texts in a way that is not known here")


_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_PATTERNS = {
    rf"{_WORDS}|\p{{N}}{{1,3}}|{_REST}": "llama-bpe",
    rf"{_WORDS}|\p{{N}}|{_REST}": "qwen2",
}


def _parts(pre_tokenizer: Any) -> list[Any]:
    if isinstance(pre_tokenizer, dict) and pre_tokenizer.get("type") == "Sequence":
        return list(pre_tokenizer["pretokenizers"])
    return [pre_tokenizer] if pre_tokenizer else []


def _tokens(data: dict[str, Any], model: dict[str, Any]) -> Iterator[tuple[int, tuple[str, Kind]]]:
    for content, number in model["vocab"].items():
        yield number, (content, Kind.NORMAL)
    for it in data.get("added_tokens", []):
        yield it["id"], (it["content"], Kind.CONTROL if it["special"] else Kind.USER_DEFINED)


def _number(told: dict[str, Any], named: dict[str, int], key: str) -> int | None:
    token = told.get(key)
    return named.get(str(token["content"] if isinstance(token, dict) else token))


def _adds(post_processor: Any, bos: Any) -> bool:
    """Whether the first thing put before a text is the token that begins one."""
    begins = bos["content"] if isinstance(bos, dict) else bos
    for it in (post_processor or {}).get("processors", [post_processor or {}]):
        first, *_more = it.get("single") or [{}]
        if first.get("SpecialToken", {}).get("id") == begins:
            return True
    return False


def _template(folder: Path, told: dict[str, Any]) -> str | None:
    file = folder / "chat_template.jinja"
    found = file.read_text(encoding="utf-8") if file.exists() else told.get("chat_template")
    return found if isinstance(found, str) else None


def _object(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise UnsupportedTokenizer(f"it has no {path.name}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
