"""The site's own settings, on a database of the benchmark that runs.

``benchmarks.__main__`` says in the environment where the database and the files are.
"""

import os
from pathlib import Path

from trainingsite.settings import *  # noqa: F403
from trainingsite.settings import DATABASES, STORAGES

DATABASES["default"]["NAME"] = f"benchmark_{os.environ['BENCHMARK']}"
STATIC_ROOT = Path(os.environ["MEDIA_ROOT"]).parent / "static"  # there, and empty
# Pages are measured without `collectstatic`, which would write to the site's own folder.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
ALLOWED_HOSTS = ["*"]
