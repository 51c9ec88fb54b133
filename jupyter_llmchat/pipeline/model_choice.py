"""Which of several models writes an answer: the cheapest one decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import cast

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import LanguageModel, Priority
from jupyter_llmchat.protocol.ids import Tier

from .deadline import Deadline
from .deliberation import Deliberation
from .question import Question
from .runtime import Runtime

LOADING_SHARE = 0.25
"""Of the answer's time, what it waits for a model that has to be loaded."""


class ModelChoice:
    """Of one answer; what could not be had goes to `notice` as code and sentence."""

    def __init__(
        self,
        runtime: Runtime,
        question: Question,
        deadline: Deadline,
        deliberation: Deliberation,
        notice: Callable[[str, str], None],
    ) -> None:
        self.tier: Tier | None = None
        """Of the model that writes; None where there is only one."""
        self._models = runtime.models
        self._question = question
        self._deadline = deadline
        self._deliberation = deliberation
        self._notice = notice

    async def entered(self, stack: AsyncExitStack) -> LanguageModel:
        """The model, kept in memory until the stack is left: the cheapest where the
        one decided for is not to be had in time. Raises ModelUnavailable."""
        cheapest = self._models.names[0]
        tier = await self._chosen()
        if tier != cheapest:
            try:
                async with asyncio.timeout(LOADING_SHARE * self._deadline.left()):
                    model = await stack.enter_async_context(self._models.use(tier))
                self.tier = tier
                return model
            except (ModelUnavailable, TimeoutError) as error:
                why = str(error) or "It is still being loaded."
                self._notice("tier_unavailable", f"Not answered by “{tier}”: {why}")
        self.tier = cheapest if len(self._models.names) > 1 else None
        return await stack.enter_async_context(self._models.use(cheapest))

    async def _chosen(self) -> Tier:
        names = self._models.names
        if self._question.tier is not None:
            return self._question.tier
        if len(names) == 1:
            return names[0]
        self._deliberation.ask(("tier",), self._question.text, Priority.VISIBLE)
        chosen = cast(Tier, await self._deliberation.chosen("tier"))
        return chosen if chosen in names else names[0]
