from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.session_bar import (
    NEW,
    NEW_TITLE,
    NOTHING,
    TITLE_CHARS,
    SessionBar,
    Wishes,
)
from tests.kernel.builders import session

from .driving import button, control, inside, shown
from .server_double import hit


@pytest.fixture
def wished() -> list[tuple[object, ...]]:
    return []


@pytest.fixture
def bar(wished: list[tuple[object, ...]]) -> Iterator[SessionBar]:
    look = Look()
    wishes = Wishes(
        open=lambda session_id: wished.append(("open", session_id)),
        rename=lambda session_id, title: wished.append(("rename", session_id, title)),
        delete=lambda session_id: wished.append(("delete", session_id)),
        search=lambda words: wished.append(("search", words)),
        open_hit=lambda found: wished.append(("hit", found.session_id)),
        refresh=lambda: wished.append(("refresh",)),
    )
    yield SessionBar(look, wishes, threading.RLock())
    look.close_all()


Wished = list[tuple[object, ...]]


def test_to_show_a_list_is_no_wish(bar: SessionBar, wished: Wished) -> None:
    bar.show([session("one", "First"), session("two", "First")], "two")
    assert bar.session_id == "two"
    assert bar.choice.options == ((NEW_TITLE, NEW), ("First", "one"), ("First", "two"))
    bar.show([], "two")
    assert bar.session_id == NEW
    assert wished == []


def test_choosing(bar: SessionBar, wished: Wished) -> None:
    bar.show([session("one", "First")], NEW)
    bar.choice.value = "one"
    button(bar.widget, "New").click()
    button(bar.widget, "Refresh").click()
    assert wished == [("open", "one"), ("open", NEW), ("refresh",)]


def test_what_has_not_begun_cannot_be_renamed_or_deleted(
    bar: SessionBar, wished: Wished
) -> None:
    bar.show([session("one", "First")], NEW)
    for name in ("Rename", "Delete"):
        assert button(bar.widget, name).disabled
        button(bar.widget, name).click()
    assert bar._row.children == ()
    bar.choice.value = "one"
    assert not button(bar.widget, "Rename").disabled


def test_rename(bar: SessionBar, wished: Wished) -> None:
    bar.show([session("one", "First")], "one")
    button(bar.widget, "Rename").click()
    field = control(bar.widget, "New title")
    assert field.value == "First"
    field.value = "  "
    button(bar.widget, "Save").click()
    assert wished == []
    button(bar.widget, "Rename").click()
    control(bar.widget, "New title").value = "Better"
    button(bar.widget, "Save").click()
    assert wished == [("rename", "one", "Better")]


def test_a_row_is_about_what_was_chosen_when_it_opened(
    bar: SessionBar, wished: Wished
) -> None:
    bar.show([session("one", "First"), session("two", "Second")], "one")
    button(bar.widget, "Delete").click()
    assert "Delete “First” with all that was said?" in shown(bar.widget)
    bar.choice.value = "two"
    assert bar._row.children == ()
    assert wished == [("open", "two")]


def test_rows_take_turns(bar: SessionBar) -> None:
    bar.show([session("one", "First")], "one")
    button(bar.widget, "Search").click()
    button(bar.widget, "Rename").click()
    assert [e for e in inside(bar.widget) if getattr(e, "tooltip", "") == "New title"]
    button(bar.widget, "Rename").click()
    assert bar._row.children == ()


def test_search(bar: SessionBar, wished: Wished) -> None:
    button(bar.widget, "Search").click()
    button(bar.widget, "Find").click()
    control(bar.widget, "Words").value = "some"
    button(bar.widget, "Find").click()
    assert wished == [("search", "some")]
    bar.show_found([])
    assert NOTHING in shown(bar.widget)
    bar.show_found([hit("one"), hit("two")])
    found = control(bar.widget, "What was found")
    assert found.options[1] == ("Title of two: some words", 1)
    found.value = 1
    assert wished[-1] == ("hit", "two")


def test_what_is_found_too_late_is_left(bar: SessionBar) -> None:
    button(bar.widget, "Search").click()
    button(bar.widget, "Cancel").click()
    bar.show_found([hit("one")])
    assert bar._row.children == ()


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("", "(no title)"),
        (" a\n b ", "a b"),
        ("x" * 100, "x" * (TITLE_CHARS - 1) + "…"),
        ("\x1b[31m\u202ered", "␛[31m"),
    ],
)
def test_labels(bar: SessionBar, title: str, label: str) -> None:
    bar.show([session("one", title)], "one")
    assert bar.choice.label.startswith(label)
    assert "\x1b" not in bar.choice.label
    assert "\u202e" not in bar.choice.label
