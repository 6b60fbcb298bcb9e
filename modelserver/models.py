"""What can be asked: ``/v1/models``."""

from collections.abc import Iterator, Mapping

from openai.types import Model, ModelDeleted
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from modelserver import adapters, paging
from modelserver.adapters import Adapter
from modelserver.bases import Base
from modelserver.errors import ApiError
from modelserver.job_records import OWNER
from modelserver.jobs import JobStore
from modelserver.serving import Pool, Served

EMBEDDING_MODELS = ("e5-query", "e5-passage")


class LocalModel(Model):
    """OpenAI's model, and what this server adds to it.

    ``demonstration`` is true on the demonstration model and on whatever is tuned from it: it proves
    the loop and not the quality, and whoever shows such a model can say so. ``max_steps`` is the
    most steps that a training of a base takes here, where they are limited.
    """

    kind: str
    trainable: bool
    demonstration: bool
    base: str | None = None
    max_steps: int | None = None


class Catalogue:
    """The bases, the models tuned from them, and the embeddings."""

    def __init__(self, bases: Mapping[str, Base], jobs: JobStore, *, max_steps: int | None) -> None:
        self.bases = bases
        self.jobs = jobs
        self.max_steps = max_steps

    def all(self) -> list[LocalModel]:
        """Everything that can be asked."""
        return [
            *(_base(it, max_steps=self.max_steps) for it in self.bases.values()),
            *self._tuned(),
            *map(_embedding, EMBEDDING_MODELS),
        ]

    def find(self, name: str) -> LocalModel:
        """One of them; raises ``ApiError`` (404)."""
        for model in self.all():
            if model.id == name:
                return model
        raise unknown_model(name)

    def served(self, name: str) -> Served:
        """How a chat model is served; raises ``ApiError`` (404, or 400 for an embedding model)."""
        if base := self.bases.get(name):
            return Served(name, base.gguf)
        if adapter := self.tuned(name):
            gguf = self.bases[adapter.record.job.model].gguf
            return Served(name, gguf, adapter.gguf, adapter.chat_template)
        if name in EMBEDDING_MODELS:
            raise ApiError(400, f"{name} makes embeddings and does not chat.", param="model")
        raise unknown_model(name)

    def tuned(self, name: str) -> Adapter | None:
        """A model that was tuned here; ``None`` without it, or without its base."""
        found = adapters.named(self.jobs, name)
        return found if found and found.record.job.model in self.bases else None

    def remove(self, adapter: Adapter) -> list[str]:
        """Remove a tuned model, with its checkpoints; return the names of what is gone."""
        before = [it.name for it in self._adapters()]
        adapters.remove(self.jobs, adapter)
        left = {it.name for it in self._adapters()}
        return [name for name in before if name not in left]

    def _adapters(self) -> Iterator[Adapter]:
        return (it for it in adapters.every(self.jobs) if it.record.job.model in self.bases)

    def _tuned(self) -> Iterator[LocalModel]:
        return (_tuned_model(it, self.bases[it.record.job.model]) for it in self._adapters())


def unknown_model(name: str) -> ApiError:
    """The refusal for a model that is not there."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return ApiError(404, message, param="model", code="model_not_found")


def _base(base: Base, *, max_steps: int | None) -> LocalModel:
    return LocalModel(
        id=base.id,
        created=int(base.gguf.stat().st_mtime),
        object="model",
        owned_by=OWNER,
        kind="chat",
        trainable=True,
        demonstration=base.demonstration,
        max_steps=max_steps,
    )


def _tuned_model(adapter: Adapter, base: Base) -> LocalModel:
    return LocalModel(
        id=adapter.name,
        created=adapter.created_at,
        object="model",
        owned_by=OWNER,
        kind="chat",
        trainable=False,
        demonstration=base.demonstration,
        base=base.id,
    )


def _embedding(name: str) -> LocalModel:
    return LocalModel(
        id=name,
        created=0,
        object="model",
        owned_by=OWNER,
        kind="embedding",
        trainable=False,
        demonstration=False,
    )


class ModelsApi:
    """The HTTP side of the catalogue."""

    def __init__(self, catalogue: Catalogue, pool: Pool) -> None:
        self.catalogue = catalogue
        self.pool = pool

    def routes(self) -> list[Route]:
        """The paths under ``/v1/models``."""
        return [
            Route("/v1/models", self.list, methods=["GET"]),
            Route("/v1/models/{name}", self.retrieve, methods=["GET"]),
            Route("/v1/models/{name}", self.delete, methods=["DELETE"]),
        ]

    async def list(self, _request: Request) -> JSONResponse:
        """Every model."""
        data = [paging.body(it) for it in self.catalogue.all()]
        return JSONResponse({"object": "list", "data": data})

    async def retrieve(self, request: Request) -> JSONResponse:
        """One model."""
        return JSONResponse(paging.body(self.catalogue.find(request.path_params["name"])))

    async def delete(self, request: Request) -> JSONResponse:
        """Remove a tuned model; others cannot be removed."""
        name = self.catalogue.find(request.path_params["name"]).id
        adapter = self.catalogue.tuned(name)
        if adapter is None:
            raise ApiError(403, f"{name} is not a model that was tuned here.", param="model")
        for gone in self.catalogue.remove(adapter):
            await self.pool.unload(gone)
        return JSONResponse(paging.body(ModelDeleted(id=name, deleted=True, object="model")))
