"""Text as it is kept: no control characters, no deserts of blanks (requirements, 2.3). Pure."""

import re
import unicodedata

_BLANKS = re.compile(r"[^\S\n]{3,}")
_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
# Unseen: control and format characters (soft hyphens, turned direction), halves of a pair.
_UNSEEN = {"Cc", "Cf", "Cs"}


def clean(text: str) -> str:
    """``text`` with three blanks or more as one, three line ends or more as two, none unseen.

    >>> clean("Uno \\x00   dos\\r\\n\\n \\n\\ntres\\u00ad.")
    'Uno dos\\n\\ntres.'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = "".join(it for it in lines if it in "\n\t" or unicodedata.category(it) not in _UNSEEN)
    return _LINES.sub("\n\n", _BLANKS.sub(" ", seen)).strip()
