from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.engine.text import TextStream


def _fed(data: bytes, size: int, stop: tuple[str, ...] = ()) -> str:
    stream = TextStream(stop)
    parts = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return "".join(parts) + stream.flush()


@given(st.text(), st.integers(1, 5))
def test_text_survives_any_split(text: str, size: int) -> None:
    assert (
        _fed(text.encode("utf-8", "replace"), size)
        == text.encode("utf-8", "replace").decode()
    )


def test_one_byte_at_a_time_shows_whole_characters_only() -> None:
    stream = TextStream()
    shown = [stream.feed(bytes([byte])) for byte in "a👩‍🔬é".encode()]
    assert "�" not in "".join(shown)
    assert "".join(shown) == "a👩‍🔬é"


def test_an_unfinished_character_is_replaced_at_the_end() -> None:
    assert _fed("é".encode()[:1], 1) == "�"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_text_ends_before_the_first_stop_string(size: int) -> None:
    assert _fed(b"one STOP two END", size, ("END", "STOP")) == "one "


@pytest.mark.parametrize("size", [1, 2, 100])
def test_half_a_stop_string_is_shown_after_all(size: int) -> None:
    assert _fed(b"one STO", size, ("STOP",)) == "one STO"


@given(st.text("ab"), st.integers(1, 3))
def test_stop_is_found_wherever_the_text_is_cut(text: str, size: int) -> None:
    whole = text.split("aab")[0]
    assert _fed(text.encode(), size, ("aab",)) == whole


def test_nothing_is_said_after_a_stop() -> None:
    stream = TextStream(("x",))
    assert stream.feed(b"ax") == "a"
    assert stream.stopped
    assert stream.feed(b"more") == ""
    assert stream.flush() == ""
