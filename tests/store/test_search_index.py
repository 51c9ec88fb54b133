from __future__ import annotations

import random

import pytest

from jupyter_llmchat.store import search, search_index, sessions
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.search_query import parse

from .indexed import add_messages, database, index_all, rows_of

NOTHING = dict.fromkeys(search_index.TABLES, 0)


def found(cursor: Cursor, text: str, owner: str = "ada") -> list[int]:
    return sorted(doc for doc, _ in search.best(cursor, owner, parse(text), 1000, 0))


def test_what_is_missing_is_added_once() -> None:
    with database() as cursor:
        add_messages(cursor, ["one two", "two three"])
        assert index_all(cursor) == 2
        before = rows_of(cursor)
        assert index_all(cursor) == 0
        assert rows_of(cursor) == before
        assert found(cursor, "two ") == [1, 2]
        assert search_index.first_missing(cursor, 0) is None


def test_adding_the_same_again_changes_nothing() -> None:
    with database() as cursor:
        add_messages(cursor, ["one two"])
        cursor.run("UPDATE sessions SET title = 'three'")
        waiting = search_index.messages_waiting(cursor, 0, 10)
        waiting += search_index.titles_waiting(cursor, lambda: 99, 10)
        counted = [search_index.count(each) for each in waiting]
        search_index.add(cursor, counted)
        before = rows_of(cursor)
        search_index.add(cursor, counted)
        assert rows_of(cursor) == before


def test_an_unfinished_answer_waits() -> None:
    with database() as cursor:
        add_messages(cursor, ["one", "two"])
        cursor.run("UPDATE messages SET state = 'streaming' WHERE seq = 1")
        assert index_all(cursor) == 1
        assert search_index.first_missing(cursor, 0) == 1
        cursor.run("UPDATE messages SET state = 'complete'")
        assert index_all(cursor) == 1


def test_what_was_removed_meanwhile_is_not_added() -> None:
    with database() as cursor:
        add_messages(cursor, ["one"])
        cursor.run("UPDATE sessions SET title = 'two'")
        waiting = search_index.messages_waiting(cursor, 0, 10)
        waiting += search_index.titles_waiting(cursor, lambda: 99, 10)
        sessions.remove(cursor, "ada", "s1")
        search_index.add(cursor, [search_index.count(each) for each in waiting])
        assert rows_of(cursor) == NOTHING


@pytest.mark.parametrize("is_merged", [False, True])
def test_what_is_removed_leaves_the_index(is_merged: bool) -> None:
    with database() as cursor:
        add_messages(cursor, ["one two", "three"])
        add_messages(cursor, ["one"], first=10)
        cursor.run("UPDATE sessions SET title = 'named one'")
        index_all(cursor)
        if is_merged:
            search_index.merge(cursor)
        search_index.forget_message(cursor, "m2")
        assert found(cursor, "three ") == []
        for session in ("s1", "s10"):
            sessions.remove(cursor, "ada", session)
        assert rows_of(cursor) | {"search_segments": 0} == NOTHING


def test_a_title_is_found_by_its_words_of_now() -> None:
    with database() as cursor:
        add_messages(cursor, [])
        cursor.run("UPDATE sessions SET title = 'First thoughts'")
        index_all(cursor)
        assert len(found(cursor, "first ")) == 1
        cursor.run("UPDATE sessions SET title = 'Second thoughts'")
        index_all(cursor)
        assert found(cursor, "first ") == []
        assert len(found(cursor, "second thoughts ")) == 1
        assert rows_of(cursor)["search_titles"] == 1


def test_each_owner_finds_the_own() -> None:
    with database() as cursor:
        add_messages(cursor, ["shared word", "mine"])
        add_messages(cursor, ["shared word"], owner="eve", first=10)
        index_all(cursor)
        search_index.merge(cursor)
        assert found(cursor, "word ") == [1]
        assert found(cursor, "word ", owner="eve") == [10]
        assert found(cursor, "word ", owner="bob") == []


def test_segments_hold_the_same_as_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "FANOUT", 3)
    monkeypatch.setattr(search_index, "LARGE", 20)
    chance = random.Random(1)
    with database() as cursor:
        for round_ in range(8):
            texts = [" ".join(chance.choices("abcdefgh", k=5)) for _ in range(5)]
            add_messages(cursor, texts, first=10 * round_ + 1)
            index_all(cursor)
            expected = {each: found(cursor, f"{each} ") for each in "abcdefgh"}
            assert search_index.recent(cursor) == 5
            search_index.merge(cursor)
            assert search_index.recent(cursor) == 0
            assert {each: found(cursor, f"{each} ") for each in "abcdefgh"} == expected
        rows = cursor.rows("SELECT documents FROM search_segments ORDER BY id")
        assert sum(row["documents"] for row in rows) == 40
        assert len(rows) < 6
        row = cursor.row("SELECT count(DISTINCT segment) AS n FROM search_postings")
        assert row == {"n": len(rows)}


def test_an_index_that_was_cleared_is_built_again() -> None:
    with database() as cursor:
        add_messages(cursor, ["one", "two"])
        index_all(cursor)
        search_index.merge(cursor)
        search_index.clear(cursor)
        assert rows_of(cursor) == NOTHING
        assert index_all(cursor) == 2
        assert found(cursor, "two ") == [2]


def test_of_a_giant_message_the_beginning_is_indexed() -> None:
    with database() as cursor:
        add_messages(cursor, ["begin " + "x " * 300_000 + "end"])
        index_all(cursor)
        assert found(cursor, "begin ") == [1]
        assert found(cursor, "end ") == []
