"""Uploaded files: ``/v1/files``."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from openai.types import FileDeleted, FileObject
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

from modelserver import paging
from modelserver.errors import ApiError, not_found
from modelserver.store import Folders, new_id, write_json
from modelserver.validation import InvalidFile, read_objects

TRAINING = "fine-tune"
PURPOSES = frozenset({TRAINING, "user_data"})
MOST_BYTES = 512 * 1024 * 1024  # OpenAI's limit for one file
LIFETIMES = range(3600, 2_592_001)  # an hour to thirty days, OpenAI's bounds


class FileStore:
    """Files on disk: a folder each, with what OpenAI tells about it and the bytes."""

    def __init__(self, root: Path) -> None:
        self.folders = Folders(root)

    def add(
        self, source: BinaryIO, *, filename: str, purpose: str, lifetime: int | None = None
    ) -> FileObject:
        """Keep a file; raises ``InvalidFile`` for a training file that is no JSON Lines."""
        if purpose == TRAINING:
            _check_lines(source)
        now = int(time.time())
        meta = FileObject(
            id=new_id("file"),
            bytes=source.seek(0, os.SEEK_END),
            created_at=now,
            filename=filename,
            object="file",
            purpose=purpose,
            status="processed",
            expires_at=now + lifetime if lifetime else None,
        )
        source.seek(0)
        self.folders.create(meta.id, lambda folder: _fill(folder, meta, source))
        return meta

    def get(self, name: str, *, param: str = "id") -> FileObject:
        """What is known of a file; raises ``ApiError`` (404)."""
        folder = self.folders.find(name)
        meta = _read(folder) if folder else None
        if meta is None or _expired(meta):
            raise not_found("file", name, param=param)
        return meta

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        folder = self.folders.find(name)
        return folder is not None and not _expired(_read(folder))

    def content(self, name: str) -> Path:
        """Where a file's bytes are; raises ``ApiError`` (404)."""
        return self.folders.root / self.get(name).id / "content"

    def newest_first(self) -> Iterator[FileObject]:
        """Every file that has not expired."""
        metas = map(_read, self.folders.newest_first())
        return (meta for meta in metas if not _expired(meta))

    def remove(self, name: str) -> None:
        """Remove a file; raises ``ApiError`` (404). A job has a copy of its own (``copies``)."""
        self.folders.remove(self.get(name).id)

    def purge(self) -> None:
        """Remove the files whose time has come."""
        for folder in list(self.folders.newest_first()):
            if _expired(_read(folder)):
                self.folders.remove(folder.name)


def _check_lines(source: BinaryIO) -> None:
    source.seek(0)
    for _line in read_objects(source):
        pass


def _fill(folder: Path, meta: FileObject, source: BinaryIO) -> None:
    write_json(folder / "file.json", paging.body(meta))
    with (folder / "content").open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())


def _read(folder: Path) -> FileObject:
    return FileObject.model_validate_json((folder / "file.json").read_bytes())


def _expired(meta: FileObject) -> bool:
    return meta.expires_at is not None and meta.expires_at <= time.time()


class FilesApi:
    """The HTTP side of the files."""

    def __init__(self, files: FileStore, deleted: Callable[[], None]) -> None:
        self.files = files
        self.deleted = deleted  # called after a file was removed

    def routes(self) -> list[Route]:
        """The paths under ``/v1/files``."""
        return [
            Route("/v1/files", self.create, methods=["POST"]),
            Route("/v1/files", self.list, methods=["GET"]),
            Route("/v1/files/{name}", self.retrieve, methods=["GET"]),
            Route("/v1/files/{name}", self.delete, methods=["DELETE"]),
            Route("/v1/files/{name}/content", self.content, methods=["GET"]),
        ]

    async def create(self, request: Request) -> JSONResponse:
        """Keep an upload (multipart ``file`` and ``purpose``)."""
        async with request.form(max_files=1, max_fields=10) as form:
            upload, purpose = _upload(form), _purpose(form)
            keep = asyncio.to_thread(
                self.files.add,
                upload.file,
                filename=upload.filename or "upload",
                purpose=purpose,
                lifetime=_lifetime(form),
            )
            try:
                meta = await keep
            except InvalidFile as error:
                raise ApiError(
                    400, f"Invalid file format. {error}", param="file", code=error.code
                ) from error
        return JSONResponse(paging.body(meta))

    async def list(self, request: Request) -> JSONResponse:
        """The files, newest first unless ``order=asc``, of one ``purpose`` where it is given."""
        purpose = request.query_params.get("purpose")
        found = [it for it in self.files.newest_first() if purpose in (None, it.purpose)]
        if request.query_params.get("order") == "asc":
            found.reverse()
        return paging.page(request, found, default=10_000, most=10_000)

    async def retrieve(self, request: Request) -> JSONResponse:
        """What is known of one file."""
        return JSONResponse(paging.body(self.files.get(request.path_params["name"])))

    async def content(self, request: Request) -> FileResponse:
        """The bytes of one file."""
        path = self.files.content(request.path_params["name"])
        return FileResponse(path, media_type="application/octet-stream")

    async def delete(self, request: Request) -> JSONResponse:
        """Remove one file."""
        name = request.path_params["name"]
        self.files.remove(name)
        self.deleted()
        return JSONResponse(paging.body(FileDeleted(id=name, deleted=True, object="file")))


def _upload(form: FormData) -> UploadFile:
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise ApiError(400, "A file is required.", param="file")
    if not upload.size:
        raise ApiError(400, "The file is empty.", param="file")
    if upload.size > MOST_BYTES:
        raise ApiError(413, "The file is larger than 512 MB.", param="file")
    return upload


def _purpose(form: FormData) -> str:
    purpose = form.get("purpose")
    if purpose not in PURPOSES:
        known = ", ".join(sorted(PURPOSES))
        raise ApiError(400, f"purpose must be one of: {known}.", param="purpose")
    return str(purpose)


def _lifetime(form: FormData) -> int | None:
    text = form.get("expires_after[seconds]")
    if text is None:
        return None
    if not str(text).isdecimal() or int(str(text)) not in LIFETIMES:
        raise ApiError(
            400, "expires_after must be between an hour and 30 days.", param="expires_after"
        )
    return int(str(text))
