"""The decisions of one answer: asked beside it, waited for where its path forks.

Every one is recorded. Where the model is not heard in time, or is known to decide no
better than by chance, the safe option is taken and the record says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.language_model import Priority
from jupyter_llmchat.prompts import deciding
from jupyter_llmchat.protocol.events import Decision, Notice, TurnEvent

from .deadline import Deadline
from .pace import CallSize
from .runtime import Runtime

T = TypeVar("T")


class Deliberation:
    """Owned by one answer; what it decides goes to `say` as soon as it is known."""

    def __init__(
        self,
        runtime: Runtime,
        turn_id: str,
        deadline: Deadline,
        stop: asyncio.Event,
        say: Callable[[TurnEvent], None],
    ) -> None:
        self._runtime = runtime
        self._turn_id = turn_id
        self._deadline = deadline
        self._stop = stop
        self._say = say
        self._tasks: dict[str, asyncio.Task[dict[str, Decision]]] = {}
        """By the decision's name; those asked together share one."""
        self._others: list[asyncio.Future[Any]] = []
        """What else is being read off."""
        self._taken: list[Decision] = []

    @property
    def taken(self) -> tuple[Decision, ...]:
        """All decisions so far."""
        return tuple(self._taken)

    def ask(
        self,
        names: Iterable[str],
        content: str,
        priority: Priority = Priority.DECISION,
        size: CallSize = "small",
    ) -> None:
        """Has these decided about the content, all in one batch; `size` says how much
        there is to read."""
        asked = tuple(names)
        task = asyncio.create_task(self._decided(asked, content, priority, size))
        self._tasks |= dict.fromkeys(asked, task)

    async def chosen(self, name: str) -> str:
        """The option taken, once it is known; the safe one for an answer that has been
        stopped. It must have been asked for."""
        decision = await self._known(name)
        return decision.chosen if decision else deciding.decision(name).safe

    async def is_sure(self, name: str, option: str, least: float) -> bool:
        """Whether the option is taken, and by the model with that probability."""
        decision = await self._known(name)
        if decision is None or decision.chosen != option:
            return False
        shares = {each.label: each.probability for each in decision.options}
        return shares.get(option, 0.0) >= least

    async def read(
        self,
        name: str,
        reading: Callable[[float], Awaitable[T]],
        safe: str,
        size: CallSize = "medium",
    ) -> T | None:
        """Waits for what a decision is read off, which is told its deadline; None, and
        the safe option recorded, if it does not come in time, or for an answer that
        has been stopped."""
        usual = self._runtime.pace.limit_s(size)
        limit = min(self._deadline.at(), time.monotonic() + usual)
        task = asyncio.ensure_future(self._in_time(reading(limit), limit, size))
        self._others.append(task)
        if not await self._unless_stopped(task):
            return None
        try:
            return task.result()
        except (LLMChatError, TimeoutError) as error:
            self._tell((name,), error)
            self.settle(self._default(name, safe))
            return None

    async def _in_time(self, reading: Awaitable[T], limit: float, size: CallSize) -> T:
        began = time.monotonic()
        async with asyncio.timeout(max(0.0, limit - began)):
            found = await reading
        self._runtime.pace.took(size, time.monotonic() - began)
        return found

    async def _known(self, name: str) -> Decision | None:
        """Waits for the decision; None for an answer that has been stopped."""
        task = self._tasks[name]
        return task.result()[name] if await self._unless_stopped(task) else None

    async def _unless_stopped(self, task: asyncio.Future[Any]) -> bool:
        """Whether it was done before the answer was stopped."""
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        return task.done()

    def settle(self, decision: Decision) -> None:
        """Records a decision that was read off otherwise than by options."""
        self._taken.append(decision)
        self._say(decision)

    async def close(self) -> None:
        """Nothing is decided any more."""
        tasks = [*self._tasks.values(), *self._others]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _decided(
        self, names: tuple[str, ...], content: str, priority: Priority, size: CallSize
    ) -> dict[str, Decision]:
        decisions = await self._by_model(names, content, priority, size)
        for decision in decisions:
            self.settle(decision)
        return {each.name: each for each in decisions}

    async def _by_model(
        self, names: tuple[str, ...], content: str, priority: Priority, size: CallSize
    ) -> tuple[Decision, ...]:
        pace = self._runtime.pace
        began = time.monotonic()
        limit = min(self._deadline.at(), began + pace.limit_s(size))
        try:
            async with asyncio.timeout(max(0.0, limit - began)):
                decisions = await self._runtime.decide(
                    self._turn_id, names, content, deadline=limit, priority=priority
                )
        except (LLMChatError, TimeoutError) as error:
            self._tell(names, error)
            return tuple(
                self._default(name, deciding.decision(name).safe) for name in names
            )
        pace.took(size, time.monotonic() - began)
        return decisions

    def _default(self, name: str, safe: str) -> Decision:
        return Decision(
            turn_id=self._turn_id,
            name=name,
            options=(),
            chosen=safe,
            calibrated=False,
            tokens=0,
            ms=0.0,
            source="default",
        )

    def _tell(self, names: tuple[str, ...], error: LLMChatError | TimeoutError) -> None:
        why = str(error) or "there was not enough time."
        self._say(
            Notice(
                turn_id=self._turn_id,
                code="decision_failed",
                message=f"The model did not decide ({', '.join(names)}): {why}",
            )
        )
