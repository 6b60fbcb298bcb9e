"""Settings of gunicorn for a measured worker: when it ends it says which modules it had loaded."""

import json
import os
import sys
from pathlib import Path
from typing import Any

workers = 1
threads = 4
control_socket_disable = True


def worker_exit(_server: Any, _worker: Any) -> None:
    """Write the names of the loaded modules to the file ``LOADED_MODULES``."""
    Path(os.environ["LOADED_MODULES"]).write_text(json.dumps(sorted(sys.modules)))
