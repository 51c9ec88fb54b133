"""What every measure is given: both sides, fresh texts, and how often to repeat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from benchmarks.peer import LlamaServer, llama_server
from benchmarks.report import Bound, Figure, compared, tell
from benchmarks.sides import Ours, Side, our_engine
from benchmarks.texts import Texts


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Both sides on the same file with the same number of threads, one idle while
    the other is measured."""

    path: str
    threads: int
    ours: Ours
    theirs: LlamaServer
    quick: bool = False
    texts: Texts = field(default_factory=Texts)

    def times(self, runs: int) -> range:
        """That many repetitions; a third, but two, when it has to be quick."""
        return range(max(2, runs // 3) if self.quick else runs)

    def sides(self, run: int) -> tuple[Side, Side]:
        """Who goes first changes from run to run."""
        return (self.ours, self.theirs) if run % 2 else (self.theirs, self.ours)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same measured on both sides, run by run."""

    ours: Sequence[float]
    theirs: Sequence[float]

    def figure(self, measure: str, unit: str, bound: Bound | None = None) -> Figure:
        return compared(measure, unit, self.ours, self.theirs, bound)


async def alternately(
    bench: Bench, runs: int, measure: Callable[[Side], Awaitable[float]]
) -> Pair:
    """Each run measures both sides."""
    found: dict[Side, list[float]] = {bench.ours: [], bench.theirs: []}
    for run in bench.times(runs):
        for side in bench.sides(run):
            found[side].append(await measure(side))
            tell(f"  {side.name}: {found[side][-1]:.4g}")
    return Pair(ours=found[bench.ours], theirs=found[bench.theirs])


@asynccontextmanager
async def both_sides(path: str, threads: int, quick: bool) -> AsyncIterator[Bench]:
    """Started and warm."""
    async with our_engine(path, threads) as ours, llama_server(path, threads) as peer:
        bench = Bench(path=path, threads=threads, ours=ours, theirs=peer, quick=quick)
        for side in bench.sides(0):
            await side.write(bench.texts.short(), 16)
        yield bench
