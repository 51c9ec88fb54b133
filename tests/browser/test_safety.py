"""Whatever the model says, nothing is run, fetched or forged in JupyterLab's page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .beacon import Beacon, listening
from .browser import Watched
from .lab import Lab
from .panel import SERVICE, Panel
from .payloads import payloads

WATCH = Path(__file__).with_name("watch.js")
A_CONVERSATION = 40
"""Payloads in each: what is long out of sight is not in the page."""
TRY = f"""async question => {{
  const service = await ({SERVICE})();
  return window.llmchatTry(service, question);
}}"""
CONTROL = """html => {
  const place = document.createElement('div');
  place.innerHTML = `<div class="jp-llmchat-text">${html}</div>`;
  document.body.append(place);
  const found = window.llmchatLook(place);
  window.llmchatPoke(place);
  return found;
}"""


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    with listening() as started:
        yield started


@pytest.fixture
def elsewhere() -> list[str]:
    """Addresses outside of JupyterLab that the page has asked for."""
    return []


@pytest.fixture
def page(watched: Watched, lab: Lab, workspace: str, elsewhere: list[str]) -> Page:
    """As every test's, with somebody who watches it."""
    context = watched.context()
    context.add_init_script(path=WATCH)
    context.on(
        "request",
        lambda request: (
            elsewhere.append(request.url)
            if not request.url.startswith((lab.url, "data:", "blob:"))
            else None
        ),
    )
    made = context.new_page()
    Panel(made).visit(lab, workspace)
    return made


def heard(page: Page) -> list[str]:
    return list(page.evaluate("window.llmchatHeard"))


def heard_now(page: Page) -> list[str]:
    """Since the last time."""
    return list(page.evaluate("window.llmchatHeard.splice(0)"))


@pytest.mark.timeout(900)
def test_no_text_of_the_model_does_anything(
    page: Page, panel: Panel, beacon: Beacon, elsewhere: list[str]
) -> None:
    all_texts = payloads(beacon.url)
    assert len(all_texts) >= 200
    wrong: list[str] = []
    for number, text in enumerate(all_texts):
        if number % A_CONVERSATION == 0:
            panel.choose(None)
        found = page.evaluate(TRY, f"pace=0 piece=7 say:{text}")
        wrong += [f"{text!r}: {each}" for each in (*found, *heard_now(page))]
    panel.shoot("payloads")
    assert not wrong, "\n".join(wrong)
    assert not elsewhere
    assert not beacon.heard


def test_what_was_said_before_does_nothing_either(
    page: Page, panel: Panel, lab: Lab, beacon: Beacon, elsewhere: list[str]
) -> None:
    """The same texts from the database, rendered at once and not piece by piece."""
    session = None
    for text in payloads(beacon.url)[-A_CONVERSATION:]:
        session = lab.answered(f"pace=0 piece=500 say:{text}", session)
    panel.choose(session)
    expect(panel.messages.last.locator(".jp-llmchat-footer")).to_be_visible()
    for _ in range(6):
        assert page.evaluate("window.llmchatLook(document)") == []
        page.evaluate(
            "window.llmchatPoke(document.querySelector('.jp-llmchat-messages'))"
        )
        page.mouse.wheel(0, -900)
    assert heard(page) == []
    assert not elsewhere
    assert not beacon.heard


def test_the_watcher_sees_what_gets_through(
    page: Page, beacon: Beacon, elsewhere: list[str]
) -> None:
    """The control: without the sanitizer every one of these is noticed."""
    image = f"<img src='{beacon.url}/control.png' onerror=alert(1)>"
    assert page.evaluate(CONTROL, image)
    page.wait_for_function("window.llmchatHeard.length > 0")
    assert heard(page) == ["alert 1"]
    forged = "<b data-commandlinker-command='application:activate-next-tab'>x</b>"
    assert page.evaluate(CONTROL, forged)
    page.wait_for_function("window.llmchatHeard.length > 1")
    assert heard(page)[1] in ("dialog", "command application:activate-next-tab")
    assert beacon.heard == ["GET /control.png"]
    assert elsewhere == [f"{beacon.url}/control.png"]
    for html in ("<a href='javascript:alert(1)'>x</a>", "<p id=main>x</p>", "<form>"):
        assert page.evaluate(CONTROL, html)
