"""Tuned models as files for other programs: packed by a process, checked here, kept on disk.

A package is the folder ``package`` beside an adapter: ``package.json`` and ``files/``. One is made
at a time. A server that is stopped meanwhile leaves one that says it is building; nobody builds it,
so it is told as failed, and asking again makes it anew.
"""

import asyncio
import json
import logging
import shutil
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from openai.types.fine_tuning.fine_tuning_job import Error

from modelserver import package_check, paging, processes
from modelserver.adapters import Adapter
from modelserver.assignments import assignment
from modelserver.errors import ApiError, not_found
from modelserver.examples import first_prompts
from modelserver.models import Catalogue
from modelserver.package_records import Check, Package, PackageFile
from modelserver.packaging_task import KINDS, PackagingTask
from modelserver.serving import Pool, Served
from modelserver.settings import Settings
from modelserver.store import write_json
from modelserver.training_task import TrainingTask
from modelserver.validation import Messages

logger = logging.getLogger(__name__)

AUTO = "auto"


class Packager:
    """Makes packages and finds them again."""

    def __init__(self, settings: Settings, catalogue: Catalogue, pool: Pool) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.pool = pool
        self._turn = asyncio.Lock()
        self._building: dict[str, asyncio.Task[None]] = {}
        self._process: Process | None = None

    def start(self, adapter: Adapter, wanted: str) -> Package:
        """Begin to pack a model, unless it is being packed or is ready in that type.

        ``auto`` takes the smallest type whose answers stay the same.
        """
        known = self.find(adapter)
        if known and (known.status == "building" or _serves(known, wanted)):
            return known
        model = self.catalogue.find(adapter.name)
        package = Package(
            model=adapter.name,
            base=adapter.record.job.model,
            demonstration=model.demonstration,
            status="building",
            type=KINDS[0] if wanted == AUTO else wanted,
            created_at=int(time.time()),
        )
        _folder(adapter).mkdir(exist_ok=True)
        _save(adapter, package)
        task = asyncio.create_task(self._build_or_fail(adapter, package, wanted))
        self._building[adapter.name] = task
        task.add_done_callback(lambda _task: self._building.pop(adapter.name, None))
        return package

    def find(self, adapter: Adapter) -> Package | None:
        """The package of a model, if one was ever asked for."""
        path = _folder(adapter) / "package.json"
        if not path.exists():
            return None
        package = Package.model_validate_json(path.read_bytes())
        if package.status == "building" and adapter.name not in self._building:
            message = "The server was stopped while it packed the model."
            return _failed(package, message, code="interrupted")
        return package

    def file(self, adapter: Adapter, name: str) -> Path:
        """A file of a finished package; raises ``ApiError`` (404)."""
        package = self.find(adapter)
        if package is None or name not in {it.name for it in package.files}:
            raise not_found("package file", name)
        return _folder(adapter) / "files" / name

    async def stop(self) -> None:
        """End what is being made."""
        for task in self._building.values():
            task.cancel()
        if self._process:
            await processes.kill(self._process)

    async def _build_or_fail(self, adapter: Adapter, package: Package, wanted: str) -> None:
        try:
            async with self._turn:
                package = await self._build(adapter, package, wanted)
        except Exception as error:  # whatever it was, somebody waits for an answer
            logger.exception("Packing %s broke", adapter.name)
            package = _failed(package, str(error), code="packaging_failed")
        if self.catalogue.tuned(adapter.name) and _folder(adapter).exists():
            _save(adapter, package)
        else:  # the model, or what it learned from, was deleted meanwhile
            shutil.rmtree(_folder(adapter), ignore_errors=True)

    async def _build(self, adapter: Adapter, package: Package, wanted: str) -> Package:
        prompts = first_prompts(adapter.job_folder, package_check.PROMPTS)
        if not prompts:
            raise ApiError(400, "What it was trained on was deleted, so nothing can be checked.")
        expected = await self._reference(adapter, prompts)
        here = self.catalogue.served(adapter.name)
        served = await package_check.answers(self.pool, here, prompts)
        for kind in KINDS if wanted == AUTO else [wanted]:
            files = await self._pack(adapter, kind)
            file = _folder(adapter) / "files" / "merged.gguf"
            merged = Served(f"{adapter.name} {kind}", file, exact=True)
            packaged = await package_check.answers(self.pool, merged, prompts)
            await self.pool.unload(merged.id)
            check = package_check.compare(
                prompts, expected=expected, served=served, packaged=packaged
            )
            package = _finished(package, kind, files, check)
            if check.equal:
                break
        return package

    async def _reference(self, adapter: Adapter, prompts: list[Messages]) -> list[str]:
        """What the trained model answers, asked once: its library takes a while to load."""
        known = _folder(adapter) / "reference.json"
        if not known.exists():
            self._task(adapter).save(adapter.job_folder)
            asked = {
                "job": str(adapter.job_folder),
                "adapter": str(adapter.folder / "adapter"),
                "prompts": prompts,
                "max_tokens": package_check.MOST_TOKENS,
            }
            line = json.dumps(asked).encode() + b"\n"
            write_json(known, await self._ask("modelserver.reference_process", line))
        found: list[str] = json.loads(known.read_text(encoding="utf-8"))
        return found

    def _task(self, adapter: Adapter) -> TrainingTask:
        """What its training was given, as this server says it: an older one said other things."""
        base = self.catalogue.bases[adapter.record.job.model]
        return assignment(adapter.record, base, self.settings)

    async def _pack(self, adapter: Adapter, kind: str) -> list[PackageFile]:
        base = self.catalogue.bases[adapter.record.job.model]
        target = _folder(adapter) / "files"
        shutil.rmtree(target, ignore_errors=True)
        task = PackagingTask(
            job_folder=str(adapter.job_folder),
            adapter_folder=str(adapter.folder),
            base=base.id,
            base_gguf=str(base.gguf),
            target=str(target),
            kind=kind,
            context=self.settings.context,
        )
        told = await self._ask("modelserver.packaging_process", task.line())
        return [PackageFile(**it) for it in told["files"]]

    async def _ask(self, module: str, line: bytes) -> Any:
        """One of our modules as a process: a line of JSON in, a line of JSON out."""
        self._process = await processes.spawn(
            module, threads=self.settings.training_threads, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        said, errors = await self._process.communicate(line)
        if self._process.returncode:
            last = errors.decode(errors="replace").strip().rpartition("\n")[2]
            raise ApiError(500, f"The packaging process failed: {last}")
        return json.loads(said)


def _folder(adapter: Adapter) -> Path:
    return adapter.folder / "package"


def _serves(package: Package, wanted: str) -> bool:
    return package.status == "ready" and wanted in (AUTO, package.type)


def _save(adapter: Adapter, package: Package) -> None:
    write_json(_folder(adapter) / "package.json", paging.body(package))


def _finished(package: Package, kind: str, files: list[PackageFile], check: Check) -> Package:
    return package.model_copy(
        update={
            "type": kind,
            "files": files,
            "checked": check,
            "status": "ready" if check.equal else "different",
            "finished_at": int(time.time()),
        }
    )


def _failed(package: Package, message: str, *, code: str) -> Package:
    error = Error(code=code, message=message, param=None)
    return package.model_copy(
        update={"status": "failed", "error": error, "finished_at": int(time.time())}
    )
