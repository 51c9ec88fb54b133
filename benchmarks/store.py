"""The store with a million messages: opening, listing, searching, writing, copying.

SQLite with FTS5 does the same on the same data. The figures of each are taken while
the other is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from benchmarks.fts5 import Fts5
from benchmarks.report import (
    Bound,
    Figure,
    add_json_option,
    compared,
    percentile_95,
    publish,
    tell,
)
from benchmarks.sayings import KINDS, Sayings
from benchmarks.talk import OWNER, fill, talk
from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.store import Store

MESSAGES = 1_000_000
IN_SESSION = 100
AT_A_TIME = 10
CLIENTS = 20
TALK_S = 15.0
RUNS = 20
QUERIES = 40 * len(KINDS)
PAGE = 50
HITS = 20
PORTION = 20_000
OURS, THEIRS = "chat.duckdb", "peer.sqlite"


@dataclass(frozen=True)
class Both:
    """The two stores, filled with the same."""

    path: Path
    theirs: Fts5
    sayings: Sayings


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    messages: int = MESSAGES
    runs: int = RUNS
    queries: int = QUERIES
    talk_s: float = TALK_S


def measure(size: Size, folder: Path | None = None) -> list[Figure]:
    """What `folder` holds from an earlier run is measured again."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="llmchat-bench-") as made:
            return measure(size, Path(made))
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / OURS).exists():
        theirs = Fts5(folder / THEIRS)
        both, filling = Both(folder / OURS, theirs, Sayings()), []
    else:
        both, filling = _filled(folder, size)
    try:
        return filling + asyncio.run(_measured(both, size))
    finally:
        both.theirs.close()


def _filled(folder: Path, size: Size) -> tuple[Both, list[Figure]]:
    sayings = Sayings()
    sessions = _session_of(size.messages) + AT_A_TIME
    path, theirs = folder / OURS, Fts5(folder / THEIRS)
    theirs.add_sessions(sessions)
    texts, their_s, done = sayings.messages(size.messages), 0.0, 0
    while portion := list(islice(texts, PORTION)):
        said = [(_session_of(place), text) for place, text in enumerate(portion, done)]
        fill(path, said, done, sessions)
        started = time.perf_counter()
        theirs.add(said)
        their_s += time.perf_counter() - started
        done += len(said)
        tell(f"{done:,} messages")
    both = Both(path, theirs, sayings)
    our_s = asyncio.run(_indexed_s(path))
    rates = [size.messages / seconds for seconds in (our_s, their_s)]
    return both, [
        Figure(
            measure="index rebuilt",
            value=rates[0],
            unit="messages/s",
            peer_value=rates[1],
        ),
        Figure(
            measure="size of the files",
            value=path.stat().st_size / 1e6,
            unit="MB",
            peer_value=(folder / THEIRS).stat().st_size / 1e6,
        ),
    ]


def _session_of(place: int) -> int:
    """As people talk: in a few sessions at a time, question and answer in one."""
    part, within = divmod(place, IN_SESSION * AT_A_TIME)
    return part * AT_A_TIME + within // 2 % AT_A_TIME


async def _indexed_s(path: Path) -> float:
    store = await Store.open(StoreConfig(path=path))
    started = time.perf_counter()
    await store.indexing.catch_up(lambda done: tell(f"{done:,} in the index"))
    elapsed = time.perf_counter() - started
    await store.close()
    return elapsed


async def _measured(both: Both, size: Size) -> list[Figure]:
    figures = [await _opening(both, size)]
    tell("  ".join(figures[0].cells()))
    store = await Store.open(StoreConfig(path=both.path))
    try:
        for part in (_reading, _searching, _writing, _copying):
            found = await part(store, both, size)
            tell("\n".join("  ".join(each.cells()) for each in found))
            figures += found
    finally:
        await store.close()
    return figures


