"""Conversations: found, named, deleted, exported, followed by several pages at once."""

from __future__ import annotations

import json
import time
import urllib.error
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .lab import Lab
from .panel import Panel
from .session_list import SessionList

# The time that a person has in the page.
LONG_UNDO = """() => {
  const { setTimeout } = window;
  window.setTimeout = (run, ms, ...more) =>
    setTimeout(run, ms === 6_000 ? 600_000 : ms, ...more);
}"""


@pytest.fixture
def listed(panel: Panel) -> SessionList:
    return SessionList(panel)


@pytest.fixture
def patient(panel: Panel) -> None:
    """What can be undone can be for longer than a test takes."""
    panel.page.evaluate(LONG_UNDO)


def is_kept(lab: Lab, session: str) -> bool:
    try:
        lab.api(f"sessions/{session}")
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return False
    return True


def wait_found(lab: Lab, word: str) -> None:
    """What has just been answered can be found a second later."""
    end = time.monotonic() + 60
    while "assistant" not in roles(lab, word):
        assert time.monotonic() < end, "it is not found"
        time.sleep(0.1)


def roles(lab: Lab, word: str) -> list[str]:
    hits = lab.api("search", "POST", {"query": word})["hits"]
    return [each["role"] for each in hits]


def renamed(lab: Lab, title: str, question: str = "short") -> str:
    session = lab.answered(question)
    lab.api(f"sessions/{session}", "PATCH", {"title": title})
    return session


def test_what_was_said_is_found_and_shown(
    lab: Lab, panel: Panel, listed: SessionList, word: str
) -> None:
    session = lab.answered(f"say:Here the {word} is.")
    for number in range(40):
        lab.answered(f"short, question {number}", session)
    wait_found(lab, word)
    listed.open()
    listed.search.fill(word)
    answer = listed.hits.filter(has_text="Answer")
    expect(answer.locator("mark")).to_have_text(word)
    panel.shoot("sessions-search")
    answer.click()
    expect(listed.root).to_be_hidden()
    expect(panel.questions.filter(has_text=word)).to_be_in_viewport()
    assert panel.session == session
    panel.shoot("sessions-found")


def test_nothing_found_is_said(listed: SessionList, lab: Lab, word: str) -> None:
    lab.answered("short")
    listed.open()
    listed.search.fill(word)
    expect(listed.root.get_by_text(f"“{word}” was not found.")).to_be_visible()
    listed.search.press("Escape")
    expect(listed.search).to_have_value("")
    expect(listed.rows.first).to_be_visible()
    listed.search.press("Escape")
    expect(listed.root).to_be_hidden()


def test_a_new_name_is_kept(
    lab: Lab, panel: Panel, listed: SessionList, word: str
) -> None:
    session = renamed(lab, f"{word} before")
    listed.open()
    listed.row(word).press("F2")
    expect(listed.root.get_by_label("Name of the conversation")).to_be_focused()
    panel.page.keyboard.type(f"{word} after")
    with panel.page.expect_response(lambda it: it.request.method == "PATCH"):
        panel.page.keyboard.press("Enter")
    expect(listed.row(f"{word} after")).to_be_focused()
    panel.page.keyboard.press("Enter")
    expect(listed.title).to_have_text(f"{word} after")
    panel.page.reload()
    panel.open()
    expect(listed.title).to_have_text(f"{word} after")
    assert panel.session == session
    assert lab.api(f"sessions/{session}")["title"] == f"{word} after"


@pytest.mark.usefixtures("patient")
def test_what_is_deleted_can_be_had_back(
    lab: Lab, panel: Panel, listed: SessionList, word: str
) -> None:
    session = renamed(lab, word)
    panel.choose(session)
    expect(panel.questions).to_have_count(1)
    listed.open()
    listed.row(word).press("Delete")
    expect(listed.undo).to_be_focused()
    expect(panel.questions).to_have_count(0)
    panel.shoot("sessions-undo")
    panel.page.keyboard.press("Enter")
    expect(listed.row(word)).to_be_focused()
    expect(panel.questions).to_have_count(1)
    assert is_kept(lab, session)


@pytest.mark.usefixtures("patient")
def test_a_second_one_deleted_makes_the_first_final(
    lab: Lab, panel: Panel, listed: SessionList, word: str
) -> None:
    first, second = renamed(lab, f"{word} one"), renamed(lab, f"{word} two")
    listed.open()
    listed.choose_in_menu(f"{word} one", "Delete")
    expect(listed.undo).to_be_visible()
    listed.choose_in_menu(f"{word} two", "Delete")
    expect(listed.row(word)).to_have_count(0)
    panel.page.wait_for_function(
        "() => document.querySelectorAll('.jp-mod-deleted').length === 1"
    )
    listed.undo.click()
    expect(listed.row(f"{word} two")).to_be_visible()
    assert (is_kept(lab, first), is_kept(lab, second)) == (False, True)


