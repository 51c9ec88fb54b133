"""Conversations over REST."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_llmchat.protocol.requests import ChangeSession, CreateSession
from jupyter_llmchat.protocol.resources import MessageList, SessionList

from .base import Endpoint, identifier
from .turns import check_session_config


class Sessions(Endpoint):
    """All of the owner's sessions."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        store = await self.services.store()
        self.reply(SessionList(sessions=await store.sessions(self.owner)))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        asked = self.body(CreateSession)
        check_session_config(asked.config)
        store = await self.services.store()
        session = await store.create_session(self.owner, asked.title, asked.config)
        self.reply(session, status=201)


class OneSession(Endpoint):
    """A session."""

    @web.authenticated
    @authorized
    async def get(self, session_id: str) -> None:
        store = await self.services.store()
        found = await store.session(self.owner, identifier(session_id, "session"))
        self.reply(found)

    @web.authenticated
    @authorized
    async def patch(self, session_id: str) -> None:
        asked = self.body(ChangeSession)
        if asked.config is not None:
            check_session_config(asked.config)
        store = await self.services.store()
        changed = await store.change_session(
            self.owner, identifier(session_id, "session"), asked.title, asked.config
        )
        self.reply(changed)

    @web.authenticated
    @authorized
    async def delete(self, session_id: str) -> None:
        turns = await self.services.turns()
        await turns.remove_session(self.owner, identifier(session_id, "session"))
        self.set_status(204)
        self.finish()


class Messages(Endpoint):
    """Questions and answers of a session."""

    @web.authenticated
    @authorized
    async def get(self, session_id: str) -> None:
        store = await self.services.store()
        messages = await store.messages(self.owner, identifier(session_id, "session"))
        self.reply(MessageList(messages=messages))
