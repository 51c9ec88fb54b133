"""Which models there are, and that none of them gives embeddings."""

from __future__ import annotations

from typing import Literal

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.server.operation import permitted

from .answers import Reply
from .endpoint import OpenAIEndpoint
from .names import named, names
from .requests import EmbeddingsBody


class ModelReply(Reply, frozen=True, kw_only=True):
    """A model."""

    id: str
    object: Literal["model"] = "model"
    created: int
    """Seconds since the epoch when the server was started."""
    owned_by: str = "jupyter-llmchat"


class ModelReplies(Reply, frozen=True, kw_only=True):
    """All of them."""

    object: Literal["list"] = "list"
    data: tuple[ModelReply, ...]


class Models(OpenAIEndpoint):
    """All models, each with and without stages."""

    @permitted
    async def get(self) -> None:
        completions = self.services.completions
        data = (
            ModelReply(id=each, created=completions.started)
            for each in await names(completions.tiers)
        )
        self.reply(ModelReplies(data=tuple(data)))


class OneModel(OpenAIEndpoint):
    """One of them."""

    @permitted
    async def get(self, name: str) -> None:
        completions = self.services.completions
        found = await named(completions.tiers, name)
        self.reply(ModelReply(id=found.id, created=completions.started))


class Embeddings(OpenAIEndpoint):
    """Refused in words that a user can act on."""

    @permitted
    async def post(self) -> None:
        body = self.body(EmbeddingsBody)
        found = await named(self.services.completions.tiers, body.model)
        raise BadRequest(
            f"`model` {found.id} writes text and gives no embeddings; no model of this"
            " server does.",
            "Ask a server with an embedding model, such as llama-server with"
            " --embeddings.",
        )
