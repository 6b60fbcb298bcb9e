"""``python -m modelserver``: serve until SIGTERM or Ctrl-C."""

import fcntl
import logging
import sys
from pathlib import Path
from typing import TextIO

import uvicorn

from modelserver.app import create_app
from modelserver.settings import Settings, SettingsError

GRACE_SECONDS = 1  # for answers on their way when the server is told to stop


def main() -> None:
    """Start the server, or say on standard error why it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    try:
        settings = Settings.from_environment()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = _lock(settings.data_dir)
        app = create_app(settings)
    except SettingsError as error:
        sys.exit(f"modelserver: {error}")
    with lock:
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            timeout_graceful_shutdown=GRACE_SECONDS,
            access_log=False,
            log_level="info",
        )


def _lock(folder: Path) -> TextIO:
    """Take the data folder for this process; the kernel gives it back however the process ends."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise SettingsError(f"another modelserver works in {folder}.") from error
    return lock


if __name__ == "__main__":
    main()
