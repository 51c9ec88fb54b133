"""One stage of an answer: a generation that always ends, for one of four reasons."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Any

from jupyter_llmchat.language_model import (
    FinishReason,
    LanguageModel,
    Piece,
    Priority,
    Prompt,
    SamplingParams,
)

POLL_S = 1.0
"""How often a deadline that may have moved is looked at."""


async def generate(
    model: LanguageModel,
    prompt: Prompt,
    params: SamplingParams,
    *,
    deadline: float,
    seconds_left: Callable[[], float],
    stop: asyncio.Event,
    priority: Priority = Priority.VISIBLE,
) -> AsyncGenerator[Piece, None]:
    """The model's pieces; the last one carries a finish reason.

    Ends with `cancelled` when `stop` is set and with `deadline` when `seconds_left`
    says 0, which may come before `deadline`, the time that the model is told.
    """
    stream = model.generate(prompt, params, deadline=deadline, priority=priority)
    stopped = asyncio.ensure_future(stop.wait())
    async with aclosing(stream):
        try:
            while True:
                piece = await _next(stream, stopped, seconds_left)
                yield piece
                if piece.finish_reason is not None:
                    return
        finally:
            stopped.cancel()


async def _next(
    stream: AsyncGenerator[Piece, None],
    stopped: asyncio.Future[Any],
    seconds_left: Callable[[], float],
) -> Piece:
    coming: asyncio.Future[Any] = asyncio.ensure_future(_anext(stream))
    try:
        while not coming.done():
            if stopped.done():
                return _end("cancelled")
            if (left := seconds_left()) <= 0:
                return _end("deadline")
            await asyncio.wait(
                {coming, stopped},
                timeout=min(left, POLL_S),
                return_when=asyncio.FIRST_COMPLETED,
            )
        piece: Piece = coming.result()
        return piece
    finally:
        if not coming.done():
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming


async def _anext(stream: AsyncGenerator[Piece, None]) -> Piece:
    return await anext(stream)


def _end(reason: FinishReason) -> Piece:
    return Piece(text="", tokens=0, finish_reason=reason)
