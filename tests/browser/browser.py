"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    sync_playwright,
)

from .lab import ROOT

SHOTS = ROOT / "build" / "screenshots"
"""Ignored by git; what a failed test looked like is there too."""

MISSING = (
    "No Chromium was found, and the tests of the sidebar need one."
    " On Debian: apt-get install chromium."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
"""For whatever a page is waited for: machines are busy, and no test measures."""


def chromium() -> str:
    """The program's path."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found is not None, MISSING
    return found


@contextmanager
def running() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=FLAGS, timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


@dataclass
class Watched:
    """Pages of one test, and everything that went wrong in them."""

    browser: Browser
    allowed: list[str] = field(default_factory=list)
    """Patterns of errors that the test expects."""
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def context(self, **options: Any) -> BrowserContext:
        """As a browser of its own: no cookies or storage of another's."""
        size = {"width": 1280, "height": 800}
        made = self.browser.new_context(**{"viewport": size} | options)
        made.set_default_timeout(PATIENCE_MS)
        made.on("page", self._watch)
        self.contexts.append(made)
        return made

    @property
    def pages(self) -> list[Page]:
        return [page for context in self.contexts for page in context.pages]

    @property
    def unexpected(self) -> list[str]:
        return [
            error
            for error in self.errors
            if not any(re.search(pattern, error) for pattern in self.allowed)
        ]

    def shoot(self, name: str) -> None:
        """What all pages look like."""
        for number, page in enumerate(self.pages):
            shoot(page, f"{name}-{number}" if number else name)

    def close(self) -> None:
        # An answer that is being made up at this moment would fail the next test.
        for page in self.pages:
            page.unroute_all(behavior="ignoreErrors")
        for context in self.contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.errors.append(f"{message.text[:1000]} ({where})")


def shoot(page: Page, name: str) -> Path:
    """A screenshot, kept."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
