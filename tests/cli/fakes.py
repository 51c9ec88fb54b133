"""A server that answers with recorded turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from jupyter_llmchat.errors import LLMChatError
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart
from jupyter_llmchat.protocol.resources import (
    ModelStatus,
    Session,
    Status,
    StoreStatus,
)
from tests.protocol.transcripts import distinct

ADDRESS = ServerAddress(url="http://127.0.0.1:8888/", token="secret")


def status(
    state: str = "ready", store: str = "file", path: str | None = "/data/chat.duckdb"
) -> Status:
    return Status(
        version="1.2.3",
        protocol=1,
        model=ModelStatus(state=state, name="tiny", detail="", n_threads=2),  # type: ignore[arg-type]
        store=StoreStatus(kind=store, path=path, detail=""),  # type: ignore[arg-type]
        turns_active=1,
    )


class FakeClient:
    """Stands for ChatClient; `failure` comes in place of event number `fail_at`."""

    def __init__(
        self,
        transcript: str = "normal",
        failure: BaseException | None = None,
        fail_at: int = 0,
    ) -> None:
        self.transcript = transcript
        self.failure = failure
        self.fail_at = fail_at
        self.cancel_failure: LLMChatError | None = None
        self.asked: list[tuple[str, str, float | None]] = []
        self.options: list[AskOptions] = []
        self.context: tuple[ContextPart, ...] = ()
        self.cancelled: list[str] = []

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

    def status(self) -> Status:
        return status()

    def create_session(self, title: str = "") -> Session:
        return Session(
            id="new", title=title, created=0.0, updated=0.0, messages=0, config={}
        )

    def ask(
        self,
        session_id: str,
        question: str,
        options: AskOptions,
        *,
        context: Sequence[ContextPart] = (),
    ) -> Iterator[TurnEvent]:
        self.context = tuple(context)
        self.asked.append((session_id, question, options.deadline_s))
        self.options.append(options)
        for place, event in enumerate(distinct(self.transcript)):
            if self.failure is not None and place == self.fail_at:
                raise self.failure
            yield event

    def cancel(self, turn_id: str) -> bool:
        self.cancelled.append(turn_id)
        if self.cancel_failure is not None:
            raise self.cancel_failure
        return True
