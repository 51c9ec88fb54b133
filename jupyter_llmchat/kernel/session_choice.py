"""Which conversation is meant by a name: its title, its id, or the beginning of one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.protocol.resources import Session

from .table import cut

SHORT: Final = 8
"""Characters of an id that are shown."""
ID_CHARS: Final = 4
"""So many of an id have to be given at least."""
_TITLE: Final = 40


def chosen(sessions: Sequence[Session], given: str) -> Session:
    """The session that is meant, the one used last of several with one title.

    Raises NotFound, which names the nearest, or BadRequest where it could be several.
    """
    for found in _matches(sessions, given):
        if len(found) == 1:
            return found[0]
        if found:
            named = ", ".join(map(told, found[:5]))
            raise BadRequest(
                f"Several sessions begin with {cut(given, _TITLE)}: {named}.",
                "Give more of it.",
            )
    raise NotFound(
        f"There is no session {cut(given, _TITLE) or 'without a name'}.",
        _nearest(sessions, given),
    )


def told(session: Session) -> str:
    """Its short id and its title."""
    return f"{session.id[:SHORT]} ({cut(session.title, _TITLE) or 'without a title'})"


def _matches(sessions: Sequence[Session], given: str) -> list[list[Session]]:
    """By the exact name, then by what is alike or begins so."""
    name = given.strip()
    if not name:
        return []
    exact = [each for each in sessions if name in (each.title, each.id)]
    folded = name.casefold()
    same = [each for each in sessions if each.title.casefold() == folded]
    ids = [each for each in sessions if each.id.startswith(name)]
    titles = [each for each in sessions if each.title.casefold().startswith(folded)]
    return [exact[:1], same[:1], ids if len(name) >= ID_CHARS else [], titles]


def _nearest(sessions: Sequence[Session], given: str) -> str:
    by_title = {each.title.casefold(): each for each in sessions if each.title}
    folded = given.strip().casefold()
    near = difflib.get_close_matches(folded, by_title, n=1, cutoff=0.5)
    near += [title for title in by_title if folded and folded in title]
    if near:
        return f"The nearest is {told(by_title[near[0]])}."
    return "`%chat sessions` lists them, `%chat new NAME` begins one."
