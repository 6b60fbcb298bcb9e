"""What a dataset looks like to those who train on it: lines, their settings, Modelfiles. Pure."""

from collections.abc import Callable

from finetune.formats import lines
from finetune.formats.lines import Line, chat_file, chat_line, combined, fingerprint

__all__ = ["LINES", "Line", "chat_file", "chat_line", "combined", "file_name", "fingerprint"]

LINES: dict[str, Callable[[str], Line]] = {
    "completion": lines.completion,
    "chat": lines.chat,
    "sharegpt": lines.sharegpt,
    "alpaca": lines.alpaca,
    "dpo": lines.dpo,
}
"""Name of a form -> what writes its lines."""


def file_name(form: str, part: str) -> str:
    """What a file is called: ``train.jsonl`` is S3's form, the others say theirs (D15)."""
    return f"{part}.jsonl" if form == "completion" else f"{part}.{form}.jsonl"
