"""The benchmark on little data: what it measures is there and right, however slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fts5 import Fts5
from benchmarks.sayings import KINDS, Sayings
from benchmarks.store import Size, measure
from benchmarks.talk import OWNER, fill
from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.store import Store

MESSAGES = 6000


@pytest.mark.timeout(300)
def test_everything_is_measured_beside_the_peer() -> None:
    size = Size(messages=2000, runs=4, queries=len(KINDS), talk_s=0.5)
    figures = {each.measure: each for each in measure(size)}
    assert {each.bound.limit for each in figures.values() if each.bound} == {
        *(20, 50, 100, 1000),
    }
    assert all(each.value > 0 for each in figures.values())
    assert sum(each.peer_value is not None for each in figures.values()) > len(KINDS)


async def test_both_sides_find_the_same(tmp_path: Path) -> None:
    said = [
        (number // 2 % 60, text)
        for number, text in enumerate(Sayings().messages(MESSAGES))
    ]
    path, peer = tmp_path / "chat.duckdb", Fts5(tmp_path / "peer.sqlite")
    fill(path, said[:4000], 0, 60)
    fill(path, said[4000:], 4000, 60)
    peer.add_sessions(60)
    peer.add(said)
    store = await Store.open(StoreConfig(path=path))
    await store.indexing.catch_up()
    check = await store.upkeep.check()
    assert (check.messages, check.turns) == (MESSAGES, MESSAGES // 2)
    assert (check.waiting, check.problems) == (0, ())
    compared = 0
    for query in Sayings().queries(6 * len(KINDS)):
        theirs = [text for _, text, *_ in peer.search(query, 101)]
        hits = (await store.search.find(OWNER, query.typed, 100)).hits
        assert len(hits) == min(len(theirs), 100), query
        for hit in hits:
            marked = {hit.snippet[first:last] for first, last in hit.ranges}
            assert marked, query
            assert all(
                any(word.startswith(each) for each in query.words) for word in marked
            )
        compared += len(hits) > 0
    assert compared > len(KINDS)
    peer.close()
    await store.close()
