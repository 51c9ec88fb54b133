"""Tables `search_…`: by which words each message and each title can be found.

New postings are added as they come. Many of them together become a segment, sorted by
owner and term, so that a search reads little of it. A document is a message, known by
its `seq`, or a title, known by a place of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .words import terms

if TYPE_CHECKING:
    from .db import Cursor

TABLES = ("search_documents", "search_titles", "search_postings", "search_segments")
SEGMENT = 5_000
"""Documents of the smallest segment."""
LARGE = 80_000
"""Documents from which on a segment stays as it is."""
FANOUT = 16
"""So many smaller segments become one."""
_CHARACTERS = 200_000
"""Of a message that are indexed."""
_MOST = 65_535


@dataclass(frozen=True)
class Waiting:
    """What is not in the index yet."""

    doc: int
    owner: str
    text: str
    title_of: str | None = None
    """The session that a title belongs to."""


@dataclass(frozen=True)
class Counted:
    """A document and how often each of its terms is in it."""

    source: Waiting
    counts: Counter[str]

    @property
    def length(self) -> int:
        return min(self.counts.total(), _MOST)


def count(waiting: Waiting) -> Counted:
    return Counted(waiting, terms(waiting.text[:_CHARACTERS]))


def messages_waiting(cursor: Cursor, after: int, limit: int) -> list[Waiting]:
    """Finished messages behind the place `after` that are not in the index.

    As a rule the first of them: in any order the database need not look at the rest.
    """
    rows = cursor.rows(
        "SELECT m.seq, s.owner, m.text FROM ("
        " SELECT seq, session_id, left(text, ?) AS text FROM messages"
        " WHERE seq > ? AND state <> 'streaming' AND seq NOT IN"
        " (SELECT doc FROM search_documents WHERE doc > ?) LIMIT ?"
        ") m JOIN sessions s ON s.id = m.session_id ORDER BY m.seq",
        *(_CHARACTERS, after, after, limit),
    )
    return [Waiting(row["seq"], row["owner"], row["text"]) for row in rows]


def titles_waiting(
    cursor: Cursor, place: Callable[[], int], limit: int
) -> list[Waiting]:
    """Titles that are new or have changed; `place` gives each its own."""
    rows = cursor.rows(
        "SELECT s.id, s.owner, s.title FROM sessions s"
        " LEFT JOIN search_titles t ON t.session_id = s.id"
        " WHERE s.title <> coalesce(t.title, '') LIMIT ?",
        limit,
    )
    return [Waiting(place(), row["owner"], row["title"], row["id"]) for row in rows]


def first_missing(cursor: Cursor, after: int) -> int | None:
    """The first place behind `after` of a message that is not in the index."""
    row = cursor.row(
        "SELECT min(seq) AS seq FROM messages WHERE seq > ? AND seq NOT IN"
        " (SELECT doc FROM search_documents WHERE doc > ?)",
        *(after, after),
    )
    return None if row is None else row["seq"]


def add(cursor: Cursor, found: Sequence[Counted]) -> None:
    """Adds documents that are still as they were and not in the index yet."""
    titles = [each for each in found if each.source.title_of is not None]
    messages = [each for each in found if each.source.title_of is None]
    missing = _missing(cursor, [each.source.doc for each in messages])
    by_owner: dict[str, list[Counted]] = defaultdict(list)
    for each in (
        *(each for each in messages if each.source.doc in missing),
        *_replace_titles(cursor, titles),
    ):
        by_owner[each.source.owner].append(each)
    for owner, documents in by_owner.items():
        _add(cursor, owner, documents)


def _replace_titles(cursor: Cursor, titles: Sequence[Counted]) -> list[Counted]:
    """Puts titles in the place of earlier ones; returns those that still hold."""
    if not titles:
        return []
    ids = [each.source.title_of for each in titles]
    rows = cursor.rows(
        "SELECT id, title FROM sessions WHERE id IN (SELECT unnest(?))", ids
    )
    now = {(row["id"], row["title"]) for row in rows}
    held = [each for each in titles if (each.source.title_of, each.source.text) in now]
    _forget(
        cursor,
        "SELECT doc FROM search_titles WHERE session_id IN (SELECT unnest(?))",
        ids,
    )
    cursor.run(
        "INSERT INTO search_titles (doc, session_id, title)"
        " SELECT unnest(?), unnest(?), unnest(?)",
        [each.source.doc for each in held],
        [each.source.title_of for each in held],
        [each.source.text for each in held],
    )
    return held


def _missing(cursor: Cursor, docs: Sequence[int]) -> set[int]:
    """Those that are messages and not in the index."""
    if not docs:
        return set()
    span = (min(docs), max(docs))
    rows = cursor.rows(
        "SELECT seq FROM messages WHERE seq BETWEEN ? AND ?"
        " AND seq IN (SELECT unnest(?))"
        " AND seq NOT IN (SELECT doc FROM search_documents WHERE doc BETWEEN ? AND ?)",
        *(*span, docs, *span),
    )
    return {row["seq"] for row in rows}


def _add(cursor: Cursor, owner: str, documents: Sequence[Counted]) -> None:
    cursor.run_with(
        {
            "doc": [each.source.doc for each in documents],
            "length": [each.length for each in documents],
        },
        "INSERT INTO search_documents (doc, owner, length)"
        " SELECT doc, ?, length FROM given",
        owner,
    )
    rows = [
        (term, each.source.doc, min(tf, _MOST), each.length)
        for each in documents
        for term, tf in each.counts.items()
    ]
    if rows:
        names = ("term", "doc", "tf", "length")
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        cursor.run_with(
            columns,
            "INSERT INTO search_postings (owner, segment, term, doc, tf, length)"
            " SELECT ?, 0, term, doc, tf, length FROM given",
            owner,
        )


def forget_session(cursor: Cursor, session_id: str) -> None:
    """Takes a session that is about to be removed out of the index."""
    _forget(
        cursor,
        "SELECT seq AS doc FROM messages WHERE session_id = ?"
        " UNION ALL SELECT doc FROM search_titles WHERE session_id = ?",
        *(session_id, session_id),
    )


def forget_message(cursor: Cursor, message_id: str) -> None:
    """As `forget_session`."""
    _forget(cursor, "SELECT seq AS doc FROM messages WHERE id = ?", message_id)


def _forget(cursor: Cursor, which: str, *parameters: object) -> None:
    docs = [row["doc"] for row in cursor.rows(which, *parameters)]
    if not docs:
        return
    for table in ("search_postings", "search_titles", "search_documents"):
        cursor.run(
            f"DELETE FROM {table} WHERE doc BETWEEN ? AND ?"
            " AND doc IN (SELECT unnest(?))",
            *(min(docs), max(docs), docs),
        )


def clear(cursor: Cursor) -> None:
    """Empties the index."""
    for table in TABLES:
        cursor.run(f"DELETE FROM {table}")


def recent(cursor: Cursor) -> int:
    """Documents that no segment has."""
    row = cursor.row(
        "SELECT count(DISTINCT doc) AS n FROM search_postings WHERE segment = 0"
    )
    return row["n"] if row else 0


def merge(cursor: Cursor) -> None:
    """Makes a segment of what is recent, and one of many small ones if there are."""
    _merge(cursor, [0], recent(cursor))
    rows = cursor.rows(
        "SELECT id, documents FROM search_segments WHERE documents < ? ORDER BY id",
        LARGE,
    )
    if len(rows) >= FANOUT:
        ids = [row["id"] for row in rows]
        _merge(cursor, ids, sum(row["documents"] for row in rows))


def _merge(cursor: Cursor, segments: Sequence[int], documents: int) -> None:
    """Puts a new segment in the place of some."""
    row = cursor.row("SELECT coalesce(max(id), 0) + 1 AS id FROM search_segments")
    assert row is not None
    which = "segment BETWEEN ? AND ? AND segment IN (SELECT unnest(?))"
    some = (min(segments), max(segments), list(segments))
    cursor.run(
        "INSERT INTO search_postings (owner, segment, term, doc, tf, length)"
        f" SELECT owner, ?, term, doc, tf, length FROM search_postings WHERE {which}"
        " ORDER BY owner, term, doc",
        *(row["id"], *some),
    )
    cursor.run(f"DELETE FROM search_postings WHERE {which}", *some)
    cursor.run("INSERT INTO search_segments VALUES (?, ?)", row["id"], documents)
    cursor.run("DELETE FROM search_segments WHERE id IN (SELECT unnest(?))", some[2])
