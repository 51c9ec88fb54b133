from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.store.columns import Clock, from_json, storable, to_json

ANY_TEXT = st.text(st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANY_TEXT)
def test_any_text_becomes_storable_and_stays_so(text: str) -> None:
    result = storable(text)
    assert result.encode().decode() == result
    assert storable(result) == result


@given(st.text())
def test_text_that_is_storable_is_not_changed(text: str) -> None:
    assert storable(text) == text


def test_two_halves_of_a_pair_become_the_character() -> None:
    assert storable("\ud83d\ude00 \ude00\ud83d") == "😀 \ufffd\ufffd"


@given(JSON)
def test_json_comes_back_as_it_was(value: Any) -> None:
    assert from_json(to_json(value)) == value


@pytest.mark.parametrize("value", [float("inf"), {1, 2}, b"bytes"])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(BadRequest, match="JSON"):
        to_json({"value": value})


def test_moments_are_ordered_by_place() -> None:
    clock = Clock(7)
    assert [clock.moment().seq for _ in range(3)] == [7, 8, 9]
