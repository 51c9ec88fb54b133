"""What a prompt already read is worth: decisions, prepared context, the next turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from benchmarks.bench import Bench, Pair
from benchmarks.report import Bound, Figure, compared, tell
from benchmarks.sides import Side, text_prompt
from benchmarks.texts import MORE_SUBJECTS, SUBJECTS, decisions

FIRST_TOKENS = 8
"""Written where only the first one is waited for."""
ANSWER_TOKENS = 24


async def seven_decisions(bench: Bench) -> list[Figure]:
    """Cold, then other questions about the same trunk, which both have kept."""
    cold: dict[Side, list[float]] = {bench.ours: [], bench.theirs: []}
    warm: dict[Side, list[float]] = {bench.ours: [], bench.theirs: []}
    for run in bench.times(3):
        for side in bench.sides(run):
            trunk = bench.texts.trunk()
            cold[side].append(await _seconds(side, decisions(trunk, SUBJECTS)))
            warm[side].append(await _seconds(side, decisions(trunk, MORE_SUBJECTS)))
            tell(f"  {side.name}: {cold[side][-1]:.2f} s, then {warm[side][-1]:.2f} s")
    name = "7 decisions over a 1,500-token trunk, "
    bounds = Bound(of="ratio", limit=0.25), Bound(of="ratio", limit=0.9)
    return [
        Pair(ours=found[bench.ours], theirs=found[bench.theirs]).figure(
            name + state, "s", bound
        )
        for found, state, bound in zip(
            (cold, warm), ("cold", "trunk cached"), bounds, strict=True
        )
    ]


async def _seconds(side: Side, prompts: Sequence[str]) -> float:
    started = time.perf_counter()
    await asyncio.gather(*map(side.decide, prompts))
    return time.perf_counter() - started


async def prepared_trunk(bench: Bench) -> list[Figure]:
    """Ours alone: the notebook was read while nobody had asked yet."""
    alone, prepared = [], []
    for run in bench.times(5):
        text = await bench.ours.write(bench.texts.question(), FIRST_TOKENS)
        alone.append(text.first_ms)
        trunk = bench.texts.trunk()
        await bench.ours.link.prepare(text_prompt(trunk))
        text = await bench.ours.write(trunk + bench.texts.question(), FIRST_TOKENS)
        prepared.append(text.first_ms)
        tell(f"  run {run + 1}: {prepared[-1]:.4g} against {alone[-1]:.4g} ms")
    name = "first token on a prepared 1,500-token trunk, against no context"
    return [compared(name, "ms", prepared, alone, Bound(of="ratio", limit=1.5))]


async def follow_up(bench: Bench) -> list[Figure]:
    """The second question of a long conversation against the first."""
    cold: dict[Side, list[float]] = {bench.ours: [], bench.theirs: []}
    warm: dict[Side, list[float]] = {bench.ours: [], bench.theirs: []}
    for run in bench.times(3):
        for side in bench.sides(run):
            asked = f"{bench.texts.conversation()}User: who has most?\nAssistant:"
            first = await side.write(asked, ANSWER_TOKENS)
            asked += f"{first.text}\nUser: and who has least?\nAssistant:"
            second = await side.write(asked, FIRST_TOKENS)
            cold[side].append(first.first_ms)
            warm[side].append(second.first_ms)
            tell(f"  {side.name}: {second.first_ms:.0f} after {first.first_ms:.0f} ms")
    name = "first token of a follow-up after 2,000 tokens, against cold"
    ours, theirs = bench.ours, bench.theirs
    bound = Bound(of="ratio", limit=0.1)
    return [
        compared(name, "ms", warm[ours], cold[ours], bound),
        compared("the same, llama-server", "ms", warm[theirs], cold[theirs]),
    ]
