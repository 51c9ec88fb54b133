"""Conversations over REST."""

from __future__ import annotations

from jupyter_llmchat.protocol.requests import (
    ChangeSession,
    CreateSession,
    MessagesQuery,
    SessionsQuery,
)
from jupyter_llmchat.protocol.resources import MessageList, Session, SessionList

from .base import Endpoint
from .operation import operation
from .options import check_session_config


class Sessions(Endpoint):
    """All of the owner's sessions."""

    @operation(query=SessionsQuery, reply=SessionList)
    async def get(self, query: SessionsQuery) -> SessionList:
        """List sessions, the one used last first."""
        store = await self.services.store()
        return await store.session_page(self.owner, query.limit, query.before)

    @operation(body=CreateSession, reply=Session, status=201)
    async def post(self, asked: CreateSession) -> Session:
        """Begin a session."""
        check_session_config(asked.config)
        store = await self.services.store()
        return await store.create_session(self.owner, asked.title, asked.config)


class OneSession(Endpoint):
    """A session."""

    @operation(reply=Session)
    async def get(self, session_id: str) -> Session:
        """Look at a session."""
        store = await self.services.store()
        return await store.session(self.owner, session_id)

    @operation(body=ChangeSession, reply=Session)
    async def patch(self, session_id: str, asked: ChangeSession) -> Session:
        """Rename a session, or change its settings."""
        if asked.config is not None:
            check_session_config(asked.config)
        store = await self.services.store()
        return await store.change_session(
            self.owner, session_id, asked.title, asked.config
        )

    @operation(status=204)
    async def delete(self, session_id: str) -> None:
        """Delete a session with all that was said in it."""
        turns = await self.services.turns()
        await turns.remove_session(self.owner, session_id)


class Messages(Endpoint):
    """Questions and answers of a session."""

    @operation(query=MessagesQuery, reply=MessageList)
    async def get(self, session_id: str, query: MessagesQuery) -> MessageList:
        """List the last questions and answers of the conversation, oldest first."""
        store = await self.services.store()
        return await store.branches.page(
            self.owner, session_id, query.limit, query.before
        )
