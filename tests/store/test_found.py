from __future__ import annotations

from jupyter_llmchat.store import sessions
from jupyter_llmchat.store.found import documents

from .indexed import add_messages, database, index_all


def test_messages_and_titles_are_shown_with_their_session() -> None:
    with database() as cursor:
        add_messages(cursor, ["one", "two"])
        cursor.run("UPDATE sessions SET title = 'Numbers'")
        index_all(cursor)
        (title,) = cursor.rows("SELECT doc FROM search_titles")
        found = documents(cursor, "ada", [2, title["doc"], 77])
        assert {doc: row["text"] for doc, row in found.items()} == {
            2: "two",
            title["doc"]: "Numbers",
        }
        assert {row["role"] for row in found.values()} == {"user", "title"}
        assert {row["title"] for row in found.values()} == {"Numbers"}


def test_what_is_anothers_or_gone_is_left_out() -> None:
    with database() as cursor:
        add_messages(cursor, ["one"])
        assert documents(cursor, "eve", [1]) == {}
        sessions.remove(cursor, "ada", "s1")
        assert documents(cursor, "ada", [1]) == {}
        assert documents(cursor, "ada", []) == {}


def test_any_number_is_found() -> None:
    with database() as cursor:
        add_messages(cursor, [f"text {each}" for each in range(300)])
        assert len(documents(cursor, "ada", list(range(1, 301)))) == 300
