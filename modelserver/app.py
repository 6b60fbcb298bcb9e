"""The application: every room put together, and what starts and stops with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from modelserver import errors
from modelserver.auth import RequireKey
from modelserver.bases import read_bases
from modelserver.chat import ChatApi
from modelserver.copies import Copies
from modelserver.embeddings import Embedder, EmbeddingsApi
from modelserver.files import FilesApi, FileStore
from modelserver.job_routes import JobsApi
from modelserver.jobs import JobStore
from modelserver.models import Catalogue, ModelsApi
from modelserver.package_routes import PackagesApi
from modelserver.packages import Packager
from modelserver.runner import Runner
from modelserver.serving import Pool
from modelserver.settings import Settings


def create_app(settings: Settings) -> Starlette:
    """The whole server; raises ``SettingsError`` for a base model that cannot be used."""
    bases = read_bases(settings)
    files = FileStore(settings.data_dir / "files")
    jobs = JobStore(settings.data_dir / "jobs")
    catalogue = Catalogue(bases, jobs, max_steps=settings.step_limit)
    pool, embedder = Pool(settings), Embedder(settings)
    copies = Copies(jobs, files)
    runner = Runner(settings, jobs, bases, copies)
    packager = Packager(settings, catalogue, pool)

    async def health(_request: Request) -> JSONResponse:
        status = "ok" if runner.recovered else "starting"
        queued = runner.queued()
        return JSONResponse({"status": status, "training": runner.training, "queued": queued})

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        files.purge()
        copies.forget_deleted()
        runner.start()
        try:
            yield
        finally:
            await runner.stop()
            await packager.stop()
            await pool.stop()
            await embedder.stop()

    apis = [
        FilesApi(files, copies.forget_deleted),
        JobsApi(jobs, files, catalogue, runner),
        ModelsApi(catalogue, pool),
        ChatApi(catalogue, pool),
        EmbeddingsApi(embedder),
        PackagesApi(catalogue, packager),
    ]
    return Starlette(
        routes=[Route("/health", health), *(route for api in apis for route in api.routes())],
        middleware=[Middleware(RequireKey, key=settings.api_key)],
        exception_handlers={
            errors.ApiError: errors.refuse,
            HTTPException: errors.refuse_http,
            Exception: errors.refuse_crash,
        },
        lifespan=life,
    )
