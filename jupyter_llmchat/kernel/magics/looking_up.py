"""Names that only the server knows, for somebody who has pressed Tab."""

from __future__ import annotations

import contextlib
import threading
from typing import Final

from jupyter_llmchat.kernel.conversation import Client, Conversation

WAIT_S: Final = 0.5
"""Nobody waits longer for a completion."""


def looked_up(conversation: Conversation, what: str) -> tuple[str, ...]:
    """Of `sessions` or `tiers`; empty without a server, or with a slow one."""
    found: list[str] = []

    def look() -> None:
        # Not only our errors: the client may be closed while it is in use.
        with contextlib.suppress(Exception):
            client = conversation.running()
            if client is not None:
                found.extend(_names(client, what))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(WAIT_S)
    return tuple(found)


def _names(client: Client, what: str) -> list[str]:
    if what == "sessions":
        return [each.title or each.id for each in client.sessions()]
    models = client.models().models
    return [name for each in models for name in (each.tier, each.name)]
