"""The panel as a person uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from .browser import PATIENCE_MS, shoot
from .lab import Lab

TAB = '.jp-SideBar [data-id="jupyter-llmchat-sidebar"]'
SERVICE = """() => {
  const { pluginRegistry } = window.jupyterapp;
  const tokens = [...pluginRegistry._services.keys()];
  const token = tokens.find(each => each.name === 'jupyter-llmchat:IChatService');
  return pluginRegistry.resolveOptionalService(token);
}"""

expect.set_options(timeout=PATIENCE_MS)


def dismiss_dialogs(page: Page) -> None:
    """JupyterLab says itself that its server is gone."""
    dialog = page.locator("dialog.jp-Dialog")
    page.add_locator_handler(
        dialog, lambda: page.keyboard.press("Escape"), no_wait_after=True
    )


def press_if_there(button: Locator) -> None:
    """What it is for may have come about without it just now, and it has gone."""
    button.evaluate_all("found => found.forEach(each => each.click())")


def look_again(place: Locator) -> None:
    """For a server that is there again."""
    press_if_there(place.get_by_role("button", name="Ask the server again now"))


class Panel:
    """Of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".jp-llmchat")

    @property
    def input(self) -> Locator:
        return self.root.locator(".jp-llmchat-input textarea").first

    @property
    def messages(self) -> Locator:
        """Questions, and one message for every part of an answer."""
        return self.root.locator(".jp-llmchat-message")

    @property
    def questions(self) -> Locator:
        return self.root.locator(".jp-llmchat-question")

    @property
    def stages(self) -> Locator:
        """The labels of the parts of answers."""
        return self.root.locator(".jp-mod-stage .jp-llmchat-label")

    @property
    def stop_button(self) -> Locator:
        return self.root.locator(".jp-llmchat-stop")

    def visit(self, lab: Lab, workspace: str, **query: str) -> None:
        """Opens JupyterLab, and the panel in it."""
        self.page.goto(lab.page_url(workspace, **query))
        self.open()

    def open(self) -> None:
        self.page.wait_for_selector(TAB)
        # Before that JupyterLab takes the focus for what it opens, and a panel that was
        # open is about to be opened again.
        self.page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        self.page.wait_for_function("() => window.jupyterapp.shell.currentWidget")
        if not self.root.is_visible():
            self.page.click(TAB)
        expect(self.input).to_be_visible()

    def leave(self, lab: Lab) -> None:
        """For another page of the server.

        To a page that is closed while it is busy the browser gives only half a second.
        """
        self.page.goto(f"{lab.url}/api")

    def ask(self, question: str) -> None:
        self.input.fill(question)
        self.input.press("Enter")

    def wait_ended(self) -> None:
        """The last answer has ended, however it did."""
        last = self.messages.last.locator(".jp-llmchat-footer .jp-llmchat-bottom")
        expect(last).to_be_visible()
        expect(self.stop_button).to_have_count(0)

    def answered(self, question: str) -> None:
        """Asks, and waits for the end of the answer."""
        self.ask(question)
        expect(self.questions.last).to_have_text(question)
        self.wait_ended()

    def shoot(self, name: str) -> None:
        shoot(self.page, name)

    @property
    def session(self) -> str | None:
        """The conversation that is shown."""
        found = self.page.evaluate(f"async () => (await ({SERVICE})()).currentSession")
        return None if found is None else str(found)

    def choose(self, session: str | None) -> None:
        """Shows a conversation, as another part of the extension would."""
        self.page.evaluate(
            f"async id => (await ({SERVICE})()).setCurrentSession(id)", session
        )
