"""Packs one tuned model, as a process: ``python -m modelserver.packaging_process``.

Reads one line of JSON from standard input (``PackagingTask``) and writes into its target folder

* ``adapter.zip``: peft's adapter, as safetensors with its configuration, and the chat template;
* ``adapter.gguf``: the same for llama.cpp;
* ``merged.gguf``: base and adapter in one file, which needs nothing else;
* ``Modelfile``: what ``ollama create`` wants beside it.

Answers with one line of JSON: ``{"files": [{name, bytes, sha256}]}``.
"""

import hashlib
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from modelserver import gguf_merge
from modelserver.chat_templates import renderer
from modelserver.examples import shared_system
from modelserver.modelfile import modelfile
from modelserver.packaging_task import PackagingTask
from modelserver.processes import die_with_parent

NICENESS = 10  # people's requests come first
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive


def main() -> None:
    """Pack the model that standard input names."""
    die_with_parent()
    os.nice(NICENESS)
    task = PackagingTask.parse(sys.stdin.readline())
    target = Path(task.target)
    target.mkdir()
    _pack(task, target)
    files = [_described(path) for path in sorted(target.iterdir())]
    sys.stdout.write(json.dumps({"files": files}) + "\n")


def _pack(task: PackagingTask, target: Path) -> None:
    job, trained = Path(task.job_folder), Path(task.adapter_folder)
    template = (job / "chat_template.jinja").read_text(encoding="utf-8")
    shutil.copyfile(trained / "adapter.gguf", target / "adapter.gguf")
    with zipfile.ZipFile(target / "adapter.zip", "w") as archive:
        for name, content in _adapter(trained / "adapter", task.base, template):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    gguf_merge.merge(
        Path(task.base_gguf),
        trained / "adapter.gguf",
        target / "merged.gguf",
        kind=task.kind,
        chat_template=template,
    )
    text = modelfile(
        "merged.gguf", render=renderer(template), context=task.context, system=shared_system(job)
    )
    (target / "Modelfile").write_text(text, encoding="utf-8")


def _adapter(folder: Path, base: str, template: str) -> Iterator[tuple[str, bytes]]:
    """What of an adapter's folder is packed; its base is named, not a path of this machine."""
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = base
    yield "adapter_config.json", json.dumps(config, indent=2).encode()
    yield "adapter_model.safetensors", (folder / "adapter_model.safetensors").read_bytes()
    yield "chat_template.jinja", template.encode()


def _described(path: Path) -> dict[str, str | int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


if __name__ == "__main__":
    main()
