"""The WebSocket: frames in, events out; all work is done elsewhere."""

from __future__ import annotations

import asyncio
from typing import Any, assert_never

import msgspec
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_llmchat.errors import Busy, LLMChatError, OtherVersion
from jupyter_llmchat.protocol.codec import decode_request, encode
from jupyter_llmchat.protocol.requests import Ask, Cancel, Resume, SocketRequest

from .base import AUTH_RESOURCE, JsonErrors, identifier
from .faults import INTERNAL, About, refused
from .hub import Subscription
from .identity import owner_of
from .keeper.relay import Relay, relayed
from .rate import FrameGate, Verdict
from .services import Services
from .version import check_version

WRITE_S = 10.0
"""A client that has taken nothing for this long is disconnected; it can resume."""
READ_S = 60.0
FOLLOWED = 32
"""Turns that one connection follows at most."""
TRY_AGAIN_LATER = 1013
POLICY_VIOLATION = 1008


class Socket(WebSocketMixin, WebSocketHandler, JsonErrors):
    """One client's connection. It owns its subscriptions, not the turns."""

    auth_resource = AUTH_RESOURCE

    def initialize(self, services: Services) -> None:
        self.services = services
        self._is_closing = False
        self._gate = FrameGate()
        self._relay: Relay | None = None
        """For as long as another server keeps the data."""
        self._followed: dict[str, asyncio.Task[None]] = {}

    @property
    def max_message_size(self) -> int:
        """Bytes of a frame; tornado closes the connection for a longer one."""
        return self.services.limits.frame_bytes

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        # Both happen before the upgrade, so whoever may not gets a plain 403.
        allowed = await ensure_async(
            self.authorizer.is_authorized(
                self, self.current_user, "execute", self.auth_resource
            )
        )
        if not allowed:
            raise web.HTTPError(403)
        self._relay = await relayed(self, self.services)
        try:
            await super().get(*args, **kwargs)
        finally:
            if self._relay is not None:
                self._relay.close()

    async def open(self, *args: str, **kwargs: str) -> None:
        """A browser shows a page nothing of a refused handshake, so it is told here."""
        await ensure_async(super().open(*args, **kwargs))
        if self._relay is not None:
            self._relay.start(self)
            return
        try:
            check_version(self.get_query_argument("protocol", None))
        except OtherVersion as error:
            await self._send_if_open(refused(error))
            self.close(POLICY_VIOLATION, "another version: reload the page")

    async def on_message(self, message: str | bytes) -> None:
        """The next frame is read when this returns."""
        if self._is_closing:
            return
        try:
            if self._relay is not None:
                await self._relay.send(message)
            elif await self._admitted():
                await self._answered(message)
        except (WebSocketClosedError, TimeoutError):
            self.close(TRY_AGAIN_LATER, "the connection is too slow")

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Nothing is followed from here on; the client may take its time to leave."""
        self._is_closing = True
        self._unfollow_all()
        super().close(code, reason)

    def on_close(self) -> None:
        self._is_closing = True
        self._unfollow_all()

    async def _admitted(self) -> bool:
        verdict = self._gate.judge()
        if verdict is Verdict.WARN:
            too_fast = Busy("Too many frames at once.", "Send less often.")
            await self._send(refused(too_fast))
        elif verdict is Verdict.CLOSE:
            self.close(POLICY_VIOLATION, "too many frames")
        return verdict is Verdict.ACCEPT

    async def _answered(self, message: str | bytes) -> None:
        try:
            await self._act(decode_request(message))
        except LLMChatError as error:
            await self._send(refused(error, **_about(message)))
        except (WebSocketClosedError, TimeoutError):
            raise
        except Exception:  # one frame must not end the connection
            self.log.error("a frame could not be acted on", exc_info=True)
            await self._send(refused(INTERNAL, **_about(message)))

    async def _act(self, request: SocketRequest) -> None:
        turns = await self.services.turns()
        owner = owner_of(self)
        match request:
            case Ask():
                self._check_room()
                session_id = identifier(request.session_id, "session")
                self._follow(await turns.ask(owner, session_id, request))
            case Resume():
                self._check_room()
                turn_id = identifier(request.turn_id, "turn")
                self._follow(await turns.listen(owner, turn_id, request.from_seq))
            case Cancel():
                await turns.cancel(owner, identifier(request.turn_id, "turn"))
            case _ as unreachable:
                assert_never(unreachable)

    def _check_room(self) -> None:
        if len(self._followed) >= FOLLOWED:
            raise Busy(
                f"This connection follows {FOLLOWED} turns already.",
                "Wait for one to end.",
            )

    def _follow(self, subscription: Subscription) -> None:
        """A turn that is followed already is followed anew, from the place asked."""
        turn_id = subscription.turn_id
        before = self._followed.pop(turn_id, None)
        if before is not None:
            before.cancel()
        if self._is_closing:
            subscription.close()
            return
        task = asyncio.create_task(self._forward(subscription))
        self._followed[turn_id] = task
        task.add_done_callback(lambda done: self._unfollow(turn_id, done))

    def _unfollow_all(self) -> None:
        for task in self._followed.values():
            task.cancel()

    def _unfollow(self, turn_id: str, task: asyncio.Task[None]) -> None:
        if self._followed.get(turn_id) is task:
            del self._followed[turn_id]

    async def _forward(self, subscription: Subscription) -> None:
        try:
            while not subscription.ended:
                for event in await subscription.read(READ_S):
                    await self._send(event)
        except LLMChatError as error:
            place = About(turn_id=subscription.turn_id, from_seq=subscription.position)
            await self._send_if_open(refused(error, **place))
        except (WebSocketClosedError, TimeoutError):
            self.close(TRY_AGAIN_LATER, "the connection is too slow")
        finally:
            subscription.close()

    async def _send_if_open(self, value: msgspec.Struct) -> None:
        try:
            await self._send(value)
        except (WebSocketClosedError, TimeoutError):
            self.close(TRY_AGAIN_LATER, "the connection is too slow")

    async def _send(self, value: msgspec.Struct) -> None:
        # Awaited, so that what a slow client has not taken does not pile up here.
        async with asyncio.timeout(WRITE_S):
            await self.write_message(encode(value))


class _Named(msgspec.Struct):
    client_message_id: Any = None
    turn_id: Any = None


def _about(message: str | bytes) -> About:
    """What a frame is about that may be wrong in other respects."""
    try:
        named = msgspec.json.decode(message, type=_Named)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return About()
    return About(
        client_message_id=_name(named.client_message_id), turn_id=_name(named.turn_id)
    )


def _name(value: Any) -> str | None:
    return value[:64] if isinstance(value, str) and value else None
