"""The SQL that ranks documents: BM25, with all words required.

Scores are those of an owner's documents alone, so that nothing of another's shows in
them. A word that is nearly everywhere tells next to nothing: if all are so common, only
the newest documents are ranked.
"""

from __future__ import annotations

from functools import cache

K1 = 1.2
B = 0.75
MANY = 150_000
"""Postings of the rarest word from which on only as many of the newest are ranked."""


@cache
def ranking(prefixes: tuple[bool, ...]) -> str:
    """For so many words, each unfinished or not: doc and score, the best first and of
    equals the newest.

    Parameters: owner; for each word owner and term, or owner, first term and the one
    behind all that are meant; limit and offset. An unfinished word is a word of its
    own, that occurs wherever one begins so.
    """
    places = range(len(prefixes))
    steps = (
        "c AS (SELECT count(*) AS n, avg(length) AS mean, min(doc) AS first,"
        " max(doc) AS last FROM search_documents WHERE owner = ?)",
        *(_postings(place, prefixes[place]) for place in places),
        f"counted AS (SELECT *, {_each(_COUNT, places)} FROM c)",
        f"f AS MATERIALIZED (SELECT mean, {_each(_WEIGHT, places)},"
        " last - CAST((last - first + 1) * least(1,"
        f" {MANY} / greatest(least({_each('n{0}', places)}), 1)) AS BIGINT) AS since"
        " FROM counted)",
        *(_documents(place, prefixes[place]) for place in places),
    )
    joins = "".join(f" JOIN g{place} USING (doc)" for place in places[1:])
    return (
        f"WITH {', '.join(steps)}"
        f" SELECT doc, {_each(_SCORE, places, ' + ')} AS score FROM g0{joins}, f"
        " ORDER BY score DESC, doc DESC LIMIT ? OFFSET ?"
    )


_COUNT = "(SELECT count(*) FROM p{0}) AS n{0}"
_WEIGHT = "ln(1 + (n - least(n{0}, n) + 0.5) / (least(n{0}, n) + 0.5)) AS w{0}"
_SCORE = (
    f"w{{0}} * g{{0}}.tf * {K1 + 1}"
    f" / (g{{0}}.tf + {K1} * ({1 - B} + {B} * g{{0}}.length / mean))"
)


def _each(sql: str, places: range, between: str = ", ") -> str:
    return between.join(sql.format(place) for place in places)


def _postings(place: int, is_prefix: bool) -> str:
    which = "term >= ? AND term < ?" if is_prefix else "term = ?"
    return (
        f"p{place} AS MATERIALIZED (SELECT doc, tf, length FROM search_postings"
        f" WHERE owner = ? AND {which})"
    )


def _documents(place: int, is_prefix: bool) -> str:
    since = f"FROM p{place} WHERE doc >= (SELECT since FROM f)"
    if not is_prefix:
        return f"g{place} AS (SELECT doc, tf, length {since})"
    return (
        f"g{place} AS (SELECT doc, sum(tf) AS tf, any_value(length) AS length"
        f" {since} GROUP BY doc)"
    )
