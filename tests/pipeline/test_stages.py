from __future__ import annotations

import asyncio

from jupyter_llmchat.language_model import Part, Piece, SamplingParams, TextPrompt
from jupyter_llmchat.pipeline.stages import generate
from tests.fakes import FakeModel

PROMPT = TextPrompt((Part("q"),))
FAR = 1e9


async def _pieces(
    model: FakeModel, left: float = 100.0, stop: asyncio.Event | None = None
) -> list[Piece]:
    stream = generate(
        model,
        PROMPT,
        SamplingParams(),
        deadline=FAR,
        seconds_left=lambda: left,
        stop=stop or asyncio.Event(),
    )
    async with asyncio.timeout(10):
        return [piece async for piece in stream]


async def test_the_models_pieces_pass_through_to_its_own_end() -> None:
    pieces = await _pieces(FakeModel(reply=lambda prompt: "a b"))
    assert [piece.text for piece in pieces] == ["a", " b", ""]
    assert pieces[-1].finish_reason == "stop"


async def test_a_deadline_that_moved_up_ends_it_and_the_model() -> None:
    model = FakeModel(piece_delay_s=60)
    pieces = await _pieces(model, left=0.0)
    assert [piece.finish_reason for piece in pieces] == ["deadline"]
    assert model.closed_early in (0, 1)


async def test_a_stop_ends_it_while_the_model_is_silent() -> None:
    model = FakeModel(piece_delay_s=60)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, stop.set)
    pieces = await _pieces(model, stop=stop)
    assert [piece.finish_reason for piece in pieces] == ["cancelled"]
    assert model.closed_early == 1


async def test_leaving_it_closes_the_model() -> None:
    model = FakeModel(reply=lambda prompt: "a b c")
    stream = generate(
        model,
        PROMPT,
        SamplingParams(),
        deadline=FAR,
        seconds_left=lambda: 100.0,
        stop=asyncio.Event(),
    )
    await anext(stream)
    await stream.aclose()
    assert model.closed_early == 1
