"""Which conversation is meant: ids are long, so their beginning is enough."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.session_choice import SHORT, told
from jupyter_llmchat.protocol.resources import Session


def chosen_session(client: ChatClient, given: str) -> Session:
    """By its id or the beginning of it; raises NotFound, or BadRequest for several."""
    sessions = client.sessions()
    found = [each for each in sessions if each.id.startswith(given)] if given else []
    if len(found) > 1:
        raise BadRequest(
            f"Several conversations begin with {given}: "
            f"{', '.join(told(each) for each in found[:5])}.",
            "Give more of the id.",
        )
    if not found:
        raise NotFound(
            f"There is no conversation {given or 'without an id'}.",
            _nearest(given, sessions),
        )
    return found[0]


def _nearest(given: str, sessions: Sequence[Session]) -> str:
    by_start = {each.id[: max(len(given), SHORT)]: each for each in sessions}
    near = difflib.get_close_matches(given, by_start, n=1, cutoff=0.5)
    titled = [each for each in sessions if given and given in each.title]
    for each in (*(by_start[name] for name in near), *titled):
        return f"The nearest is {told(each)}."
    return "`jupyter llmchat sessions` lists them."
