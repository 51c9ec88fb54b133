"""Any sequence of questions, edits, choices and deletions leaves the tree that a model
of a few lines has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.store import Store

from .builders import new_turn
from .test_branches import Asks


@dataclass(eq=False)
class Node:
    """A turn, or the session's beginning; `children` are in the order of asking."""

    number: int
    turn_id: str = ""
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    is_gone: bool = False

    @property
    def path(self) -> list[Node]:
        if self.parent is None:
            return []
        return [*self.parent.path, self]

    @property
    def latest(self) -> Node:
        """Of those below and itself the one that was asked last."""
        below = [child.latest for child in self.children]
        return max([self, *below], key=lambda each: each.number)


class TreeMachine(RuleBasedStateMachine):
    turns = Bundle("turns")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = self.runner.run(Store.open(StoreConfig(path=None)))
        session = self.runner.run(self.store.create_session("ada", "", {}))
        self.session = session.id
        self.root = Node(0)
        self.tip = self.root
        self.all: list[Node] = []

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()

    def add(self, parent: Node, replaces: Node | None) -> Node:
        node = Node(len(self.all) + 1, parent=parent)
        replaced = replaces.turn_id if replaces else None
        plan = Asks(self.session, str(node.number), replaced)
        node.turn_id = self.runner.run(
            self.store.take_turn("ada", self.session, plan)
        ).turn_id
        assert plan.before == tuple(str(each.number) for each in parent.path)
        parent.children.append(node)
        self.all.append(node)
        self.tip = node
        self.check()
        return node

    @rule(target=turns)
    def ask(self) -> Node:
        return self.add(self.tip, None)

    @rule(target=turns, other=turns)
    def replace(self, other: Node) -> Node:
        if other.is_gone:
            plan = Asks(self.session, "never asked", other.turn_id)
            with pytest.raises(NotFound):
                self.runner.run(self.store.take_turn("ada", self.session, plan))
            self.check()
            return other
        assert other.parent is not None
        return self.add(other.parent, other)

    @rule(turn=turns)
    def select(self, turn: Node) -> None:
        call = self.store.branches.select("ada", turn.turn_id)
        if turn.is_gone:
            with pytest.raises(NotFound):
                self.runner.run(call)
            return
        self.runner.run(call)
        self.tip = turn.latest
        self.check()

    @rule(turn=turns)
    def remove(self, turn: Node) -> None:
        call = self.store.branches.remove("ada", turn.turn_id)
        if turn.is_gone:
            with pytest.raises(NotFound):
                self.runner.run(call)
            return
        self.runner.run(call)
        parent = turn.parent
        assert parent is not None
        parent.children.remove(turn)
        for child in turn.children:
            child.parent = parent
        together = [*parent.children, *turn.children]
        parent.children = sorted(together, key=lambda each: each.number)
        turn.is_gone = True
        if self.tip is turn:
            self.tip = parent.latest
        self.check()

    def check(self) -> None:
        page = self.runner.run(self.store.branches.page("ada", self.session))
        path = self.tip.path
        assert [each.turn_id for each in page.messages[::2]] == [
            each.turn_id for each in path
        ]
        for question, node in zip(page.messages[::2], path, strict=True):
            assert node.parent is not None
            siblings = tuple(each.turn_id for each in node.parent.children)
            assert question.versions == (siblings if len(siblings) > 1 else ())
            assert question.parent == (node.parent.turn_id or None)
        session = self.runner.run(self.store.session("ada", self.session))
        assert session.messages == 2 * sum(not each.is_gone for each in self.all)


TestTree = TreeMachine.TestCase
TestTree.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_begin_turn_goes_on_with_what_is_shown() -> None:
    machine = TreeMachine()
    try:
        machine.ask()
        first = machine.ask()
        machine.replace(first)
        begun = machine.runner.run(
            machine.store.begin_turn("ada", new_turn(machine.session))
        )
        said = machine.runner.run(machine.store.branches.before("ada", begun.turn_id))
        assert [each.text for each in said[::2]] == ["1", "3"]
    finally:
        machine.teardown()
