"""Finds messages and titles by their words, the most fitting first.

Found are questions and answers of every version of a conversation, shown or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jupyter_llmchat.protocol.search import SearchHit, SearchPage

from .columns import seconds
from .found import documents
from .ranking import ranking
from .search_query import SearchQuery, Wanted, parse
from .snippets import snippet

if TYPE_CHECKING:
    from .access import Access
    from .db import Cursor, Row

IN_PHRASE = 200
"""Best documents in which a phrase is looked for."""

Ranked = list[tuple[int, float]]
"""Documents and their scores, the best first."""


class Search:
    """Searches the conversations of one owner. Raises StoreUnavailable."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def find(
        self, owner: str, text: str, limit: int = 20, start: int = 0
    ) -> SearchPage:
        """The best `limit` from the place `start` on; see protocol.search."""
        query = parse(text)
        return await self._access.read(
            lambda cursor: find(cursor, owner, query, limit, start)
        )


def find(
    cursor: Cursor, owner: str, query: SearchQuery, limit: int, start: int
) -> SearchPage:
    """As `Search.find`."""
    if query.phrases:
        ranked, found = _with_phrases(cursor, owner, query)
        ranked = ranked[start : start + limit + 1]
    else:
        ranked = best(cursor, owner, query, limit + 1, start)
        found = documents(cursor, owner, [doc for doc, _ in ranked[:limit]])
    shown = [(found[doc], score) for doc, score in ranked[:limit] if doc in found]
    said = [row for row, _ in shown if row["role"] != "title"]
    return SearchPage(
        hits=tuple(
            _hit(row, score, query)
            for row, score in shown
            if row["role"] != "title" or not _is_said(row, said)
        ),
        next=start + limit if len(ranked) > limit else None,
    )


def _is_said(title: Row, said: Iterable[Row]) -> bool:
    """Whether a message says the same: most titles are the first line of a question."""
    return any(
        each["session_id"] == title["session_id"] and title["text"] in each["text"]
        for each in said
    )


def best(
    cursor: Cursor, owner: str, query: SearchQuery, limit: int, start: int
) -> Ranked:
    """The documents with all the words."""
    if not query.wanted:
        return []
    rows = cursor.rows(
        ranking(tuple(each.is_prefix for each in query.wanted)),
        owner,
        *(value for each in query.wanted for value in (owner, *_terms(each))),
        *(limit, start),
    )
    return [(row["doc"], row["score"]) for row in rows]


def _terms(wanted: Wanted) -> tuple[str, ...]:
    """The term, or the first that begins so and one behind all of them."""
    if wanted.is_prefix:
        return (wanted.term, wanted.term + "\U0010ffff")
    return (wanted.term,)


def _with_phrases(
    cursor: Cursor, owner: str, query: SearchQuery
) -> tuple[Ranked, dict[int, Row]]:
    ranked = best(cursor, owner, query, IN_PHRASE, 0)
    rows = documents(cursor, owner, [doc for doc, _ in ranked])
    found = {doc: row for doc, row in rows.items() if query.has_phrases(row["text"])}
    return [each for each in ranked if each[0] in found], found


def _hit(row: Row, score: float, query: SearchQuery) -> SearchHit:
    shown = snippet(row["text"], query)
    return SearchHit(
        message_id=row["id"],
        turn_id=row["turn_id"],
        session_id=row["session_id"],
        session_title=row["title"],
        role=row["role"],
        created=seconds(row["created_us"]),
        is_current=row["is_current"],
        score=score,
        snippet=shown.text,
        ranges=shown.ranges,
    )
