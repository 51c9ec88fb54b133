from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.kernel.session_choice import chosen, told

from .builders import session

SESSIONS = (
    session("abcdef01", "green tea"),
    session("abcdef99", "tea"),
    session("ffff0000", "tea"),
    session("x1", ""),
)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("tea", "abcdef99"),
        ("TEA", "abcdef99"),
        (" green tea ", "abcdef01"),
        ("gre", "abcdef01"),
        ("ffff", "ffff0000"),
        ("abcdef99", "abcdef99"),
        ("x1", "x1"),
    ],
)
def test_by_title_or_id(given: str, found: str) -> None:
    assert chosen(SESSIONS, given).id == found


def test_several() -> None:
    with pytest.raises(BadRequest, match=r"abcdef01 \(green tea\), abcdef99 \(tea\)"):
        chosen(SESSIONS, "abcdef")


@pytest.mark.parametrize("given", ["", " ", "coffee", "ff", "\n"])
def test_none(given: str) -> None:
    with pytest.raises(NotFound) as caught:
        chosen(SESSIONS, given)
    assert "%chat sessions" in caught.value.hint


def test_the_nearest_is_named() -> None:
    with pytest.raises(NotFound) as caught:
        chosen(SESSIONS, "green tee")
    assert caught.value.hint == "The nearest is abcdef01 (green tea)."


def test_a_long_title_is_cut() -> None:
    long = msgspec.structs.replace(SESSIONS[0], title="x" * 100)
    assert len(told(long)) < 60
