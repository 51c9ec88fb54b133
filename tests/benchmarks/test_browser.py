"""From what a page has noted to how long a word took until it was seen."""

from __future__ import annotations

from typing import Any

from benchmarks.browser import delays_of, longest_frame


def chunk(text: str, emitted: float, stage: str = "core") -> dict[str, Any]:
    return {"turn": "t", "stage": stage, "text": text, "emitted": emitted}


def shown(text: str, at: float, stage: str = "core") -> dict[str, Any]:
    return {"id": f"t:{stage}", "text": text, "at": at}


def test_a_piece_is_seen_with_the_first_text_that_is_long_enough() -> None:
    chunks = [chunk("It", 100), chunk("is", 120), chunk("42", 140)]
    page = [shown("It", 150), shown("Itis42", 210), shown("Itis42", 300)]
    assert delays_of({"chunks": chunks, "shown": page}) == [50, 90, 70]


def test_parts_are_told_apart_and_folded_ones_left_out() -> None:
    chunks = [
        chunk("Hm", 90, "analysis"),
        chunk("Yes", 100),
        chunk("So", 130, "detail"),
    ]
    page = [shown("Yes", 160), shown("So", 140, "detail")]
    told = delays_of({"chunks": chunks, "shown": page})
    assert sorted(told) == [10, 60]


def test_what_has_no_letters_is_seen_with_what_follows() -> None:
    assert delays_of({"chunks": [chunk("", 100)], "shown": []}) == []


def test_what_is_not_shown_is_not_waited_for() -> None:
    chunks = [chunk("Use", 100), chunk("python", 110), chunk("x1", 120)]
    page = [shown("Use", 130), shown("Usex1", 160)]
    assert delays_of({"chunks": chunks, "shown": page}) == [30, 40]


def test_the_longest_frame_is_what_counts() -> None:
    assert longest_frame("it streams", [16.0, 120.0, 17.0], 100).holds is False
    assert longest_frame("it streams", [16.0, 17.0], 100).holds is True
