"""python scripts/export_for_finetune.py --min-confidence 0.85 --train-split 0.9 --source both

The documents' name for `manage.py export_for_finetune`; runs with any Python.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"

if __name__ == "__main__":
    if not PYTHON.exists():
        sys.exit("Falta el entorno: ejecute antes «make setup».")
    manage = str(ROOT / "manage.py")
    os.execv(PYTHON, [str(PYTHON), manage, "export_for_finetune", *sys.argv[1:]])  # noqa: S606
