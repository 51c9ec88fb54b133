"""The models over REST: which there are, loading, unloading, choosing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.models.model_file import shown
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.protocol.resources import Session
from jupyter_llmchat.protocol.setup import Model, ModelList, SelectModel

from .base import Endpoint
from .inventory import Stock
from .operation import operation

if TYPE_CHECKING:
    from .services import Services


class AllModels(Endpoint):
    """Every model there is, loaded or not."""

    _track_activity = False

    @operation(reply=ModelList)
    async def get(self) -> ModelList:
        """List the models, cheapest first, and how each is doing."""
        stock = await self.services.inventory.stock()
        names = self.services.models.names
        return ModelList(
            models=tuple(_model(self.services, tier, stock) for tier in names),
            memory_budget_bytes=stock.budget_bytes,
        )


class LoadModel(Endpoint):
    """A model, into memory."""

    @operation(reply=Model, status=202)
    async def post(self, tier: str) -> Model:
        """Begin to load a model; its state says when it is ready."""
        known = _known(self.services, tier)
        await self.services.models.load(known)
        return _model(self.services, known, await self.services.inventory.stock())


class UnloadModel(Endpoint):
    """A model, out of memory."""

    @operation(reply=Model)
    async def post(self, tier: str) -> Model:
        """Unload an idle model; the next question that needs it loads it again."""
        known = _known(self.services, tier)
        await self.services.models.unload(known)
        return _model(self.services, known, await self.services.inventory.stock())


class SessionModel(Endpoint):
    """The model that answers in a session."""

    @operation(body=SelectModel, reply=Session)
    async def post(self, session_id: str, asked: SelectModel) -> Session:
        """Choose the model for a session, or leave the choice to the deciding one."""
        names = self.services.models.names
        if asked.tier is not None and asked.tier not in names:
            raise BadRequest(
                f"No model is set for the tier {asked.tier}.",
                f"Choose one of: {', '.join(names)}.",
            )
        store = await self.services.store()
        session = await store.session(self.owner, session_id)
        config = {**session.config, "tier": asked.tier}
        if asked.tier is None:
            del config["tier"]
        return await store.change_session(self.owner, session_id, config=config)


def _known(services: Services, tier: str) -> Tier:
    names = services.models.names
    for each in names:
        if each == tier:
            return each
    raise NotFound(
        "There is no such model.", f"Choose the tier of one: {', '.join(names)}."
    )


def _model(services: Services, tier: Tier, stock: Stock) -> Model:
    (status,) = (each for each in services.models.status if each.tier == tier)
    model, preparation = status.model, services.preparation(tier)
    file = stock.files.get(tier)
    return Model(
        tier=tier,
        name=model.name,
        state=model.state,
        detail=model.detail,
        threads=model.n_threads,
        context_tokens=model.in_force.get("n_ctx"),
        cells_used=model.cells_used,
        cache_mb=model.cache_mb,
        file=None if file is None else shown(file.path),
        file_bytes=None if file is None else file.file_bytes,
        memory_bytes=None if file is None else file.memory_bytes,
        warmth=preparation.warmth,
        decides=tier == services.models.names[0],
        self_test=preparation.summary,
        keep_alive_s=services.models.keep_alive_s[tier],
        users=status.users,
    )
