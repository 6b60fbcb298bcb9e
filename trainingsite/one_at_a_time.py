"""What must be true before the site starts: nobody else runs this checkout or uses its ports."""

import ctypes
import fcntl
import os
import signal
import socket
import time
from pathlib import Path

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class CannotStart(Exception):
    """Something is in the way; the message, in Spanish, says what to do."""


def port_from(text: str, name: str) -> int:
    """The port that the variable ``name`` asks for. Raises CannotStart."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"{name} debe ser un número de puerto, no «{text}».")
    return int(text)


def refuse_taken(port: int, name: str) -> None:
    """Raise CannotStart if another program listens on ``port``, the value of variable ``name``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"El puerto {port} no está disponible ({error.strerror}). "
                f"Elija otro con la variable {name}, por ejemplo {name}={port + 100}."
            ) from error


def lock(path: Path, *, patience: float = 0.0) -> int:
    """Lock ``path`` for as long as the descriptor that is returned stays open in some process.

    Raises CannotStart when another process keeps it longer than ``patience`` seconds.
    """
    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(held)
                raise CannotStart(
                    "El sitio de esta carpeta ya está en marcha: párelo antes con Ctrl-C."
                ) from None
            time.sleep(0.1)
        else:
            return held


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the process that started this one dies, however it dies."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
