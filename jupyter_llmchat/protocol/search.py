"""Searching in what was said. In a body, since addresses end up in logs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from .requests import Body
from .resources import Resource


class SearchBody(Body, frozen=True, kw_only=True):
    """POST …/search. All words have to be there; words in quotation marks must follow
    one another; the last word may be unfinished."""

    query: Annotated[str, msgspec.Meta(max_length=1000)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    start: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    """`next` of the page before."""


class SearchHit(Resource, frozen=True, kw_only=True):
    """A message, or the title of a session, with the words."""

    message_id: str | None
    """None for a title."""
    turn_id: str | None
    session_id: str
    session_title: str
    role: Literal["user", "assistant", "title"]
    created: float
    """Seconds since the epoch."""
    is_current: bool
    """Whether it is in the version of the conversation that is shown."""
    score: float
    """BM25; of use for comparison within one search only."""
    snippet: str
    """Plain text, about 160 characters."""
    ranges: tuple[tuple[int, int], ...]
    """Of the words found: first place in the snippet and the one behind, in Unicode
    code points."""


class SearchPage(Resource, frozen=True, kw_only=True):
    """The most fitting first."""

    hits: tuple[SearchHit, ...]
    next: int | None
    """`start` of the next page; None on the last one."""
