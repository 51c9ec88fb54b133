"""The server's API as blocking calls; an answer is an iterator of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from jupyter_llmchat.errors import (
    BadRequest,
    Forbidden,
    LLMChatError,
    NotFound,
    ServerUnreachable,
    error_types,
)
from jupyter_llmchat.protocol import codec, resources
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.ids import (
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    ExportFormat,
    new_id,
)
from jupyter_llmchat.protocol.requests import (
    AskBody,
    AskOptions,
    ChangeSession,
    ContextPart,
    CreateSession,
    PrepareBody,
    RegenerateBody,
)
from jupyter_llmchat.protocol.search import SearchBody, SearchPage
from jupyter_llmchat.protocol.upkeep import (
    Backup,
    BackupList,
    DatabaseCheck,
    Reindexed,
    Vacuumed,
)

from .discover import ServerAddress
from .overview import TIMEOUT, Overview
from .stream import Call, TurnStream, read_events, unreadable

STREAM_TIMEOUT = httpx.Timeout(10.0, connect=3.0, read=45.0)
"""A stream is never quiet for longer than the server's heartbeat, 15 s."""

TRANSFER_TIMEOUT = httpx.Timeout(10.0, connect=3.0, read=300.0, write=60.0)
"""Many conversations take a while to be stored."""
LONG_TIMEOUT = httpx.Timeout(10.0, connect=3.0, read=900.0)
"""For work on the whole database."""

PREPARE_TIMEOUT = httpx.Timeout(3.0, connect=1.0)
"""Nobody has asked for it: what takes longer is given up."""

T = TypeVar("T")


