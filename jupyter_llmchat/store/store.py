"""The store as the server sees it: every conversation of every user."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import Conflict
from jupyter_llmchat.protocol.events import Decision
from jupyter_llmchat.protocol.ids import Stage, new_id
from jupyter_llmchat.protocol.resources import (
    Message,
    Session,
    SessionList,
    StoreStatus,
    Turn,
)

from . import branches, messages, responses, sessions, turns
from .access import Access
from .branches import PAGE, Branches
from .columns import Moment, to_json
from .exporting import Exporting
from .importing import Importing
from .indexing import Indexing
from .records import BegunTurn, EndedTurn, NewTurn, Plan
from .responses import Recent
from .search import Search
from .statistics import Statistics
from .together import Joined, Unusual
from .upkeep import Upkeep

if TYPE_CHECKING:
    from .db import Cursor
    from .opening import Opened

_OPEN_S = 120.0
_CLOSE_S = 10.0
_LATELY = 50_000
"""Places that are looked at first."""


class Store:
    """Writes are on the disk when their method returns; reads see all of them.

    Every method raises StoreUnavailable when the database does not work, or does
    not answer within 30 s; what was asked may then still happen. Text is stored
    exactly, except that halves of surrogate pairs become U+FFFD.
    """

    def __init__(self, opened: Opened) -> None:
        self._access = Access(opened.database, opened.clock)
        self.branches = Branches(self._access)
        self.statistics = Statistics(self._access)
        self.search = Search(self._access)
        self.indexing = Indexing(self._access)
        path = opened.status.path
        self.upkeep = Upkeep(
            self._access, self.indexing, None if path is None else Path(path)
        )
        self.exporting = Exporting(self._access)
        self.importing = Importing(self._access)
        self._clock = opened.clock
        self._status = opened.status
        self._recent = Recent()

    @classmethod
    async def open(cls, config: StoreConfig) -> Store:
        """The store of `config.path`, in memory if that cannot be used.

        Damaged files are set aside under a new name. Answers that were being
        written when the last process ended are marked interrupted.
        """
        from .opening import open_database, open_in_memory

        opening = asyncio.ensure_future(asyncio.to_thread(open_database, config))
        await asyncio.wait({opening}, timeout=_OPEN_S)
        if opening.done():
            return cls._begun(opening.result())
        opening.add_done_callback(_abandon)
        detail = (
            f"The disk did not answer within {_OPEN_S:g} s. Check it and restart; "
            "until then conversations are kept in memory and end with the server."
        )
        return cls._begun(await asyncio.to_thread(open_in_memory, config, detail))

    @classmethod
    def _begun(cls, opened: Opened) -> Store:
        store = cls(opened)
        store.indexing.start()
        return store

    @property
    def status(self) -> StoreStatus:
        """Where conversations are kept, and what is wrong if something is."""
        if self._access.is_usable:
            return self._status
        detail = (
            "The database cannot be used at the moment, writing is tried again with "
            "the next message. Check the disk's free space and the file's permissions."
        )
        return msgspec.structs.replace(self._status, detail=detail)

    async def close(self) -> None:
        """Finishes what is being written, for 10 s at most. Safe to call twice."""
        await self.indexing.stop()
        await self._access.close(_CLOSE_S)

    async def create_session(
        self, owner: str, title: str, config: dict[str, Any]
    ) -> Session:
        """A new conversation; raises BadRequest for a config that JSON cannot hold."""
        session_id, text, now = new_id(), to_json(config), self._clock.moment()
        return await self._access.write(
            lambda cursor: sessions.add(cursor, owner, session_id, title, text, now)
        )

    async def sessions(self, owner: str) -> tuple[Session, ...]:
        """All of the owner's, the one used last first."""
        return await self._access.read(lambda cursor: sessions.of_owner(cursor, owner))

    async def session_page(
        self, owner: str, limit: int = PAGE, before: int | None = None
    ) -> SessionList:
        """As `sessions`, at most `limit`; `before` is `next` of the page before it."""
        return await self._access.read(
            lambda cursor: sessions.page(cursor, owner, limit, before)
        )

    async def session(self, owner: str, session_id: str) -> Session:
        """Raises NotFound, for another owner's too."""
        return await self._access.read(
            lambda cursor: sessions.get(cursor, owner, session_id)
        )

    async def change_session(
        self,
        owner: str,
        session_id: str,
        title: str | None = None,
        config: dict[str, Any] | None = None,
    ) -> Session:
        """What is None stays. Raises NotFound, BadRequest as `create_session`."""
        text = None if config is None else to_json(config)
        return await self._access.write(
            lambda cursor: sessions.change(cursor, owner, session_id, title, text)
        )

    async def remove_session(self, owner: str, session_id: str) -> None:
        """With all that was said in it. Raises NotFound."""
        await self._access.remove(
            lambda cursor: sessions.remove(cursor, owner, session_id)
        )

    async def messages(self, owner: str, session_id: str) -> tuple[Message, ...]:
        """The conversation as it is shown, oldest first; unfinished answers with the
        text so far. Raises NotFound."""

        def work(cursor: Cursor) -> tuple[Message, ...]:
            sessions.get(cursor, owner, session_id)
            return messages.of_session(cursor, session_id)

        return await self._access.read(work)

    async def begin_turn(self, owner: str, turn: NewTurn) -> BegunTurn:
        """Stores the question and an empty answer, once per client_message_id.

        They go on with the conversation as it is shown. Raises NotFound for the
        session, Conflict for an id that is in use.
        """
        asked, answered = self._clock.moment(), self._clock.moment()

        def work(cursor: Cursor) -> BegunTurn:
            session = sessions.get(cursor, owner, turn.session_id)
            last = messages.last_turn(cursor, session.id) if session.messages else None
            new = msgspec.structs.replace(turn, parent_id=last)
            return turns.begin(cursor, session, new, asked, answered)

        return await self._access.write(work)

    async def append_text(self, turn_id: str, stage: Stage, text: str) -> None:
        """More of an answer. Raises NotFound, Conflict for a turn that has ended."""
        now = self._clock.moment()
        await self._access.write(
            lambda cursor: turns.append_text(cursor, turn_id, stage, text, now)
        )

    async def add_decision(self, turn_id: str, decision: Decision) -> None:
        """A decision of a turn, as it was taken. Raises NotFound."""
        now = self._clock.moment()
        await self._access.write(
            lambda cursor: turns.add_decision(cursor, turn_id, decision, now)
        )

    async def end_turn(self, turn: EndedTurn, response_key: str | None = None) -> None:
        """Makes the answer final, with its figures; the first end stands.

        With a key it can be found as `response` from then on. Raises NotFound.
        """
        now = self._clock.moment()

        def work(cursor: Cursor) -> None:
            turns.end(cursor, turn, now)
            if response_key is not None:
                responses.remember(cursor, response_key, turn.turn_id, now)

        await self._access.write(Joined((turn, response_key, now), _end_all, work))

    async def take_turn(self, owner: str, session_id: str, plan: Plan) -> BegunTurn:
        """As `begin_turn`, or stores the turn whole if its answer is known already.

        It may also replace a turn, which is then no longer shown, nor what follows it.
        All in one transaction. Raises NotFound for that turn, and what `plan` raises.
        """

        def work(cursor: Cursor) -> BegunTurn:
            session = sessions.get(cursor, owner, session_id)
            if plan.replaces is None:
                # Statements are what takes the time, and most sessions are new.
                some = session.messages > 0
                said = messages.of_session(cursor, session_id) if some else ()
                return self._take(cursor, owner, session, plan, said)
            begun = turns.begun(
                cursor, session_id, plan.client_message_id, plan.turn_id
            )
            if begun is not None:
                return begun
            path = branches.tree(cursor, session_id).before(plan.replaces)
            messages.show(cursor, session_id, path)
            said = messages.of_turns(cursor, session_id, path)
            return self._take(cursor, owner, session, plan, said)

        write = Joined((owner, session_id, plan), self._take_all, work)
        try:
            return await self._access.write(write)
        except Conflict:
            # As a rule the client has not asked before, so it is not looked up before.
            begun = await self._access.read(
                lambda cursor: turns.begun(
                    cursor, session_id, plan.client_message_id, plan.turn_id
                )
            )
            if begun is None:
                raise
            return begun

    def _take(
        self,
        cursor: Cursor,
        owner: str,
        session: Session,
        plan: Plan,
        said: tuple[Message, ...],
    ) -> BegunTurn:
        """Stores the turn that follows what was said."""
        key = plan.key(session, said)
        found = responses.find(cursor, owner, key, self._recent) if key else None
        turn = plan.turn(found)
        parent = said[-1].turn_id if said else None
        moment = self._clock.moment
        if isinstance(turn, NewTurn):
            new = msgspec.structs.replace(turn, parent_id=parent)
            return turns.begin(cursor, session, new, moment(), moment())
        new = msgspec.structs.replace(turn.new, parent_id=parent)
        whole = msgspec.structs.replace(turn, new=new)
        return turns.add(
            cursor, session, whole, [moment() for _ in range(whole.moments)]
        )

    def _take_all(
        self, cursor: Cursor, asked: Sequence[tuple[str, str, Plan]]
    ) -> list[BegunTurn]:
        """Turns of as many sessions; raises Unusual for those that are not new or whose
        answer is known."""
        known = sessions.some_of(cursor, [(owner, each) for owner, each, _ in asked])
        if len(known) < len(asked) or any(plan.replaces for _, _, plan in asked):
            raise Unusual
        older = [each for each in known.values() if each.messages]
        since = self._clock.moment().seq - _LATELY
        said = messages.of_sessions(cursor, older, since) if older else {}
        plans = [(known[each], said.get(each, ()), plan) for _, each, plan in asked]
        keys = [key for each in plans if (key := each[2].key(each[0], each[1]))]
        if keys and responses.are_known(cursor, keys):
            raise Unusual
        return turns.begin_all(cursor, [self._beginning(*each) for each in plans])

    def _beginning(
        self, session: Session, said: tuple[Message, ...], plan: Plan
    ) -> turns.Beginning:
        new = plan.turn(None)
        assert isinstance(new, NewTurn)
        parent = said[-1].turn_id if said else None
        return turns.Beginning(
            session=session,
            new=msgspec.structs.replace(new, parent_id=parent),
            asked=self._clock.moment(),
            answered=self._clock.moment(),
        )

    async def turn(self, owner: str, turn_id: str) -> Turn:
        """Raises NotFound, for another owner's too."""
        return await self._access.read(lambda cursor: turns.get(cursor, owner, turn_id))


def _end_all(
    cursor: Cursor, ended: Sequence[tuple[EndedTurn, str | None, Moment]]
) -> list[None]:
    turns.end_all(cursor, [(turn, now) for turn, _, now in ended])
    known = {key: (key, turn.turn_id, now) for turn, key, now in ended if key}
    if known:
        responses.remember_all(cursor, list(known.values()))
    return [None] * len(ended)


def _abandon(opening: asyncio.Future[Opened]) -> None:
    """Closes a database that came too late, so that it holds no lock."""
    if not opening.cancelled() and opening.exception() is None:
        close = opening.result().database.close
        asyncio.get_running_loop().run_in_executor(None, close, _CLOSE_S)
