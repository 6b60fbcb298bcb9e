"""No line of a log names a person, whoever writes it (reliability, Q31)."""

import logging
import logging.config
import re
from typing import Any

# What follows in the address of a person's consent, up to the end of the line or of the address.
_PATH = re.compile(r"(?<=/consent)(?:/|%2F).*?(?=\s+HTTP/\d|$)", re.IGNORECASE | re.MULTILINE)
# A number as long as a telephone's, with its plus sign as it is or as an address spells it.
_NUMBER = re.compile(r"(?<![\w.])(?:\+|%2B)?\d{9,15}(?!\w)", re.IGNORECASE)
_formatter = logging.Formatter()


def configure(config: dict[str, Any]) -> None:
    """Django's ``LOGGING_CONFIG``: as ``config`` says, and every record without people's ids.

    The records are made clean, not the handlers: the web server and any library write through
    handlers of their own.
    """
    logging.setLogRecordFactory(clean_record)
    logging.config.dictConfig(config)


def clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record whose message and traceback are without people's ids."""
    record = logging.LogRecord(*args, **kwargs)
    try:
        record.msg, record.args = clean(record.getMessage()), None
    except (TypeError, ValueError, KeyError):  # arguments that do not fit: the handler will say so
        return record
    if record.exc_info and record.exc_info[0]:
        record.exc_text = clean(_formatter.formatException(record.exc_info))
    return record


def clean(text: str) -> str:
    """``text`` without what may tell who somebody is.

    >>> clean("Not Found: /webhook/training/consent/whatsapp:+593999999999")
    'Not Found: /webhook/training/consent/***'
    """
    return _NUMBER.sub("***", _PATH.sub("/***", text))
