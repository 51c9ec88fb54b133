"""Any sequence of calls leaves the store as it leaves a dictionary."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    multiple,
    rule,
)

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import Conflict, NotFound
from jupyter_llmchat.protocol.ids import PREPARATORY, STAGES, Stage
from jupyter_llmchat.store import BegunTurn, Store

from .builders import ended, new_turn

OWNERS = st.sampled_from(["ada", "bob"])
TEXT = st.text(max_size=20)
TOLD = tuple(each for each in STAGES if each not in PREPARATORY)


@dataclass
class Answer:
    """What the model knows of a turn."""

    owner: str
    session_id: str
    question: str
    begun: BegunTurn
    state: str = "streaming"
    said: dict[Stage, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        parts = (self.said.get(stage, "").strip() for stage in TOLD)
        return "\n\n".join(part for part in parts if part)


class StoreMachine(RuleBasedStateMachine):
    sessions = Bundle("sessions")
    turns = Bundle("turns")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.config = StoreConfig(path=Path(self.folder.name) / "chat.duckdb")
        self.runner = asyncio.Runner()
        self.store = self.runner.run(Store.open(self.config))
        self.owners: dict[str, str] = {}
        self.used: list[str] = []
        self.answers: list[Answer] = []
        self.client_ids: dict[tuple[str, str], Answer] = {}

    def teardown(self) -> None:
        self.check_sessions()
        self.check_messages()
        self.runner.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    def touch(self, session_id: str) -> None:
        self.used = [each for each in self.used if each != session_id] + [session_id]

    @rule(target=sessions, owner=OWNERS, title=TEXT)
    def create_session(self, owner: str, title: str) -> str:
        created = self.runner.run(self.store.create_session(owner, title, {}))
        assert created.title == title
        self.owners[created.id] = owner
        self.touch(created.id)
        return created.id

    @rule(
        target=turns,
        session_id=sessions,
        client_id=st.sampled_from("abc"),
        question=TEXT,
    )
    def ask(self, session_id: str, client_id: str, question: str) -> object:
        owner = self.owners[session_id]
        new = new_turn(session_id, client_message_id=client_id, question=question)
        begun = self.runner.run(self.store.begin_turn(owner, new))
        known = self.client_ids.get((session_id, client_id))
        assert begun.is_new == (known is None)
        if known is not None:
            assert begun.turn_id == known.begun.turn_id
            return multiple()
        answer = Answer(owner, session_id, question, begun)
        self.answers.append(answer)
        self.client_ids[session_id, client_id] = answer
        self.touch(session_id)
        return answer

    @rule(session_id=sessions, title=TEXT)
    def rename(self, session_id: str, title: str) -> None:
        owner = self.owners[session_id]
        call = self.store.change_session(owner, session_id, title=title)
        assert self.runner.run(call).title == title

    @rule(session_id=consumes(sessions), is_mine=st.booleans())
    def remove(self, session_id: str, is_mine: bool) -> None:
        owner = self.owners[session_id] if is_mine else "eve"
        call = self.store.remove_session(owner, session_id)
        if not is_mine:
            with pytest.raises(NotFound):
                self.runner.run(call)
            return
        self.runner.run(call)
        del self.owners[session_id]
        self.used.remove(session_id)
        for answer in self.answers:
            if answer.session_id == session_id:
                answer.state = "removed"
        self.answers = [a for a in self.answers if a.session_id != session_id]

    @rule(answer=turns, stage=st.sampled_from(STAGES), text=TEXT)
    def say(self, answer: Answer, stage: Stage, text: str) -> None:
        call = self.store.append_text(answer.begun.turn_id, stage, text)
        if answer.state == "removed":
            with pytest.raises(NotFound):
                self.runner.run(call)
            return
        if answer.state != "streaming":
            with pytest.raises(Conflict):
                self.runner.run(call)
            return
        self.runner.run(call)
        answer.said[stage] = answer.said.get(stage, "") + text

    @rule(answer=turns, state=st.sampled_from(["complete", "cancelled", "failed"]))
    def end(self, answer: Answer, state: str) -> None:
        final = ended(answer.begun, state=state, stages=())
        if answer.state == "removed":
            with pytest.raises(NotFound):
                self.runner.run(self.store.end_turn(final))
            return
        self.runner.run(self.store.end_turn(final))
        if answer.state == "streaming":
            answer.state = state
            self.touch(answer.session_id)

    @rule()
    def reopen(self) -> None:
        self.check_sessions()
        self.check_messages()
        self.runner.run(self.store.close())
        self.store = self.runner.run(Store.open(self.config))
        for answer in self.answers:
            if answer.state == "streaming":
                answer.state = "interrupted"
                self.touch(answer.session_id)

    def check_sessions(self) -> None:
        for owner in ("ada", "bob"):
            found = self.runner.run(self.store.sessions(owner))
            expected = [each for each in self.used if self.owners[each] == owner]
            assert [each.id for each in found] == expected[::-1]

    def check_messages(self) -> None:
        for session_id, owner in self.owners.items():
            found = self.runner.run(self.store.messages(owner, session_id))
            expected = [a for a in self.answers if a.session_id == session_id]
            assert [m.text for m in found[::2]] == [a.question for a in expected]
            assert [(m.text, m.state) for m in found[1::2]] == [
                (a.text, a.state) for a in expected
            ]


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=10, deadline=None)
