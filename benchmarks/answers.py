"""Whole answers against llama-server: all decisions, all parts, the judge.

llama-server is asked what an assistant without our engine would ask it: for the first
words the plain question with its context, for the whole the same model calls, one
after the other, with its prompt cache on. Prompts share no beginning between runs.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from benchmarks.bench import Bench, both_sides
from benchmarks.engine import physical_cores
from benchmarks.peer import LlamaServer
from benchmarks.recorded import Call, Recorder
from benchmarks.report import Bound, Figure, add_json_option, compared, publish, tell
from benchmarks.sides import text_prompt
from jupyter_llmchat.language_model import LanguageModel, SamplingParams
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.pipeline import Question, answer, selftest, warm_up
from jupyter_llmchat.pipeline.models import OneModel
from jupyter_llmchat.pipeline.prepared import prepare
from jupyter_llmchat.pipeline.runtime import Runtime
from jupyter_llmchat.protocol.events import Chunk, Complete
from jupyter_llmchat.protocol.requests import ContextPart

ASKED = "Which table has the most rows, and what does that say about it?"
STAGE_TOKENS = 60
RUNS = 3


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One answer of ours; times in seconds from the question."""

    first: float
    whole: float
    calls: tuple[Call, ...]


async def staged(bench: Bench, runtime: Runtime, is_prepared: bool) -> Answered:
    """An answer with parts and judge, over a context of 1,500 tokens."""
    recorder = cast(Recorder, runtime.models.fast)
    question = Question(
        turn_id="t",
        text=ASKED,
        arrived=0.0,
        context=(ContextPart(kind="notebook", text=bench.texts.trunk()),),
        strategy="analytical",
        temperature=0.0,
        max_tokens=STAGE_TOKENS,
    )
    if is_prepared:
        await prepare(runtime.decider, question, runtime.config)
    recorder.calls.clear()
    started = time.monotonic()
    first = None
    asked = replace(question, arrived=started)
    async with aclosing(answer(runtime, asked, asyncio.Event())) as said:
        async for event in said:
            if first is None and isinstance(event, Chunk):
                first = time.monotonic() - started
    assert isinstance(event, Complete), event
    assert first is not None
    whole = time.monotonic() - started
    return Answered(first=first, whole=whole, calls=tuple(recorder.calls))


async def in_turn(side: LlamaServer, calls: Sequence[Call]) -> float:
    """Seconds for the same calls, one after the other."""
    started = time.perf_counter()
    for call in calls:
        await side.write(call.text, call.tokens)
    return time.perf_counter() - started


async def alone_in_turn(model: LanguageModel, calls: Sequence[Call]) -> float:
    """The same in our engine, which finds nothing to share."""
    started = time.perf_counter()
    for call in unshared(calls):
        params = SamplingParams(max_tokens=call.tokens, temperature=0)
        async with aclosing(model.generate(text_prompt(call.text), params)) as pieces:
            async for _ in pieces:
                pass
    return time.perf_counter() - started


def unshared(calls: Sequence[Call]) -> list[Call]:
    """None of them begins like another."""
    return [
        Call(f"{number:04d} {call.text}", call.tokens)
        for number, call in enumerate(calls)
    ]


async def measure(threads: int, quick: bool) -> list[Figure]:
    path = str(locate("").path)
    cold: list[Answered] = []
    prepared: list[Answered] = []
    plain: list[float] = []
    theirs: list[float] = []
    alone: list[float] = []
    async with both_sides(path, threads, quick) as bench:
        recorder = Recorder(bench.ours.link)
        runtime = Runtime(
            models=OneModel(cast(LanguageModel, recorder)),
            self_test=profile.tested(
                None, profile.fingerprint(Path(path)), selftest.version()
            ),
        )
        await warm_up(runtime)
        for run in bench.times(RUNS):
            cold.append(await staged(bench, runtime, is_prepared=False))
            prepared.append(await staged(bench, runtime, is_prepared=True))
            core = max(cold[-1].calls, key=lambda call: call.tokens)
            plain.append((await bench.theirs.write(core.text, 8)).first_ms / 1e3)
            # Another beginning: what it has just read for the plain question is not
            # to help it here.
            calls = [
                Call(call.text.replace(" rows.", " rows!"), call.tokens)
                for call in cold[-1].calls
            ]
            theirs.append(await in_turn(bench.theirs, calls))
            if not alone:
                alone.append(await alone_in_turn(bench.ours.link, calls))
            tell(
                f"  run {run + 1}: {len(calls)} calls; first words {cold[-1].first:.2f}"
                f" s cold, {prepared[-1].first:.2f} s prepared, llama-server"
                f" {plain[-1]:.2f} s; whole {cold[-1].whole:.1f} s, "
                f"{prepared[-1].whole:.1f} s, llama-server {theirs[-1]:.1f} s"
            )
    return figures(cold, prepared, plain, theirs, alone)


def figures(
    cold: Sequence[Answered],
    prepared: Sequence[Answered],
    plain: Sequence[float],
    theirs: Sequence[float],
    alone: Sequence[float],
) -> list[Figure]:
    first, whole = "first words of a staged answer, ", "whole staged answer, "

    def ratio(limit: float) -> Bound:
        return Bound(of="ratio", limit=limit)

    firsts = [each.first for each in cold], [each.first for each in prepared]
    wholes = [each.whole for each in cold], [each.whole for each in prepared]
    return [
        compared(
            f"{first}cold, against plain chat", "s", firsts[0], plain, ratio(1.25)
        ),
        compared(f"{first}context prepared", "s", firsts[1], plain, ratio(0.15)),
        compared(
            f"{whole}cold, against its calls in turn",
            "s",
            wholes[0],
            theirs,
            ratio(0.85),
        ),
        compared(f"{whole}context prepared", "s", wholes[1], theirs, ratio(0.45)),
        compared(
            "the same calls in our engine, unshared and in turn", "s", alone, theirs
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument(
        "--threads", type=int, default=physical_cores(), help="of both sides"
    )
    parser.add_argument("--quick", action="store_true", help="few repetitions")
    chosen = parser.parse_args()
    publish(asyncio.run(measure(chosen.threads, chosen.quick)), chosen.json)


if __name__ == "__main__":
    main()