class ChatClient(Overview):
    """One server, for one thread that asks and any that cancel.

    Every method raises the LLMChatError that the server named, or ServerUnreachable.
    """

    def __init__(
        self,
        address: ServerAddress,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.address = address
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=address.api,
            headers={**address.headers, PROTOCOL_HEADER: str(PROTOCOL_VERSION)},
            timeout=TIMEOUT,
            # A proxy from the environment must see neither questions nor the token.
            trust_env=False,
            verify=address.verify,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def status(self) -> resources.Status:
        return self._fetch("GET", "status", resources.Status)

    def create_session(self, title: str = "") -> resources.Session:
        body = CreateSession(title=title)
        return self._fetch("POST", "sessions", resources.Session, body)

    def sessions(self) -> tuple[resources.Session, ...]:
        """The user's sessions, the one used last first."""
        page = self.session_page()
        found = [*page.sessions]
        while page.next is not None:
            page = self.session_page(before=page.next)
            found += page.sessions
        return tuple(found)

    def session_page(
        self, limit: int | None = None, before: int | None = None
    ) -> resources.SessionList:
        """Some of `sessions`; `before` is `next` of the page that came before."""
        path = f"sessions{_query(limit, before)}"
        return self._fetch("GET", path, resources.SessionList)

    def rename_session(self, session_id: str, title: str) -> resources.Session:
        body = ChangeSession(title=title)
        path = f"sessions/{session_id}"
        return self._fetch("PATCH", path, resources.Session, body)

    def delete_session(self, session_id: str) -> None:
        """With all that was said in it."""
        self._delete(f"sessions/{session_id}")

    def export_session(self, session_id: str, form: ExportFormat = "json") -> bytes:
        """A file with the conversation; Markdown cannot be imported again."""
        path = f"sessions/{session_id}/export?format={form}"
        return b"".join(self._download(path))

    def export_sessions(self) -> Iterator[bytes]:
        """A file with all of the user's conversations, in pieces."""
        return self._download("sessions/export")

    def import_sessions(self, data: bytes) -> tuple[resources.Session, ...]:
        """New sessions from a file that was exported: all that it holds, or none."""
        path, kind = "sessions/import", resources.Imported
        return self._fetch("POST", path, kind, data, TRANSFER_TIMEOUT).sessions

    def messages(self, session_id: str) -> tuple[resources.Message, ...]:
        """The questions and answers of a conversation as it is shown, oldest first."""
        page = self.message_page(session_id)
        found = page.messages
        while page.next is not None:
            page = self.message_page(session_id, before=page.next)
            found = page.messages + found
        return found

    def message_page(
        self, session_id: str, limit: int | None = None, before: int | None = None
    ) -> resources.MessageList:
        """The last of `messages`; `before` is `next` of a page that came later."""
        path = f"sessions/{session_id}/messages{_query(limit, before)}"
        return self._fetch("GET", path, resources.MessageList)

    def select_turn(self, turn_id: str) -> resources.MessageList:
        """Shows the version of a conversation that a turn is part of."""
        return self._fetch("POST", f"turns/{turn_id}/select", resources.MessageList)

    def delete_turn(self, turn_id: str) -> None:
        """A question and its answer, which is stopped first."""
        self._delete(f"turns/{turn_id}")

    def delete_message(self, message_id: str) -> None:
        """With the answer or the question that belongs to it."""
        self._delete(f"messages/{message_id}")

    def decisions(self, turn_id: str) -> tuple[resources.StoredDecision, ...]:
        """What the model decided about an answer, in the order it did."""
        path = f"turns/{turn_id}/decisions"
        return self._fetch("GET", path, resources.DecisionList).decisions

    def search(self, query: str, limit: int = 20, start: int = 0) -> SearchPage:
        """Questions, answers and titles with the words, the most fitting first."""
        body = SearchBody(query=_utf8(query), limit=limit, start=start)
        return self._fetch("POST", "search", SearchPage, body)

    def check_database(self) -> DatabaseCheck:
        return self._fetch("POST", "db/check", DatabaseCheck, timeout=LONG_TIMEOUT)

    def backups(self) -> tuple[Backup, ...]:
        """Copies of the server's database, the newest first."""
        return self._fetch("GET", "db/backups", BackupList).backups

    def back_up(self) -> Backup:
        return self._fetch("POST", "db/backups", Backup, timeout=LONG_TIMEOUT)

    def vacuum(self) -> Vacuumed:
        """What was deleted is gone from the server's database then."""
        return self._fetch("POST", "db/vacuum", Vacuumed, timeout=LONG_TIMEOUT)

    def rebuild_index(self) -> Reindexed:
        """Begins to build the server's search index anew."""
        return self._fetch("POST", "db/rebuild-index", Reindexed, timeout=LONG_TIMEOUT)

    def cancel(self, turn_id: str) -> bool:
        """Stops a turn; False when it had ended already."""
        path = f"turns/{turn_id}/cancel"
        return self._fetch("POST", path, resources.Cancelled).stopping

    def prepare(self, session_id: str, context: Sequence[ContextPart]) -> None:
        """Lets the model read what a question may soon be asked about, in idle time.

        Returns at once. What changes seldom comes first; a newer call for the session
        replaces one that is not done.
        """
        body = PrepareBody(context=_sendable(context))
        path = f"sessions/{session_id}/prepare"
        self._fetch("POST", path, dict[str, object], body, PREPARE_TIMEOUT)

    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
        replaces: str | None = None,
    ) -> Iterator[TurnEvent]:
        """The events of the answer, each once and in order, up to the last.

        In `context`, what changes seldom comes first; the server fits it to the model.
        The question takes the place of the turn that it `replaces`, which is kept.
        A connection that breaks is resumed where it broke, for about 10 s. Closing
        the iterator does not stop the turn; `cancel` does.
        """
        body = AskBody(
            question=_utf8(question),
            client_message_id=client_message_id or new_id(),
            options=options or AskOptions(),
            context=_sendable(context),
            replaces=replaces,
        )
        return self._stream(f"sessions/{session_id}/ask", body)

    def regenerate(
        self,
        turn_id: str,
        options: AskOptions | None = None,
        *,
        client_message_id: str | None = None,
        context: Sequence[ContextPart] = (),
    ) -> Iterator[TurnEvent]:
        """As `ask`, with a turn's question and in its place, of the model anew."""
        body = RegenerateBody(
            client_message_id=client_message_id or new_id(),
            options=options or AskOptions(),
            context=_sendable(context),
        )
        return self._stream(f"turns/{turn_id}/regenerate", body)

    def _stream(self, path: str, body: msgspec.Struct) -> Iterator[TurnEvent]:
        start = Call("POST", path, content=codec.encode(body))
        return iter(TurnStream(start, self._open, self.turn, self._sleep))

    def _open(self, call: Call) -> Iterator[TurnEvent]:
        """The events of one connection."""
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        with self._http.stream(
            call.method,
            call.path,
            content=call.content,
            headers=headers | call.headers,
            timeout=STREAM_TIMEOUT,
        ) as response:
            self._check(response)
            yield from read_events(response)

    def turn(self, turn_id: str) -> resources.Turn:
        try:
            return self._fetch("GET", f"turns/{turn_id}", resources.Turn)
        except NotFound as error:
            raise NotFound(
                "The server was restarted and no longer knows this answer.",
                "What has arrived is kept; ask again.",
            ) from error

    def _fetch(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: msgspec.Struct | bytes | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> T:
        content = codec.encode(body) if isinstance(body, msgspec.Struct) else body
        headers = {"Content-Type": "application/json"}
        try:
            response = self._http.request(
                method, path, content=content, headers=headers, timeout=timeout
            )
            self._check(response)
            return msgspec.json.decode(response.content, type=kind)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except msgspec.DecodeError as error:
            raise unreadable(error) from error

    def _download(self, path: str) -> Iterator[bytes]:
        try:
            with self._http.stream("GET", path, timeout=TRANSFER_TIMEOUT) as response:
                self._check(response)
                yield from response.iter_bytes()
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _delete(self, path: str) -> None:
        try:
            self._check(self._http.request("DELETE", path))
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _check(self, response: httpx.Response) -> None:
        """Raises the error that a response stands for."""
        if response.is_success:
            return
        response.read()
        try:
            body = msgspec.json.decode(response.content, type=resources.ErrorBody)
        except msgspec.DecodeError:
            raise self._foreign_error(response.status_code) from None
        raise error_types().get(body.code, LLMChatError)(body.message, body.hint)

    def _foreign_error(self, status: int) -> LLMChatError:
        """For answers that are not ours: from Jupyter itself or a proxy before it."""
        url = self.address.url
        if status in (401, 403) or 300 <= status < 400:
            return Forbidden(
                f"The server at {url} refuses the token.",
                "If it was restarted, run the cell again; else set LLMCHAT_TOKEN.",
            )
        if status == 404:
            return NotFound(
                f"The server at {url} does not have this address.",
                "Check that jupyter_llmchat is enabled: `jupyter server extension "
                "list`.",
            )
        if status < 500:
            return BadRequest(
                f"The server at {url} refused the request with status {status}.",
                "Look into the server's log.",
            )
        return ServerUnreachable(
            f"The server at {url} failed with status {status}.",
            "Try again; if it goes on, look into the server's log.",
        )

    def _unreachable(self, error: Exception) -> ServerUnreachable:
        return ServerUnreachable(
            f"The server at {self.address.url} does not answer "
            f"({error or type(error).__name__}).",
            "If it has ended, run the cell again to use another one.",
        )


def _query(limit: int | None, before: int | None) -> str:
    given = {"limit": limit, "before": before}
    query = urlencode({name: each for name, each in given.items() if each is not None})
    return f"?{query}" if query else ""


def _sendable(context: Sequence[ContextPart]) -> tuple[ContextPart, ...]:
    return tuple(
        ContextPart(kind=part.kind, name=_utf8(part.name), text=_utf8(part.text))
        for part in context
    )


def _utf8(text: str) -> str:
    """Cells can hold lone surrogates, which UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
