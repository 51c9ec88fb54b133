"""What an answer is written from: the few facts it is about, or the notebook.

The model decides. A question that a fact answers is answered with that fact as it
stands: put into other words, a small model gets one in five wrong. Any other has the
conversation and as much of the notebook as there is room for, if it is needed at all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from jupyter_llmchat.language_model import LanguageModel, Message, Priority
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.requests import ContextPart

from .context import Fitted, fitted
from .deadline import Deadline
from .deliberation import Deliberation
from .facts import Fact, Match, facts, parts, without_facts
from .grounding import NAME, NONE, candidates, conclude, weigh
from .question import Question
from .runtime import Runtime

CERTAIN = 0.8
"""The notebook is left out only if the model is so sure that it is not needed: an
answer that lacks it is worse than one that has read too much."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What an answer is written from."""

    messages: tuple[Message, ...]
    """The conversation up to and with the question."""
    stated: str = ""
    """The facts that answer the question; empty where the model is to write."""
    is_grounded: bool = False
    """Whether the answer stands on facts. What contradicts them is no improvement."""


class Foundation:
    """Finds the basis of one answer; what was left out goes to `notice`."""

    def __init__(
        self,
        runtime: Runtime,
        question: Question,
        deadline: Deadline,
        deliberation: Deliberation,
        notice: Callable[[str, str], None],
    ) -> None:
        self._runtime = runtime
        self._question = question
        self._deadline = deadline
        self._deliberation = deliberation
        self._notice = notice

    async def basis(self, model: LanguageModel) -> Basis:
        """For an answer by that model. Raises what it raises, and ContextOverflow."""
        question = self._question
        if question.context:
            self._deliberation.ask(("context",), question.text, Priority.VISIBLE)
        matches = candidates(question.text, facts(question.context))
        near = parts(each.fact for each in matches)
        fit, chosen = await asyncio.gather(
            self._fitted(model, (*without_facts(question.context), *near)),
            self._chosen(matches),
        )
        if chosen:
            return await self._grounded(model, chosen)
        if fit.notice:
            self._notice("context_left_out", fit.notice)
        needless = not question.context or await self._deliberation.is_sure(
            "context", "general", CERTAIN
        )
        return Basis(messages=fit.messages(with_context=not needless))

    async def _grounded(self, model: LanguageModel, chosen: Sequence[Fact]) -> Basis:
        fit = await self._fitted(model, parts(chosen))
        # The user's own words on how to answer are heard in a conversation only.
        free = not (self._question.system_prompt or self._question.json_schema)
        return Basis(
            messages=fit.messages(),
            stated="\n\n".join(each.text for each in chosen) if free else "",
            is_grounded=True,
        )

    async def _fitted(
        self, model: LanguageModel, context: tuple[ContextPart, ...]
    ) -> Fitted:
        return await fitted(
            model,
            replace(self._question, context=context),
            catalogue.stages(),
            self._runtime.config,
            deadline=self._deadline.at(),
        )

    async def _chosen(self, matches: Sequence[Match]) -> tuple[Fact, ...]:
        """The facts that the question is about; none if the model finds none."""
        if not matches:
            return ()
        began = time.monotonic()
        weighed = await self._deliberation.read(
            NAME,
            lambda limit: weigh(
                self._runtime.decider, self._question.text, matches, deadline=limit
            ),
            NONE,
        )
        if weighed is None:
            return ()
        found = conclude(self._question.turn_id, weighed, began)
        self._deliberation.settle(found.decision)
        return found.facts