async def _opening(both: Both, size: Size) -> Figure:
    ours = []
    for _ in range(max(2, size.runs // 4)):
        started = time.perf_counter()
        store = await Store.open(StoreConfig(path=both.path))
        ours.append((time.perf_counter() - started) * 1e3)
        assert store.status.kind == "file", store.status.detail
        await store.close()
    theirs = [both.theirs.opened_ms() for _ in ours]
    return compared("opening", "ms", ours, theirs, Bound(of="value", limit=1000))


async def _reading(store: Store, both: Both, size: Size) -> list[Figure]:
    page = await store.session_page(OWNER, 10_000)
    # Without those of an earlier run, which the peer does not have.
    ids = [each.id for each in page.sessions if each.id.startswith("s")]
    some = [ids[place * len(ids) // size.runs] for place in range(size.runs)]
    listing = await _timed(lambda _: store.session_page(OWNER, PAGE), some)
    their_listing = _their_times(lambda _: both.theirs.sessions(PAGE), some)
    figures = [_slow(f"listing {PAGE} sessions", listing, their_listing, 50)]
    # What was not read since the file was opened comes from the disk.
    for when in ("first look", "again"):
        ours = await _timed(lambda each: store.branches.page(OWNER, each, PAGE), some)
        theirs = _their_times(
            lambda each: both.theirs.last(int(each.lstrip("s")), PAGE), some
        )
        measure = f"last {PAGE} messages of a session, {when}"
        figures.append(_slow(measure, ours, theirs, 20))
    return figures


async def _searching(store: Store, both: Both, size: Size) -> list[Figure]:
    ours: dict[str, list[float]] = {kind: [] for kind in KINDS}
    theirs: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for query in both.sayings.queries(size.queries):
        typed = query.typed
        ours[query.kind] += await _timed(
            lambda text: store.search.find(OWNER, text, HITS), [typed]
        )
        theirs[query.kind] += _their_times(
            lambda _, query=query: both.theirs.search(query, HITS), [typed]
        )
    whole = [list(chain.from_iterable(times.values())) for times in (ours, theirs)]
    return [
        _slow("searching, all kinds", *whole, 100),
        *(
            compared(f"searching, {kind}, median", "ms", ours[kind], theirs[kind])
            for kind in KINDS
        ),
    ]


async def _writing(store: Store, both: Both, size: Size) -> list[Figure]:
    text = next(both.sayings.messages(1))
    before = await store.upkeep.check()
    said = await talk(store, CLIENTS, size.talk_s, text)
    after = await store.upkeep.check()
    assert after.messages - before.messages == len(said.times_ms), "messages are lost"
    started = time.perf_counter()
    theirs = []
    while time.perf_counter() - started < size.talk_s / 3:
        theirs.append(both.theirs.acknowledge(0, text))
    rate = Bound(of="value", limit=1000, at_least=True)
    slowest = statistics.quantiles(said.times_ms, n=100, method="inclusive")[-1]
    return [
        Figure(
            measure=f"acknowledged messages, {CLIENTS} clients, beside one by one",
            value=len(said.times_ms) / said.elapsed_s,
            unit="/s",
            peer_value=1e3 / statistics.mean(theirs),
            bound=rate,
        ),
        Figure(
            measure="acknowledging a message, p99",
            value=slowest,
            unit="ms",
            bound=Bound(of="value", limit=20),
        ),
    ]


async def _copying(store: Store, both: Both, size: Size) -> list[Figure]:
    copy = both.path.with_name("copy.sqlite")
    copy.unlink(missing_ok=True)
    their_s = both.theirs.back_up(copy)
    started = time.perf_counter()
    copying = asyncio.create_task(store.upkeep.back_up())
    meanwhile = await talk(store, 1, 1e9, "meanwhile", until=copying)
    our_s = time.perf_counter() - started
    started = time.perf_counter()
    await store.upkeep.vacuum()
    vacuum_s = time.perf_counter() - started
    return [
        Figure(measure="live backup", value=our_s, unit="s", peer_value=their_s),
        Figure(
            measure="acknowledging a message during a backup, p95",
            value=percentile_95(meanwhile.times_ms),
            unit="ms",
        ),
        Figure(measure="vacuum", value=vacuum_s, unit="s"),
    ]


async def _timed(
    work: Callable[[str], Awaitable[object]], arguments: Sequence[str]
) -> list[float]:
    """Milliseconds each."""
    times = []
    for each in arguments:
        started = time.perf_counter()
        await work(each)
        times.append((time.perf_counter() - started) * 1e3)
    return times


def _their_times(
    work: Callable[[str], object], arguments: Sequence[str]
) -> list[float]:
    times = []
    for each in arguments:
        started = time.perf_counter()
        work(each)
        times.append((time.perf_counter() - started) * 1e3)
    return times


def _slow(
    measure: str, ours: Sequence[float], theirs: Sequence[float], limit: float
) -> Figure:
    return Figure(
        measure=f"{measure}, p95",
        value=percentile_95(ours),
        unit="ms",
        peer_value=percentile_95(theirs),
        bound=Bound(of="value", limit=limit),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument(
        "--folder", type=Path, help="keep the data there, or measure what is there"
    )
    chosen = parser.parse_args()
    size = Size(messages=chosen.messages, runs=chosen.runs)
    publish(measure(size, chosen.folder), chosen.json)


if __name__ == "__main__":
    main()
