"""An answer straight from the model: the conversation, and nothing of ours."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from jupyter_llmchat.language_model import ChatPrompt, SamplingParams, Usage
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.tiers import Tiers

from .writing import Delta, End, Writing

OVERTIME_S = 2.0
"""The model keeps the deadline itself; so long after it, it is not waited for."""


async def written(
    tiers: Tiers,
    tier: Tier,
    prompt: ChatPrompt,
    params: SamplingParams,
    *,
    deadline: float,
    stop: asyncio.Event,
) -> Writing:
    """`deadline` is a time.monotonic(); setting `stop` ends it early."""
    from jupyter_llmchat.pipeline.stages import generate

    tokens, usage, reason = 0, None, None
    async with tiers.use(tier) as model:
        pieces = generate(
            model,
            prompt,
            params,
            deadline=deadline,
            seconds_left=lambda: max(0.0, deadline + OVERTIME_S - time.monotonic()),
            stop=stop,
        )
        async with aclosing(pieces):
            async for piece in pieces:
                tokens += piece.tokens
                if piece.text or piece.logprobs:
                    yield Delta(text=piece.text, logprobs=piece.logprobs)
                usage, reason = piece.usage, piece.finish_reason
    yield End(
        reason="stop" if reason == "stop" else "length",
        usage=usage or Usage(generated_tokens=tokens),
    )
