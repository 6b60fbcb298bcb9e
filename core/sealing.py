"""What must be kept raw for a while to answer somebody: encrypted, and useless without the key."""

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(Exception):
    """It was sealed with another key, or is no seal at all."""


def seal(value: Any, *, secret: str = "") -> str:
    """``value`` (anything JSON holds) as text that only this site opens, and only for who knows
    the ``secret``, if there is one."""
    return _cipher(secret).encrypt(json.dumps(value).encode()).decode()


def unseal(text: str, *, secret: str = "") -> Any:
    """What was sealed. Raises :class:`Unreadable` where the key was changed since, or for another
    ``secret``."""
    try:
        return json.loads(_cipher(secret).decrypt(text.encode()))
    except InvalidToken as error:
        raise Unreadable from error


def _cipher(secret: str) -> Fernet:
    """Fernet: AES-128-CBC with HMAC-SHA256. The key is random already: one hash gives its shape."""
    key = f"{settings.SEALING_KEY}\0{secret}" if secret else settings.SEALING_KEY
    digest = hashlib.sha256(key.encode(errors="surrogatepass")).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
