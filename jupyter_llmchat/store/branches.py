"""A conversation is a tree of turns, one path of which is shown.

A turn follows its parent; turns with the same parent are versions of one another. What
is shown leads from a turn that follows none to one that none follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jupyter_llmchat.errors import NotFound

from . import decisions, messages, sessions, turns

if TYPE_CHECKING:
    from jupyter_llmchat.protocol.resources import Message, MessageList, StoredDecision

    from .access import Access
    from .db import Cursor

PAGE = 1000
"""Messages that are shown at once at most."""


class Tree:
    """The turns of a session; `parents` has them in the order they were asked."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self._parents = parents

    def path(self, turn_id: str | None) -> tuple[str, ...]:
        """From the beginning to a turn, which is the last; nothing for None."""
        path: list[str] = []
        while turn_id is not None:
            path.append(turn_id)
            turn_id = self._parents.get(turn_id)
        return tuple(reversed(path))

    def before(self, turn_id: str) -> tuple[str, ...]:
        """The path that a turn follows; raises NotFound."""
        if turn_id not in self._parents:
            raise NotFound(
                "There is no such turn in this conversation.",
                "Look at the conversation's messages.",
            )
        return self.path(self._parents[turn_id])

    def whole(self, turn_id: str | None) -> tuple[str, ...]:
        """The path through a turn, or from the beginning, to what was asked last."""
        last, below = turn_id, {turn_id}
        for each, parent in self._parents.items():
            if parent in below:
                below.add(each)
                last = each
        return self.path(last)


def tree(cursor: Cursor, session_id: str) -> Tree:
    return Tree(messages.parents(cursor, session_id))


def remove(cursor: Cursor, session_id: str, turn_id: str) -> None:
    """Removes a turn of the session; what follows it follows the one before it."""
    before = tree(cursor, session_id).before(turn_id)
    instead = before[-1] if before else None
    was_last = messages.last_turn(cursor, session_id) == turn_id
    turns.remove(cursor, turn_id)
    messages.follow(cursor, session_id, turn_id, instead)
    sessions.note_removal(cursor, session_id)
    if was_last:
        # Other versions, if there are any, could not be reached from what is left.
        messages.show(cursor, session_id, tree(cursor, session_id).whole(instead))


class Branches:
    """Looks at conversations and changes what of them is shown or kept.

    Every method raises NotFound, for what is another owner's too.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    async def page(
        self, owner: str, session_id: str, limit: int = PAGE, before: int | None = None
    ) -> MessageList:
        """The last `limit` messages that are shown, or those before an earlier page."""

        def work(cursor: Cursor) -> MessageList:
            sessions.get(cursor, owner, session_id)
            return messages.page(cursor, session_id, limit, before)

        return await self._access.read(work)

    async def before(self, owner: str, turn_id: str) -> tuple[Message, ...]:
        """What was said on the way to a turn, whatever is shown now."""

        def work(cursor: Cursor) -> tuple[Message, ...]:
            session_id = turns.session_of(cursor, owner, turn_id)
            path = tree(cursor, session_id).before(turn_id)
            return messages.of_turns(cursor, session_id, path)

        return await self._access.read(work)

    async def exchange(self, owner: str, turn_id: str) -> tuple[Message, Message]:
        """A turn's question and its answer."""

        def work(cursor: Cursor) -> tuple[Message, Message]:
            turns.session_of(cursor, owner, turn_id)
            question, answer = turns.messages_of(cursor, turn_id)
            return messages.get(cursor, question), messages.get(cursor, answer)

        return await self._access.read(work)

    async def decisions(self, owner: str, turn_id: str) -> tuple[StoredDecision, ...]:
        """What was decided for a turn."""

        def work(cursor: Cursor) -> tuple[StoredDecision, ...]:
            turns.session_of(cursor, owner, turn_id)
            return decisions.of_turn(cursor, turn_id)

        return await self._access.read(work)

    async def turn_of(self, owner: str, message_id: str) -> str:
        """The turn that a message belongs to."""

        def work(cursor: Cursor) -> str:
            message = messages.get(cursor, message_id)
            sessions.get(cursor, owner, message.session_id)
            return message.turn_id

        return await self._access.read(work)

    async def select(self, owner: str, turn_id: str) -> MessageList:
        """Shows the path through a turn, on to what was asked last after it."""

        def work(cursor: Cursor) -> MessageList:
            session_id = turns.session_of(cursor, owner, turn_id)
            path = tree(cursor, session_id).whole(turn_id)
            messages.show(cursor, session_id, path)
            return messages.page(cursor, session_id, PAGE, None)

        return await self._access.write(work)

    async def remove(self, owner: str, turn_id: str) -> None:
        """Removes a turn that has ended; what follows it follows the one before it."""

        def work(cursor: Cursor) -> None:
            session_id = turns.session_of(cursor, owner, turn_id)
            remove(cursor, session_id, turn_id)

        await self._access.remove(work)
