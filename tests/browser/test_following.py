"""Answers that are followed: by two pages, after a reload, by who has left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenPage
from .lab import Lab
from .panel import SERVICE, Panel

LONG_TOASTS = ".Toastify__progress-bar { animation-play-state: paused !important; }"
SEND_AND_LEAVE = f"""async () => {{
  const service = await ({SERVICE})();
  document.querySelector('.jp-llmchat-send').click();
  service.setCurrentSession(null);
}}"""


@pytest.fixture
def patient(panel: Panel) -> None:
    """What tells of something stays for longer than a test takes."""
    panel.page.add_style_tag(content=LONG_TOASTS)


def ask_held(panel: Panel, word: str, more: str = ".") -> None:
    """The answer has begun, and goes on when the lab's gate is opened."""
    panel.ask(f"hold=2 say:The {word} is here{more}")
    expect(panel.messages.last).to_contain_text(f"The {word[:4]}")


def told(page: Page) -> Locator:
    """The notification that a question has been answered."""
    return page.locator(".Toastify__toast", has_text="has been answered")


def test_another_browser_that_listens_is_seen(
    lab: Lab, panel: Panel, another: OpenPage, word: str
) -> None:
    ask_held(panel, word)
    other = another(same_browser=False)
    other.choose(panel.session)
    for page in (panel, other):
        expect(page.root.get_by_label("Also open in 1 other page")).to_be_visible()
    lab.open_gate()
    other.wait_ended()


def test_two_pages_show_the_same_stream(
    lab: Lab, panel: Panel, another: OpenPage, word: str
) -> None:
    ask_held(panel, word, ", and it goes on to its end.")
    other = another()
    other.choose(panel.session)
    shown = panel.root.get_by_label("Also open in 1 other page")
    expect(shown).to_be_visible()
    expect(other.messages.last).to_contain_text(f"The {word[:4]}")
    expect(other.stop_button).to_be_visible()
    panel.shoot("sessions-two-pages")
    lab.open_gate()
    for page in (panel, other):
        page.wait_ended()
        expect(page.messages.last).to_contain_text("it goes on to its end.")
    other.leave(lab)
    expect(shown).to_have_count(0)


def test_a_page_that_is_loaded_again_goes_on_where_it_was(
    lab: Lab, panel: Panel, word: str
) -> None:
    ask_held(panel, word, ", and it goes on to its end.")
    panel.page.reload()
    panel.open()
    expect(panel.messages.last).to_contain_text(f"The {word[:4]}")
    expect(panel.stop_button).to_be_visible()
    lab.open_gate()
    panel.wait_ended()
    expect(panel.messages.last).to_contain_text(f"The {word} is here, and it goes on")


def test_an_answer_that_is_left_and_come_back_to_is_whole(
    panel: Panel, word: str
) -> None:
    said = " ".join(f"{word}-{number}" for number in range(200))
    panel.ask(f"piece=4 say:{said}")
    expect(panel.stages).to_have_count(1)
    session = panel.session
    for _ in range(10):
        panel.choose(None)
        expect(panel.stages).to_have_count(0)
        panel.choose(session)
        expect(panel.stages).to_have_count(1)
    panel.wait_ended()
    expect(panel.messages.last.locator(".jp-RenderedHTMLCommon")).to_have_text(said)


@pytest.mark.usefixtures("patient")
def test_an_answer_that_ends_unseen_is_told(
    lab: Lab, panel: Panel, page: Page, word: str
) -> None:
    ask_held(panel, word)
    page.click('.jp-SideBar [data-id="jupyter-llmchat-sidebar"]')
    expect(panel.input).to_be_hidden()
    lab.open_gate()
    expect(told(page)).to_be_visible()
    panel.shoot("sessions-notification")
    told(page).get_by_role("button", name="Open").click()
    expect(panel.messages.last).to_contain_text(f"The {word} is here.")


@pytest.mark.usefixtures("patient")
def test_an_answer_in_a_conversation_that_was_left_is_told(
    lab: Lab, panel: Panel, page: Page, word: str
) -> None:
    ask_held(panel, word)
    session = panel.session
    panel.root.get_by_role("button", name="New conversation").last.click()
    expect(panel.questions).to_have_count(0)
    lab.open_gate()
    told(page).get_by_role("button", name="Open").click()
    expect(panel.messages.last).to_contain_text(f"The {word} is here.")
    assert panel.session == session


@pytest.mark.usefixtures("patient")
def test_a_question_that_is_left_before_it_is_taken_is_told(
    lab: Lab, panel: Panel, page: Page, word: str
) -> None:
    panel.choose(lab.answered("short"))
    expect(panel.questions).to_have_count(1)
    panel.input.fill(f"say:The {word} is here.")
    expect(panel.root.locator(".jp-llmchat-send")).to_be_enabled()
    page.evaluate(SEND_AND_LEAVE)
    expect(told(page)).to_be_visible()
    expect(panel.questions).to_have_count(0)
    assert panel.session is None
    told(page).get_by_role("button", name="Open").click()
    expect(panel.messages.last).to_contain_text(f"The {word} is here.")


def test_an_answer_that_is_seen_is_not_told(
    panel: Panel, page: Page, word: str
) -> None:
    panel.answered(f"say:The {word} is here.")
    expect(page.locator(".Toastify__toast")).to_have_count(0)
