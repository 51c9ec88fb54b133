"""The model as the server has it: found, checked and run, in the background."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import (
    Choice,
    LanguageModel,
    Piece,
    Priority,
    Prompt,
    SamplingParams,
)
from jupyter_llmchat.protocol.resources import ModelStatus

if TYPE_CHECKING:
    from jupyter_llmchat.models.locate import ModelFile

CHECK_S = 60.0
"""Finding and checking the file takes this long at most, on a slow disk."""
RETRY_S = 5.0
"""A question asked this long after a failure makes another attempt."""
STOP_S = 10.0


class HostedModel(LanguageModel, Protocol):
    """A language model with a lifetime and a state that can be shown."""

    @property
    def status(self) -> ModelStatus: ...

    async def start(self) -> None:
        """Returns at once; what takes time goes on in the background."""
        ...

    async def ready(self) -> None:
        """Waits until the model is loaded; one that failed a while ago is tried again.

        Raises ModelUnavailable.
        """
        ...

    async def stop(self) -> None:
        """Nothing of it is left in memory on return; it can be started again."""
        ...


class ModelHost:
    """A hosted model in a process of its own.

    What is wrong with the file is a state, not an error at start: the server runs,
    `status` says what to do, and the next question tries again.
    """

    def __init__(
        self,
        engine: EngineConfig,
        log: logging.Logger,
        *,
        examine: Callable[[str], ModelFile] | None = None,
        connect: Callable[[EngineConfig], HostedModel] | None = None,
    ) -> None:
        self._engine = engine
        self._log = log
        self._examine = examine or examined
        self._connect = connect or self._worker
        self._model: HostedModel | None = None
        self._name = ""
        """As it was when the model was last opened: answers go by it."""
        self._failure: ModelUnavailable | None = None
        self._tried_at = 0.0
        self._opening: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        if self._model is not None:
            return self._model.name
        return self._name or Path(self._engine.model_path).stem or "embedded"

    @property
    def status(self) -> ModelStatus:
        if self._model is not None:
            return self._model.status
        if self._failure is not None:
            return ModelStatus(
                state="failed", name=self.name, detail=str(self._failure)
            )
        if self._opening is None:
            return ModelStatus(state="stopped", name=self.name, detail="Not started.")
        return ModelStatus(
            state="starting", name=self.name, detail="The model file is being checked."
        )

    async def start(self) -> None:
        """Begins to open the model; returns at once."""
        self._failure = None
        self._tried_at = time.monotonic()
        self._opening = asyncio.create_task(self._open())

    async def ready(self) -> None:
        model = await self._opened()
        await model.ready()

    async def stop(self) -> None:
        """The model's process is gone on return."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait((self._opening,), timeout=STOP_S)
            self._opening = None
        # One that has been stopped is not tried again by whoever asks.
        self._failure = None
        model, self._model = self._model, None
        if model is not None:
            async with asyncio.timeout(STOP_S):
                await model.stop()

    async def generate(
        self,
        prompt: Prompt,
        params: SamplingParams,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.VISIBLE,
    ) -> AsyncGenerator[Piece, None]:
        model = await self._opened()
        pieces = model.generate(prompt, params, deadline=deadline, priority=priority)
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece

    async def choose(
        self,
        prompt: Prompt,
        options: tuple[str, ...],
        *,
        content_free: tuple[Prompt, ...] = (),
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> Choice:
        model = await self._opened()
        return await model.choose(
            prompt,
            options,
            content_free=content_free,
            deadline=deadline,
            priority=priority,
        )

    async def loglik(
        self,
        prompt: Prompt,
        continuation: str,
        *,
        deadline: float | None = None,
        priority: Priority = Priority.DECISION,
    ) -> float:
        model = await self._opened()
        return await model.loglik(
            prompt, continuation, deadline=deadline, priority=priority
        )

    async def prepare(self, prompt: Prompt, *, lasting: bool = False) -> None:
        model = await self._opened()
        await model.prepare(prompt, lasting=lasting)

    async def count(
        self, texts: tuple[str, ...], *, deadline: float | None = None
    ) -> tuple[int, ...]:
        model = await self._opened()
        return await model.count(texts, deadline=deadline)

    @property
    def n_ctx(self) -> int:
        return self._model.n_ctx if self._model is not None else 0

    async def _opened(self) -> HostedModel:
        """Waits for the file to be checked; the model may still be loading."""
        await self._try_again()
        if self._opening is None:
            raise ModelUnavailable(
                "The model is stopped.", "Ask a question: that loads it again."
            )
        # Several calls wait for one opening, and none of them ends it.
        await asyncio.wait((self._opening,))
        if self._model is None:
            raise self._failure or ModelUnavailable("The model is stopped.")
        return self._model

    async def _try_again(self) -> None:
        if time.monotonic() - self._tried_at < RETRY_S:
            return
        if self._failure is not None:
            await self.start()
        elif self._model is not None and self._model.status.state == "failed":
            self._tried_at = time.monotonic()
            await self._model.start()

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(CHECK_S):
                file = await asyncio.to_thread(self._examine, self._engine.model_path)
            model = self._connect(replace(self._engine, model_path=str(file.path)))
            await model.start()
            self._model, self._name = model, model.name
        except ModelUnavailable as error:
            self._failure = error
        except TimeoutError:
            self._failure = ModelUnavailable(
                f"The model file could not be checked within {CHECK_S:.0f} s.",
                "Look at the disk it lies on, then ask again.",
            )
        except Exception:  # noqa: BLE001 the server must start without a model too
            self._log.error("the model could not be opened", exc_info=True)
            self._failure = ModelUnavailable(
                "The model could not be opened.",
                "The server's log says why; `jupyter llmchat doctor` helps.",
            )
        if self._failure is not None:
            self._log.warning("%s", self._failure)

    def _worker(self, engine: EngineConfig) -> HostedModel:
        from jupyter_llmchat.worker.link import WorkerLink

        return WorkerLink(engine, log=self._log)


def examined(setting: str) -> ModelFile:
    """The model's file, whole and readable; raises ModelUnavailable. Blocks."""
    from jupyter_llmchat.models.digest import verify
    from jupyter_llmchat.models.gguf import check
    from jupyter_llmchat.models.locate import locate

    file = locate(setting)
    check(file.path)
    verify(file.path)
    return file
