"""The panel without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from .panel import Panel

FOCUSED = """() => {
  const { activeElement } = document;
  const name = activeElement.getAttribute('aria-label') || activeElement.textContent;
  const style = getComputedStyle(activeElement);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return [name.trim(), ring];
}"""
TO_MAIN = "() => window.jupyterapp.shell.currentWidget.activate()"
IN_MAIN = """() => {
  const { node } = window.jupyterapp.shell.currentWidget;
  return node.contains(document.activeElement);
}"""
WATCH = """name => {
  const look = () => {
    const names = [...document.querySelectorAll('.jp-llmchat [aria-label]')];
    window.isTold ||= names.some(each => each.ariaLabel === name);
  };
  new MutationObserver(look).observe(document.body, {
    attributeFilter: ['aria-label'], childList: true, subtree: true
  });
}"""
COPIED = "() => navigator.clipboard.readText()"


@contextmanager
def tells(panel: Panel, name: str) -> Iterator[None]:
    """Something of this name comes up, if only for a moment."""
    panel.page.evaluate(WATCH, name)
    yield
    panel.page.wait_for_function("() => window.isTold")


def tabbed(page: Page, name: str, key: str = "Tab") -> None:
    """Goes on until something of this name has the focus, which must be seen."""
    passed = []
    for _ in range(40):
        page.keyboard.press(key)
        found, is_seen = page.evaluate(FOCUSED)
        if found.startswith(name):
            assert is_seen, f"{name} has the focus, and nobody sees it"
            return
        passed.append(found)
    raise AssertionError(f"{name} is not among {passed}")


def test_from_opening_the_panel_to_the_copied_answer(panel: Panel) -> None:
    page = panel.page
    page.context.grant_permissions(["clipboard-read"])
    page.evaluate(TO_MAIN)
    page.wait_for_function(IN_MAIN)
    page.keyboard.press("Control+Shift+Digit2")
    expect(panel.input).to_be_focused()
    panel.input.press_sequentially("say:by keys")
    panel.input.press("Enter")
    panel.wait_ended()
    expect(panel.input).to_have_value("")
    # JupyterLab may still have given the focus to what it opens at its start.
    panel.input.focus()
    tabbed(page, "Copy the whole answer", "Shift+Tab")
    with tells(panel, "Copied"):
        page.keyboard.press("Enter")
    assert page.evaluate(COPIED) == "by keys"
    tabbed(page, "Ask again", "Shift+Tab")
    page.keyboard.press("Space")
    expect(panel.input).to_be_focused()
    panel.wait_ended()
    expect(panel.root.get_by_text("2 of 2")).to_be_visible()
    tabbed(page, "Earlier version", "Shift+Tab")


def test_what_is_folded_opens_by_keys(panel: Panel) -> None:
    page = panel.page
    panel.answered("What was decided?")
    panel.input.focus()
    tabbed(page, "1 decision", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(panel.root.locator(".jp-llmchat-decisions")).to_be_visible()
    tabbed(page, "Conversation", "Shift+Tab")


def test_a_new_line_and_a_stop_by_keys(panel: Panel) -> None:
    panel.input.press_sequentially("hold=1 say:one")
    panel.input.press("Shift+Enter")
    panel.input.press_sequentially("two")
    panel.input.press("Enter")
    expect(panel.questions).to_have_text(["hold=1 say:one\ntwo"])
    expect(panel.stop_button).to_be_enabled()
    panel.input.press("Escape")
    expect(panel.root.get_by_text("Stopped", exact=True)).to_be_visible()


def test_what_happens_is_said_to_who_does_not_see_it(panel: Panel) -> None:
    live = panel.root.locator(".jp-llmchat-live")
    expect(live).to_have_attribute("aria-live", "polite")
    panel.ask("hold=1 say:what happens")
    expect(live).to_have_text("Answering")
    panel.stop_button.click()
    expect(live).to_have_text("Stopped by you.")
    panel.answered("say:what has happened")
    expect(live).to_have_text("The answer is complete.")


def test_the_palette_has_what_the_panel_can_do(panel: Panel) -> None:
    page = panel.page
    panel.answered("say:by the palette")
    page.keyboard.press("Control+Shift+C")
    palette = page.locator("#modal-command-palette, .jp-ModalCommandPalette").first
    palette.locator("input").fill("assistant")
    expect(palette).to_contain_text("Open the Assistant")
    expect(palette).to_contain_text("New Conversation with the Assistant")
    palette.locator("input").fill("ask the last question")
    marked = palette.locator(".lm-CommandPalette-item.lm-mod-active")
    expect(marked).to_contain_text("Ask the Last Question Again")
    page.keyboard.press("Enter")
    expect(panel.root.get_by_text("2 of 2")).to_be_visible()