@pytest.mark.usefixtures("patient")
def test_a_page_that_is_left_deletes_what_it_said(
    lab: Lab, panel: Panel, listed: SessionList, word: str, another: OpenPage
) -> None:
    lab.answered("short")
    session = renamed(lab, word)
    watching = SessionList(another())
    listed.open()
    listed.choose_in_menu(word, "Delete")
    expect(listed.undo).to_be_visible()
    panel.leave(lab)
    end = time.monotonic() + 60
    while is_kept(lab, session):
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.1)
    watching.open()
    expect(watching.row(word)).to_have_count(0)


@pytest.mark.parametrize(
    ("entry", "ending"),
    [("Markdown", ".md"), ("notebook", ".ipynb"), ("JSON", ".json")],
)
def test_a_conversation_goes_into_a_file(
    lab: Lab,
    panel: Panel,
    listed: SessionList,
    word: str,
    entry: str,
    ending: str,
    tmp_path: Path,
) -> None:
    renamed(lab, word, f"say:It is {word} indeed.")
    listed.open()
    with panel.page.expect_download() as download:
        listed.choose_in_menu(word, f"Export as {entry}")
    file = download.value
    assert (
        word in file.suggested_filename,
        file.suggested_filename[-len(ending) :],
    ) == (
        True,
        ending,
    )
    file.save_as(tmp_path / file.suggested_filename)
    assert f"It is {word} indeed." in (tmp_path / file.suggested_filename).read_text()


@pytest.fixture
def refused_import(allowed_errors: list[str]) -> None:
    """The browser logs every answer that is an error."""
    allowed_errors.append(r"status of 400 .*sessions/import")


@pytest.mark.usefixtures("refused_import")
def test_what_was_exported_can_be_imported(
    lab: Lab, panel: Panel, listed: SessionList, word: str, tmp_path: Path
) -> None:
    session = renamed(lab, word, f"say:It is {word} indeed.")
    exported = tmp_path / "conversation.json"
    document = lab.api(f"sessions/{session}/export?format=json")
    exported.write_text(json.dumps(document))
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    lab.api(f"sessions/{session}", "DELETE")
    lab.answered("short")
    listed.open()
    expect(listed.row(word)).to_have_count(0)
    listed.root.locator("input[type=file]").set_input_files([wrong, exported])
    expect(listed.row(word)).to_have_count(1)
    told = listed.root.get_by_role("alert")
    expect(told).to_contain_text("Could not be imported: wrong.json.")
    listed.row(word).click()
    expect(panel.messages.last).to_contain_text(f"It is {word} indeed.")


def test_the_list_is_used_without_a_mouse(
    lab: Lab, panel: Panel, listed: SessionList, word: str
) -> None:
    for name in ("one", "two"):
        renamed(lab, f"{word} {name}")
    listed.title.press("Enter")
    keys = panel.page.keyboard
    expect(listed.rows.nth(1)).to_be_visible()
    expect(listed.search).to_be_focused()
    keys.press("ArrowDown")
    expect(listed.rows.nth(0)).to_be_focused()
    keys.press("ArrowDown")
    expect(listed.row(f"{word} one")).to_be_focused()
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(listed.search).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(listed.root).to_be_hidden()
    expect(panel.input).to_be_focused()
    expect(listed.title).to_have_text(f"{word} two")


def test_older_ones_come_as_they_are_reached(
    lab: Lab, panel: Panel, listed: SessionList, word: str
) -> None:
    for number in range(65):
        lab.api("sessions", "POST", {"title": f"{word} {number:02}"})
    listed.open()
    expect(listed.rows).to_have_count(30)
    listed.rows.first.press("End")
    expect(listed.rows).to_have_count(60)
    panel.page.keyboard.press("End")
    expect(listed.row(f"{word} 00")).to_be_visible()


@pytest.fixture
def gone_session(allowed_errors: list[str]) -> None:
    allowed_errors.append(r"status of 404 .*/sessions/")


@pytest.mark.usefixtures("gone_session")
def test_a_conversation_that_is_gone_is_said_to_be(
    lab: Lab, panel: Panel, listed: SessionList
) -> None:
    session = lab.answered("short")
    panel.choose(session)
    expect(panel.questions).to_have_count(1)
    lab.api(f"sessions/{session}", "DELETE")
    panel.page.reload()
    panel.open()
    told = panel.root.locator(".jp-llmchat-conversation").get_by_role("alert")
    expect(told).to_be_visible()
    panel.shoot("sessions-gone")
    told.get_by_text("New conversation").click()
    expect(told).to_have_count(0)
    panel.answered("short")
