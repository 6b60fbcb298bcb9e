"""The HTTP side of the packages: ``/v1/local/models/{name}/package``, this product's own paths."""

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

from modelserver import paging
from modelserver.adapters import Adapter
from modelserver.bodies import read_object
from modelserver.errors import ApiError, not_found
from modelserver.models import Catalogue
from modelserver.packages import AUTO, Packager
from modelserver.packaging_task import KINDS

PATH = "/v1/local/models/{name}/package"


class PackagesApi:
    """Ask for a tuned model as files, see how far it is, and fetch them."""

    def __init__(self, catalogue: Catalogue, packager: Packager) -> None:
        self.catalogue = catalogue
        self.packager = packager

    def routes(self) -> list[Route]:
        """The paths under ``/v1/local``."""
        return [
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH, self.retrieve, methods=["GET"]),
            Route(f"{PATH}/{{file}}", self.content, methods=["GET"]),
        ]

    async def create(self, request: Request) -> JSONResponse:
        """Begin to pack a model; ``type`` is ``auto`` or one of ``packaging_task.KINDS``."""
        body = await read_object(request)
        wanted = body.get("type", AUTO)
        if wanted not in (AUTO, *KINDS):
            raise ApiError(400, f"type must be one of: {', '.join((AUTO, *KINDS))}.", param="type")
        return JSONResponse(paging.body(self.packager.start(self._adapter(request), wanted)))

    async def retrieve(self, request: Request) -> JSONResponse:
        """How far a package is, or what is in it."""
        package = self.packager.find(self._adapter(request))
        if package is None:
            raise not_found("package", request.path_params["name"])
        return JSONResponse(paging.body(package))

    async def content(self, request: Request) -> FileResponse:
        """The bytes of one of its files."""
        name = request.path_params["file"]
        path = self.packager.file(self._adapter(request), name)
        return FileResponse(path, media_type="application/octet-stream", filename=name)

    def _adapter(self, request: Request) -> Adapter:
        name = self.catalogue.find(request.path_params["name"]).id
        adapter = self.catalogue.tuned(name)
        if adapter is None:
            raise ApiError(400, f"{name} is not a model that was tuned here.", param="model")
        return adapter
