from __future__ import annotations

import asyncio
import time

import pytest

from jupyter_llmchat.errors import (
    ContextOverflow,
    GenerationFailed,
    ModelUnavailable,
    WorkerLost,
)
from jupyter_llmchat.language_model import Part, SamplingParams, TextPrompt
from jupyter_llmchat.worker.link import WorkerLink
from tests.worker.conftest import StartLink


def prompt(text: str) -> TextPrompt:
    return TextPrompt((Part(text),))


async def text_of(link: WorkerLink, text: str) -> str:
    """What the link's worker says to a prompt."""
    pieces = link.generate(prompt(text), SamplingParams())
    return "".join([piece.text async for piece in pieces])


async def test_pieces_come_as_they_are_said_and_the_last_tells_why(
    start_link: StartLink,
) -> None:
    link = await start_link("answers")
    stream = link.generate(prompt("one two"), SamplingParams())
    pieces = [piece async for piece in stream]
    assert [piece.text for piece in pieces] == ["one ", "two ", ""]
    assert pieces[-1].finish_reason == "stop"
    assert pieces[-1].usage is not None


async def test_options_are_calibrated_by_content_free_inputs(
    start_link: StartLink,
) -> None:
    link = await start_link("answers")
    raw = await link.choose(prompt("q"), ("a", "bbb"))
    assert raw.best == "a"
    assert not raw.calibrated
    both = await link.choose(
        prompt("q"), ("a", "bbb"), content_free=(prompt("N/A"), prompt("N/A "))
    )
    assert both.calibrated
    assert both.raw == raw.probabilities
    assert both.tokens == 3


async def test_loglik_is_a_mean_over_tokens(start_link: StartLink) -> None:
    assert await (await start_link("answers")).loglik(prompt("q"), "four") == -4.0


async def test_texts_are_counted_one_by_one(start_link: StartLink) -> None:
    link = await start_link("slow")
    assert link.n_ctx == 0
    assert await link.count(("four", "", "<|im_end|>")) == (4, 0, 10)
    assert link.n_ctx == 100


async def test_a_call_waits_while_the_model_loads(start_link: StartLink) -> None:
    link = await start_link("slow")
    assert link.status.state == "starting"
    assert await text_of(link, "hello") == "hello "
    assert link.status.state == "ready"


async def test_a_call_whose_time_is_over_before_the_model_is_ready_ends(
    start_link: StartLink,
) -> None:
    link = await start_link("slow")
    now = time.monotonic()
    stream = link.generate(prompt("q"), SamplingParams(), deadline=now + 0.05)
    assert [piece.finish_reason async for piece in stream] == ["deadline"]
    with pytest.raises(GenerationFailed):
        await link.choose(prompt("q"), ("a", "b"), deadline=now + 0.05)
    with pytest.raises(GenerationFailed):
        await link.count(("q",), deadline=now + 0.05)


async def test_closing_the_iterator_cancels_the_generation(
    start_link: StartLink,
) -> None:
    link = await start_link("endless")
    stream = link.generate(prompt("q"), SamplingParams())
    await anext(stream)
    await stream.aclose()
    # Were it not cancelled, this worker would go on for minutes.
    pieces = link.generate(prompt("q"), SamplingParams())
    await anext(pieces)
    await pieces.aclose()
    assert link.status.restarts == 0


async def test_an_error_of_the_engine_keeps_its_class_and_hint(
    start_link: StartLink,
) -> None:
    link = await start_link("answers")
    with pytest.raises(ContextOverflow, match="Too long") as caught:
        await text_of(link, "too long")
    assert caught.value.hint == "Shorten it."
    assert await text_of(link, "short") == "short "


async def test_a_call_without_a_started_model_says_so() -> None:
    from jupyter_llmchat.config import EngineConfig

    with pytest.raises(ModelUnavailable, match="not started"):
        await text_of(WorkerLink(EngineConfig(model_path="x")), "q")


async def test_stopping_ends_calls_in_flight(start_link: StartLink) -> None:
    link = await start_link("endless")
    stream = link.generate(prompt("q"), SamplingParams())
    await anext(stream)
    await link.stop()
    with pytest.raises(WorkerLost):
        async with asyncio.timeout(5):
            async for _ in stream:
                pass
    assert link.status.state == "stopped"
