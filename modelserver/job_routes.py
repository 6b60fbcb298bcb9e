"""The HTTP side of the jobs: ``/v1/fine_tuning/jobs``."""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from modelserver import job_requests, paging
from modelserver.bodies import read_object
from modelserver.errors import ApiError
from modelserver.files import TRAINING, FileStore
from modelserver.jobs import JobStore
from modelserver.models import Catalogue
from modelserver.runner import Runner

PATH = "/v1/fine_tuning/jobs"
_METADATA = re.compile(r"metadata\[(?P<key>.+)\]")


class JobsApi:
    """Create, follow, pause and cancel fine-tuning jobs."""

    def __init__(
        self, jobs: JobStore, files: FileStore, catalogue: Catalogue, runner: Runner
    ) -> None:
        self.jobs = jobs
        self.files = files
        self.catalogue = catalogue
        self.runner = runner

    def routes(self) -> list[Route]:
        """The paths under ``/v1/fine_tuning/jobs``."""
        return [
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH, self.list, methods=["GET"]),
            Route(f"{PATH}/{{name}}", self.retrieve, methods=["GET"]),
            Route(f"{PATH}/{{name}}/cancel", self.cancel, methods=["POST"]),
            Route(f"{PATH}/{{name}}/pause", self.pause, methods=["POST"]),
            Route(f"{PATH}/{{name}}/resume", self.resume, methods=["POST"]),
            Route(f"{PATH}/{{name}}/events", self.events, methods=["GET"]),
            Route(f"{PATH}/{{name}}/checkpoints", self.checkpoints, methods=["GET"]),
        ]

    async def create(self, request: Request) -> JSONResponse:
        """Record a job; its files are looked at and it is trained in the background."""
        wanted = job_requests.parse(await read_object(request))
        if not self.catalogue.find(wanted.model).trainable:
            raise ApiError(
                400, f"{wanted.model} cannot be trained.", param="model", code="model_not_available"
            )
        record = self.jobs.create(
            wanted,
            training=self._file(wanted.training_file, "training_file"),
            validation=self._file(wanted.validation_file, "validation_file")
            if wanted.validation_file
            else None,
        )
        self.runner.submit(record.job.id)
        return JSONResponse(paging.body(record.job))

    async def list(self, request: Request) -> JSONResponse:
        """The jobs, newest first; ``metadata[k]=v`` asks for those with that pair."""
        pairs = _metadata_filter(request)
        none = request.query_params.get("metadata") == "null"
        found = [
            it.job
            for it in self.jobs.newest_first()
            if pairs <= (it.job.metadata or {}).items() and not (none and it.job.metadata)
        ]
        return paging.page(request, found)

    async def retrieve(self, request: Request) -> JSONResponse:
        """One job."""
        return JSONResponse(paging.body(self.jobs.get(request.path_params["name"]).job))

    async def cancel(self, request: Request) -> JSONResponse:
        """End a job that has not ended."""
        record = await self.runner.cancel(request.path_params["name"])
        return JSONResponse(paging.body(record.job))

    async def pause(self, request: Request) -> JSONResponse:
        """Have a job keep what it has learned and stop, or wait no longer."""
        return JSONResponse(paging.body(self.runner.pause(request.path_params["name"]).job))

    async def resume(self, request: Request) -> JSONResponse:
        """Queue a paused job again; it goes on where it stopped."""
        return JSONResponse(paging.body(self.runner.resume(request.path_params["name"]).job))

    async def events(self, request: Request) -> JSONResponse:
        """What happened to a job, newest first."""
        return paging.page(request, self.jobs.events(request.path_params["name"]))

    async def checkpoints(self, request: Request) -> JSONResponse:
        """The models of a job's last epochs, latest first."""
        return paging.page(request, self.jobs.checkpoints(request.path_params["name"]))

    def _file(self, name: str, param: str) -> Path:
        meta = self.files.get(name, param=param)
        if meta.purpose != TRAINING:
            raise ApiError(400, f"{name} was not uploaded for {TRAINING}.", param=param)
        return self.files.content(name)


def _metadata_filter(request: Request) -> set[tuple[str, str]]:
    return {
        (match["key"], value)
        for name, value in request.query_params.multi_items()
        if (match := _METADATA.fullmatch(name))
    }
