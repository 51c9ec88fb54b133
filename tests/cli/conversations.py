"""A server's conversations, as the commands see them."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.resources import Message, Session, StageText
from jupyter_llmchat.protocol.search import SearchHit, SearchPage

NOON = 1_700_000_000.0


def session(id: str, title: str = "", messages: int = 2) -> Session:
    return Session(
        id=id, title=title, created=NOON, updated=NOON, messages=messages, config={}
    )


def message(role: str, text: str, state: str = "complete") -> Message:
    return Message(
        id="m",
        session_id="s",
        turn_id="t",
        role=role,  # type: ignore[arg-type]
        text=text,
        stages=(StageText(stage="core", text=text),),
        state=state,  # type: ignore[arg-type]
        created=NOON,
        tokens=1,
        processing_ms=None,
        model="tiny" if role == "assistant" else None,
        parameters={},
        prompt_template=None,
    )


class Conversations:
    """Stands for ChatClient."""

    def __init__(self, *sessions: Session) -> None:
        self.kept = list(sessions)
        self.said = [message("user", "Why?"), message("assistant", "Because.")]
        self.found: tuple[SearchHit, ...] = ()
        self.deleted: list[str] = []
        self.received: list[bytes] = []
        self.failure: LLMChatError | None = None

    def __call__(self, address: ServerAddress) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def sessions(self) -> tuple[Session, ...]:
        return tuple(self.kept)

    def messages(self, session_id: str) -> tuple[Message, ...]:
        return tuple(self.said)

    def rename_session(self, session_id: str, title: str) -> Session:
        return session(session_id, title)

    def delete_session(self, session_id: str) -> None:
        self.deleted.append(session_id)

    def search(self, query: str, limit: int = 20) -> SearchPage:
        return SearchPage(hits=self.found, next=None)

    def export_session(self, session_id: str, form: str = "json") -> bytes:
        return f"{session_id} as {form} \x1b[2J\n".encode()

    def export_sessions(self) -> Iterator[bytes]:
        yield b"one\n"
        if self.failure is not None:
            raise self.failure
        yield b"two\n"

    def import_sessions(self, data: bytes) -> tuple[Session, ...]:
        self.received.append(data)
        if b"bad" in data:
            raise BadRequest("Line 2: It does not fit.", "Export it again.")
        return (session(f"{len(self.received):032}", "new"),)
