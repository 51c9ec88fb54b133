"""The list of conversations as a person uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from .panel import Panel


class SessionList:
    """In front of the panel of one page."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.root = panel.root.locator(".jp-llmchat-sessions")
        self.title = panel.root.locator(".jp-llmchat-sessions-title button")

    @property
    def search(self) -> Locator:
        return self.root.get_by_role("searchbox")

    @property
    def rows(self) -> Locator:
        return self.root.locator(".jp-llmchat-session-open:not(.jp-llmchat-hit)")

    @property
    def names(self) -> Locator:
        return self.rows.locator(".jp-llmchat-session-name")

    @property
    def hits(self) -> Locator:
        return self.root.locator(".jp-llmchat-hit")

    @property
    def undo(self) -> Locator:
        return self.root.get_by_role("button", name="Keep this conversation")

    def row(self, name: str) -> Locator:
        return self.rows.filter(has_text=name)

    def open(self) -> SessionList:
        self.title.click()
        expect(self.search).to_be_focused()
        expect(self.rows.first).to_be_visible()
        return self

    def choose_in_menu(self, name: str, entry: str) -> None:
        self.row(name).click(button="right")
        self.panel.page.locator(".lm-Menu-item", has_text=entry).click()
