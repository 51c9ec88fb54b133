from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.language_model import (
    ChatPrompt,
    Message,
    Part,
    SamplingParams,
    Usage,
)
from jupyter_llmchat.protocol.ids import Tier
from jupyter_llmchat.server.openai import plain
from jupyter_llmchat.server.openai.writing import Delta, End
from jupyter_llmchat.server.settings import TierSettings
from jupyter_llmchat.server.tiers import Memory, Tiers
from tests.server.builders import LONG_S, HostedFake

PROMPT = ChatPrompt((Message("user", (Part("hi"),)),))


async def _said(
    model: HostedFake,
    stop: asyncio.Event | None = None,
    tier: Tier = "fast",
    **params: Any,
) -> list[Delta | End]:
    memory = Memory(budget=lambda: 0, needed=lambda tier: 0)
    tiers = Tiers({"fast": model}, TierSettings(), memory, logging.getLogger("test"))
    await model.start()
    writing = plain.written(
        tiers,
        tier,
        PROMPT,
        SamplingParams(**params),
        deadline=time.monotonic() + LONG_S,
        stop=stop or asyncio.Event(),
    )
    return [each async for each in writing]


async def test_pieces_are_told_as_they_come() -> None:
    model = HostedFake(reply=lambda prompt: "one two")
    usage = Usage(prompt_tokens=10, cached_tokens=4, generated_tokens=2)
    assert await _said(model) == [
        Delta(text="one"),
        Delta(text=" two"),
        End(reason="stop", usage=usage),
    ]


async def test_a_length_is_told() -> None:
    *_, end = await _said(HostedFake(), max_tokens=2)
    assert isinstance(end, End)
    assert end.reason == "length"


async def test_what_is_stopped_closes_the_model_s_text() -> None:
    stop = asyncio.Event()
    stop.set()
    model = HostedFake(piece_delay_s=0.01)
    assert await _said(model, stop) == [End(reason="length", usage=Usage())]
    assert model.closed_early == 1


async def test_a_tier_that_there_is_not_is_said_so() -> None:
    with pytest.raises(ModelUnavailable, match="complex"):
        await _said(HostedFake(), tier="complex")
