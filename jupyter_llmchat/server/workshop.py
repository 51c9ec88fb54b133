"""What only the server has that keeps the data: the store, the turns, the models."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from jupyter_llmchat._version import __version__
from jupyter_llmchat.errors import LLMChatError, StoreUnavailable
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION, Tier
from jupyter_llmchat.protocol.resources import Status, StoreStatus, TierStatus

from .ahead import ReadAhead
from .hub import Hub
from .line import Line
from .model_host import HostedModel
from .openai.completions import Completions
from .origin import Origins
from .preparation import Preparation
from .replay import Replays
from .running import Answer, Surroundings
from .settings import ServerSettings
from .tiers import Tiers, new_tiers
from .turns import Turns
from .unsaved import Unsaved

if TYPE_CHECKING:
    from jupyter_llmchat.models.profile import SelfTest
    from jupyter_llmchat.pipeline import Pace, Question
    from jupyter_llmchat.store import Store

OPEN_S = 30.0
"""Requests wait this long for the database to be opened."""
CLOSE_S = 15.0
"""Each part gets this long to close when the server stops."""


class Workshop:
    """Owns the models, the store and the turns; started once at most.

    `model` is the one that decides, `others` are those of the tiers above it. `answer`
    replaces the pipeline, and what prepares the models for it; `beat` is called at
    least every second while a turn lives.
    """

    def __init__(
        self,
        settings: ServerSettings,
        model: HostedModel,
        others: Mapping[Tier, HostedModel] = MappingProxyType({}),
        *,
        answer: Answer | None = None,
        beat: Callable[[], None] = lambda: None,
        log: logging.Logger | None = None,
    ) -> None:
        self._settings = settings
        self._model = model
        self._answer = answer
        self._beat = beat
        self._log = log or logging.getLogger(__name__)
        models = {settings.cheapest: model, **others}
        self._tiers = new_tiers(models, settings, self._log, self._prepare)
        self._preparations = {
            tier: Preparation(each, settings.of(tier), self._log)
            for tier, each in models.items()
        }
        self.completions = Completions(
            self._tiers,
            self._answering,
            settings.pipeline,
            limit=settings.limits.turns_waiting,
            beat=beat,
        )
        self._origins = Origins(settings, self._found)
        self._store: Store | None = None
        self._turns: Turns | None = None
        self._failure: LLMChatError | None = None
        self._settled = asyncio.Event()
        self._opening: asyncio.Task[None] | None = None
        self._is_closed = False
        self._preparing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to open the store and the model; returns at once."""
        if self._is_closed:
            return
        self._opening = asyncio.create_task(self._open())
        await self._tiers.start()

    async def close(self) -> None:
        """Turns are stored, the model's process is gone, the database is closed."""
        self._is_closed = True
        if self._opening is not None:
            await asyncio.wait((self._opening,), timeout=CLOSE_S)
            self._opening.cancel()
        turns, store, self._turns, self._store = self._turns, self._store, None, None
        self._failure = StoreUnavailable("The server is shutting down.", "Ask later.")
        self._settled.set()
        if self._preparing is not None:
            self._preparing.cancel()
        self.completions.close()
        if turns is not None:
            await self._closed("turns", turns.close())
        self._origins.close()
        await self._closed("model", self._tiers.close())
        if store is not None:
            await self._closed("store", store.close())

    async def store(self) -> Store:
        """Waits, within bounds, for the database; raises StoreUnavailable."""
        await self._open_by_now()
        if self._store is None:
            raise self._failure or _SLOW
        return self._store

    async def turns(self) -> Turns:
        """As `store`."""
        await self._open_by_now()
        if self._turns is None:
            raise self._failure or _SLOW
        return self._turns

    async def _answering(self) -> Answer:
        """What writes answers that are no turns; as `store`."""
        return (await self.turns()).answer

    @property
    def turns_active(self) -> int:
        """Turns running or waiting."""
        return self._turns.active if self._turns is not None else 0

    @property
    def models(self) -> Tiers:
        """Every model there is, loaded or not."""
        return self._tiers

    def preparation(self, tier: Tier) -> Preparation:
        """What is done with a tier's model before anyone asks."""
        return self._preparations[tier]

    @property
    def status(self) -> Status:
        tiers = tuple(map(self._tested, self._tiers.status))
        return Status(
            version=__version__,
            protocol=PROTOCOL_VERSION,
            model=tiers[0].model,
            store=self._store_status,
            turns_active=self.turns_active,
            turns_waiting=self._turns.waiting if self._turns is not None else 0,
            tiers=tiers if len(tiers) > 1 else (),
        )

    def _tested(self, status: TierStatus) -> TierStatus:
        """With what the model's self-test has found."""
        summary = self._preparations[status.tier].summary
        model = msgspec.structs.replace(status.model, profile=summary)
        return msgspec.structs.replace(status, model=model)

    @property
    def _store_status(self) -> StoreStatus:
        if self._store is not None:
            return self._store.status
        detail = str(self._failure or "The database is being opened.")
        return StoreStatus(kind="memory", path=None, detail=detail)

    async def _open_by_now(self) -> None:
        try:
            async with asyncio.timeout(OPEN_S):
                await self._settled.wait()
        except TimeoutError as error:
            raise _SLOW from error

    async def _open(self) -> None:
        try:
            self._origins.look()
            # Importing DuckDB takes longer than the event loop may be held up.
            for module in ("store.opening", "pipeline"):
                name = f"jupyter_llmchat.{module}"
                await asyncio.to_thread(importlib.import_module, name)
            from jupyter_llmchat.store import Store

            self._store = await Store.open(self._settings.store)
            self._turns = self._new_turns(self._store)
            preparing = self._prepare(self._settings.cheapest)
            self._preparing = asyncio.create_task(preparing)
        except Exception:  # noqa: BLE001 the server must start without a store too
            self._log.error("the database could not be opened", exc_info=True)
            self._failure = StoreUnavailable(
                "The database could not be opened.",
                "The server's log says why; `jupyter llmchat doctor` helps.",
            )
        finally:
            self._settled.set()

    def _found(self) -> dict[Tier, SelfTest | None]:
        return {tier: each.found for tier, each in self._preparations.items()}

    async def _prepare(self, tier: Tier) -> None:
        if self._answer is None:
            await self._preparations[tier].run()

    def _new_turns(self, store: Store) -> Turns:
        from jupyter_llmchat.pipeline import PROMPT_TEMPLATE, Pace

        around = Surroundings(
            store=store,
            model=self._model,
            hub=Hub(),
            line=Line(self._settings.turns_running),
            replays=Replays(self._origins),
            ahead=ReadAhead(store, self._read_ahead, self._log),
            unsaved=Unsaved(self._log),
            pipeline=self._settings.pipeline,
            answer=partial(
                self._with_model, self._answer or partial(self._pipeline, Pace())
            ),
            beat=self._beat,
            log=self._log,
        )
        return Turns(around, self._settings.limits, PROMPT_TEMPLATE)

    def _pipeline(
        self,
        pace: Pace,
        question: Question,
        stop: asyncio.Event,
    ) -> AsyncGenerator[TurnEvent, None]:
        from jupyter_llmchat.pipeline import Runtime, answer

        runtime = Runtime(
            models=self._tiers,
            config=self._settings.pipeline,
            # As it is now: a self-test may have ended since the last answer.
            self_test=self._preparations[self._settings.cheapest].found,
            pace=pace,
        )
        return answer(runtime, question, stop)

    async def _with_model(
        self, answer: Answer, question: Question, stop: asyncio.Event
    ) -> AsyncGenerator[TurnEvent, None]:
        """Loads the model that decides if it was unloaded, and keeps it."""
        async with self._tiers.deciding(), aclosing(answer(question, stop)) as events:
            async for event in events:
                yield event

    async def _read_ahead(self, question: Question) -> None:
        from jupyter_llmchat.pipeline.prepared import prepare

        if self._answer is None:
            await prepare(self._model, question, self._settings.pipeline)

    async def _closed(self, name: str, closing: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await closing
        except Exception:  # noqa: BLE001 what comes after must be closed too
            self._log.error("the %s did not close cleanly", name, exc_info=True)


_SLOW = StoreUnavailable(
    "The database is still being opened.", "Ask again in a moment."
)
