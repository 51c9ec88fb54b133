from __future__ import annotations

import pytest

from jupyter_llmchat.store import bulk
from jupyter_llmchat.store.db import connect


def test_rows_arrive_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_AT_ONCE", 3)
    cursor = connect(None)
    cursor.run("CREATE TABLE t (id INTEGER, text VARCHAR, share DOUBLE, ok BOOLEAN)")
    rows = [(n, f"😀\x00{n}", None if n % 2 else 0.5, n > 3) for n in range(8)]
    bulk.insert(cursor, "t", ("id", "text", "share", "ok"), rows)
    bulk.insert(cursor, "t", ("id",), [])
    found = cursor.rows("SELECT * FROM t ORDER BY id")
    assert [tuple(each.values()) for each in found] == rows
    cursor.close()


def test_parts_have_limited_rows_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(bulk, "CHARS_AT_ONCE", 10)
    texts = ["a"] * 4 + ["x" * 6, "y" * 6, "z" * 20, "b"]
    parts = list(bulk.parts([(each,) for each in texts]))
    assert [[row[0] for row in part] for part in parts] == [
        *(["a", "a", "a"], ["a", "x" * 6], ["y" * 6], ["z" * 20], ["b"]),
    ]
    assert list(bulk.parts([])) == []
