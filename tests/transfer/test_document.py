from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.transfer.document import (
    MAX_DEPTH,
    SessionDocument,
    check,
    check_values,
    path,
)

from .builders import answer, full_turn, session, sessions, turn


@given(sessions())
def test_whatever_there_can_be_fits(document: SessionDocument) -> None:
    check(document)


@given(sessions())
def test_json_loses_nothing(document: SessionDocument) -> None:
    encoded = msgspec.json.encode(document)
    assert msgspec.json.decode(encoded, type=SessionDocument) == document


def test_the_path_is_that_of_the_current_turn() -> None:
    turns = (turn("a"), turn("b", parent="a"), turn("c", parent="a"), turn("d"))
    assert [each.id for each in path(session(*turns, current="c"))] == ["a", "c"]
    assert [each.id for each in path(session(*turns, current="d"))] == ["d"]
    assert path(session(*turns, current=None)) == ()


def changed(**fields: Any) -> SessionDocument:
    """A session whose one turn has these fields."""
    return session(msgspec.structs.replace(full_turn("a"), **fields))


METRICS, (DECISION,) = full_turn().metrics, full_turn().decisions
MISFITS = {
    "$.turns[1].id": session(turn("a"), turn("a")),
    "$.turns[0].parent": session(turn("a", parent="b"), turn("b")),
    "$.current": session(turn("a"), current="b"),
    "$.config": session(config={"a": 2**1024}),
    "$.turns[0].answer.parameters": changed(answer=answer(parameters={"a": 2**1024})),
    "$.turns[0].answer.parameters.deadline_s": changed(
        answer=answer(parameters={"deadline_s": "soon"})
    ),
    "$.turns[0].answer.stages": changed(
        answer=answer("a", stages=answer("a", "b").stages[:1] * 2)
    ),
    "$.turns[0].metrics.prompt_tokens": changed(
        metrics=msgspec.structs.replace(METRICS, prompt_tokens=2**31)
    ),
    "$.turns[0].metrics.strategy": changed(
        metrics=msgspec.structs.replace(METRICS, strategy="x" * 201)
    ),
    "$.turns[0].decisions[0].tokens": changed(
        decisions=(msgspec.structs.replace(DECISION, tokens=-(2**40)),)
    ),
}


@pytest.mark.parametrize("place", MISFITS)
def test_what_does_not_fit_is_named_with_its_place(place: str) -> None:
    with pytest.raises(BadRequest) as raised:
        check(MISFITS[place])
    assert f"- at `{place}`" in raised.value.message


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels - 1):
        value = [value]
    return value


def test_depth_and_size_have_limits() -> None:
    check_values(nested(MAX_DEPTH), "$")
    for value in (nested(MAX_DEPTH + 1), ["x" * 2**20]):
        with pytest.raises(BadRequest):
            check_values(value, "$")
