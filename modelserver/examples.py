"""What a job's files say of how its model will be asked. Pure: a folder in, texts out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelserver.validation import Messages

_PARTS = ("validation", "training")  # what was kept apart first


def first_prompts(job: Path, number: int) -> list[Messages]:
    """The first different prompts of a job's files, the same ones each time it is asked."""
    found: dict[str, Messages] = {}
    for prompt in _prompts(job):
        found.setdefault(json.dumps(prompt, ensure_ascii=False), prompt)
        if len(found) == number:
            break
    return list(found.values())


def shared_system(job: Path) -> str | None:
    """The system text that every prompt begins with, if it is one and the same."""
    firsts = {(it[0]["role"], it[0]["content"]) for it in _prompts(job)}
    role, content = firsts.pop() if len(firsts) == 1 else ("", None)
    return content if role == "system" else None


def _prompts(job: Path) -> Iterator[Messages]:
    """What is said before the first answer, of every example; the files were found fit."""
    for part in _PARTS:
        path = job / f"{part}.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                yield from (_prompt(json.loads(it)) for it in lines if it.strip())


def _prompt(example: dict[str, Any]) -> Messages:
    messages = example["input"]["messages"] if "input" in example else example["messages"]
    plain = [{"role": it["role"], "content": it["content"]} for it in messages]
    ends = (at for at, it in enumerate(plain) if it["role"] == "assistant")
    return plain[: next(ends, len(plain))]
