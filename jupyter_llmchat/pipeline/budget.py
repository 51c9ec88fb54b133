"""How many tokens the pieces of a prompt have, and how many each kind may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import ContextOverflow
from jupyter_llmchat.language_model import LanguageModel
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.catalogue import StagePrompts
from jupyter_llmchat.protocol.requests import ContextPart

from .fitting import FAR, in_reach, up_to
from .question import Exchange, Question

CONTEXT_SHARE = 0.7
"""Of the room beside the question that the notebook may take. It is fixed: were it what
the conversation leaves, each exchange would change where the notebook is cut."""
STEPS = 8
"""Room is given in so many steps, so that it changes seldom from turn to turn."""
STAGES = 3
"""Texts of stages that a prompt has to have room for besides: what was said before,
what comes to stand beside it, and its own."""
TEMPLATE_TOKENS = 32
"""At most, for what a chat template puts around a conversation."""
MESSAGE_TOKENS = 8
"""The same for what it puts around one message."""
PART_TOKENS = 4
"""Tokens that pieces may have more when they stand beside one another."""


@dataclass(frozen=True, kw_only=True)
class SizedPart:
    """A part of the notebook and what it takes in a prompt."""

    part: ContextPart
    position: int
    """Its place among the parts as they came."""
    heading: int
    """Tokens of what stands around its text."""
    text: int
    """Tokens of its text; FAR if it is too long to be worth counting."""

    @property
    def tokens(self) -> int:
        return self.heading + self.text


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Tokens of a prompt's pieces, templates included, at most."""

    fixed: int
    """Of what is in every prompt, but for the question's own text."""
    question: int
    exchanges: tuple[int, ...]
    """Oldest first; FAR for those that are out of reach."""
    parts: tuple[SizedPart, ...]


@dataclass(frozen=True, kw_only=True)
class Room:
    """Tokens that there is room for."""

    limit: int
    """The whole prompt."""
    beside: int
    """Notebook and conversation."""
    context: int
    """Of that the notebook."""
    step: int
    """What changes by less need not change anything else."""
    block: int
    """Characters that go at once when something has to go."""


async def counted(
    model: LanguageModel,
    question: Question,
    prompts: StagePrompts,
    config: PipelineConfig,
    deadline: float | None,
) -> Sizes:
    """Counts in one go; what cannot fit anyway is not counted."""
    parts, limit = question.context, config.prompt_tokens
    texts = catalogue.context()
    near = _near(parts, limit)
    start = in_reach([*map(_chars, question.history)], limit)
    system_words = f"{prompts.system}\n\n{question.system_prompt}"
    always = (system_words.strip(), question.text, texts.opening, texts.question)
    headings = (f"\n\n{texts.headings[each.kind]} {each.name}:\n" for each in parts)
    bodies = (parts[index].text for index in near)
    said = (text for each in question.history[start:] for text in _texts(each))
    pieces = (*always, *headings, *bodies, *said)
    counts = iter(await model.count(pieces, deadline=deadline))
    system, asked, *around = islice(counts, len(always))
    around_parts = [*islice(counts, len(parts))]
    in_parts = dict(zip(near, counts, strict=False))
    newer = [
        sum(pair) + 2 * MESSAGE_TOKENS for pair in zip(counts, counts, strict=True)
    ]
    frame = TEMPLATE_TOKENS + 2 * MESSAGE_TOKENS
    return Sizes(
        fixed=frame + system + (sum(around) if parts else 0),
        question=asked,
        exchanges=(*([FAR] * start), *newer),
        parts=tuple(
            SizedPart(
                part=part,
                position=index,
                heading=around_parts[index] + PART_TOKENS,
                text=in_parts.get(index, FAR),
            )
            for index, part in enumerate(parts)
        ),
    )


def room(sizes: Sizes, question: Question, config: PipelineConfig, n_ctx: int) -> Room:
    """How the tokens are shared out; raises ContextOverflow.

    `n_ctx` is the model's context in tokens, 0 if it is not known.
    """
    limit = config.prompt_tokens
    alone = sizes.fixed + sizes.question
    if n_ctx:
        stages = STAGES * (question.max_tokens or config.stage_tokens)
        window = n_ctx - min(stages, n_ctx // 2)
        if alone > window:
            raise _overflow(sizes, window, n_ctx)
        limit = min(limit, window)
    step, block = max(1, limit // STEPS), max(1, limit)
    limit = max(limit, alone)
    newest = sizes.exchanges[-1] if sizes.exchanges else 0
    beside = max(0, limit - sizes.fixed - up_to(sizes.question, step))
    if newest <= limit - alone:
        beside = max(beside, newest)
    context = int(beside * CONTEXT_SHARE)
    if beside - context < newest <= beside:
        context = max(0, beside - up_to(newest, step))
    return Room(limit=limit, beside=beside, context=context, step=step, block=block)


def _near(parts: Sequence[ContextPart], limit: int) -> list[int]:
    """The places of those that may fit: of every kind the last ones."""
    near: list[int] = []
    for kind in {each.kind for each in parts}:
        same = [index for index, each in enumerate(parts) if each.kind == kind]
        start = in_reach([len(parts[index].text) for index in same], limit)
        near += same[start:]
    return sorted(near)


def _texts(exchange: Exchange) -> tuple[str, str]:
    return exchange.question, exchange.answer


def _chars(exchange: Exchange) -> int:
    return len(exchange.question) + len(exchange.answer)


def _overflow(sizes: Sizes, window: int, n_ctx: int) -> ContextOverflow:
    return ContextOverflow(
        f"The question has {sizes.question} tokens; of the model's context of {n_ctx} "
        f"tokens {max(0, window - sizes.fixed)} are free for it.",
        "Shorten the question, or raise n_ctx.",
    )
