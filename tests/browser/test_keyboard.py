"""The panel without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .panel import Panel

FOCUSED = """() => {
  const { activeElement } = document;
  return activeElement.getAttribute('aria-label') || activeElement.textContent.trim();
}"""
RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
}"""
IN_PANEL = "() => document.activeElement.closest('.jp-llmchat') !== null"
COPIED = "() => navigator.clipboard.readText()"


def tabbed(page: Page, name: str, key: str = "Tab") -> None:
    """Goes on until something of this name has the focus, which must be seen."""
    passed = []
    for _ in range(40):
        page.keyboard.press(key)
        passed.append(page.evaluate(FOCUSED))
        if passed[-1].startswith(name):
            assert page.evaluate(RING), f"{name} has the focus, and nobody sees it"
            return
    raise AssertionError(f"{name} is not among {passed}")


def test_from_opening_the_panel_to_the_copied_answer(panel: Panel) -> None:
    page = panel.page
    page.context.grant_permissions(["clipboard-read"])
    if page.evaluate(IN_PANEL):
        page.keyboard.press("Control+Shift+Digit2")
    expect(panel.input).not_to_be_focused()
    page.keyboard.press("Control+Shift+Digit2")
    expect(panel.input).to_be_focused()
    page.keyboard.type("say:by keys")
    page.keyboard.press("Enter")
    panel.wait_ended()
    expect(panel.input).to_have_value("")
    # JupyterLab may still have given the focus to what it opens at its start.
    panel.input.focus()
    tabbed(page, "Copy the whole answer", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(panel.root.get_by_role("button", name="Copied", exact=True)).to_be_visible()
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
    page = panel.page
    panel.input.focus()
    page.keyboard.type("before=60000 say:one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(panel.questions).to_have_text(["before=60000 say:one\ntwo"])
    expect(panel.stop_button).to_be_enabled()
    page.keyboard.press("Escape")
    expect(panel.root.get_by_text("Stopped", exact=True)).to_be_visible()


def test_what_happens_is_said_to_who_does_not_see_it(panel: Panel) -> None:
    live = panel.root.locator(".jp-llmchat-live")
    expect(live).to_have_attribute("aria-live", "polite")
    panel.ask("hold=1 say:one two three")
    expect(live).to_have_text("Answering")
    panel.stop_button.click()
    expect(live).to_have_text("Stopped by you.")
    panel.answered("say:whole")
    expect(live).to_have_text("The answer is complete.")


def test_the_palette_has_what_the_panel_can_do(panel: Panel) -> None:
    page = panel.page
    panel.answered("say:one")
    page.keyboard.press("Control+Shift+C")
    palette = page.locator("#modal-command-palette, .jp-ModalCommandPalette").first
    palette.locator("input").fill("assistant")
    expect(palette).to_contain_text("Open the Assistant")
    expect(palette).to_contain_text("New Conversation with the Assistant")
    palette.locator("input").fill("ask the last question")
    page.keyboard.press("Enter")
    expect(panel.root.get_by_text("2 of 2")).to_be_visible()
