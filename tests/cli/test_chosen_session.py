from __future__ import annotations

import pytest

from jupyter_llmchat.cli.chosen_session import chosen_session
from jupyter_llmchat.errors import BadRequest, NotFound

from .conversations import Conversations, session

IDS = ("abc1" + "0" * 28, "abc2" + "0" * 28, "f00d" + "0" * 28)
CLIENT = Conversations(*(session(id, f"title {id[:4]}") for id in IDS))


@pytest.mark.parametrize(("given", "place"), [("abc1", 0), ("f", 2), (IDS[1], 1)])
def test_the_beginning_is_enough(given: str, place: int) -> None:
    assert chosen_session(CLIENT, given).id == IDS[place]  # type: ignore[arg-type]


def test_several_are_named() -> None:
    with pytest.raises(BadRequest) as raised:
        chosen_session(CLIENT, "abc")  # type: ignore[arg-type]
    assert "abc10000 (title abc1), abc20000 (title abc2)" in raised.value.message


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("f00e0000", "The nearest is f00d0000 (title f00d)."),
        ("title f00d", "The nearest is f00d0000 (title f00d)."),
        ("zz", "`jupyter llmchat sessions` lists them."),
        ("", "`jupyter llmchat sessions` lists them."),
    ],
)
def test_the_nearest_is_named_where_there_is_none(given: str, hint: str) -> None:
    with pytest.raises(NotFound) as raised:
        chosen_session(CLIENT, given)  # type: ignore[arg-type]
    assert raised.value.hint == hint
