"""What must be kept raw for a while to answer somebody: encrypted, and useless without the key."""

import base64
import hashlib
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(Exception):
    """It was sealed with another key, or is no seal at all."""


def seal(value: Any) -> str:
    """``value`` (anything JSON holds) as text that only this site opens."""
    return _cipher(settings.SEALING_KEY).encrypt(json.dumps(value).encode()).decode()


def unseal(text: str) -> Any:
    """What was sealed. Raises :class:`Unreadable` where the key was changed since."""
    try:
        return json.loads(_cipher(settings.SEALING_KEY).decrypt(text.encode()))
    except InvalidToken as error:
        raise Unreadable from error


@cache
def _cipher(key: str) -> Fernet:
    """Fernet: AES-128-CBC with HMAC-SHA256. The key is random already: one hash gives its shape."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
