"""What the panel says and does when something fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .browser import Watched
from .lab import Lab
from .lab import lab as started_lab
from .panel import SERVICE, Panel, press_if_there

SOCKETS = """() => {
  const sockets = [];
  window.WebSocket = class extends window.WebSocket {
    constructor(url, protocols) { super(url, protocols); sockets.push(this); }
  };
  window.cutSockets = () => sockets.splice(0).forEach(each => each.close());
}"""
OTHER_VERSION = """() => {
  window.WebSocket = class extends window.WebSocket {
    constructor(url, protocols) {
      super(String(url).replace(/protocol=\\d+/, 'protocol=999'), protocols);
    }
  };
}"""
IDLE = f"""async () => {{
  const {{ connection }} = await ({SERVICE})();
  await new Promise(resolve => {{
    const look = () => connection.state.kind === 'idle' && resolve();
    connection.stateChanged.connect(look);
    look();
  }});
}}"""

Visit = Callable[..., Panel]


@pytest.fixture
def allowed_errors() -> list[str]:
    """A browser tells of every request that fails, and JupyterLab of its own."""
    return [".*"]


@pytest.fixture
def mortal_lab(tmp_path: Path) -> Iterator[Lab]:
    """A JupyterLab that a test may kill."""
    with started_lab(tmp_path / "lab") as started:
        yield started


@pytest.fixture
def visited(watched: Watched, workspace: str) -> Visit:
    """Opens the panel, in a page that a script has been at before."""

    def opened(lab: Lab, script: str | None = None) -> Panel:
        context = watched.context()
        if script is not None:
            context.add_init_script(f"({script})()")
        panel = Panel(context.new_page())
        # JupyterLab says itself that its server is gone.
        dialog = panel.page.locator(".jp-Dialog")
        panel.page.add_locator_handler(
            dialog, lambda found: found.get_by_role("button", name="Close").click()
        )
        panel.visit(lab, workspace)
        return panel

    return opened


def wait_kept(lab: Lab, panel: Panel, text: str) -> None:
    """What is said is on the disk within a second."""
    end = time.monotonic() + 60
    path = f"sessions/{panel.session}/messages"
    while lab.api(path)["messages"][-1]["text"] != text:
        assert time.monotonic() < end, "it is not kept"
        time.sleep(0.1)


def test_a_server_that_is_killed_and_started_again(
    visited: Visit, mortal_lab: Lab
) -> None:
    panel = visited(mortal_lab)
    panel.ask("hold=3 piece=4 say:One two three four five")
    expect(panel.messages.last).to_contain_text("One two thre")
    wait_kept(mortal_lab, panel, "One two thre")
    mortal_lab.kill()
    lost = panel.root.locator(".jp-llmchat-connection")
    expect(lost).to_contain_text("The connection is lost. Trying again in")
    panel.shoot("connection-lost")
    mortal_lab.start()
    press_if_there(lost.get_by_role("button", name="Connect now"))
    panel.wait_ended()
    expect(lost).to_have_count(0)
    expect(panel.root.get_by_text("Interrupted", exact=True)).to_be_visible()
    expect(panel.messages.last).to_contain_text("One two thre")
    mortal_lab.open_gate()
    panel.root.locator(".jp-llmchat-error button").click()
    panel.wait_ended()
    expect(panel.messages.last).to_contain_text("One two three four five")


def sent(panel: Panel, question: str) -> None:
    """By the button, for which dialogs of JupyterLab are closed."""
    panel.input.fill(question)
    panel.root.get_by_role("button", name="Send the question").click()


def test_a_question_to_a_server_that_is_gone(visited: Visit, mortal_lab: Lab) -> None:
    panel = visited(mortal_lab)
    panel.answered("say:first")
    # JupyterLab fetches what renders Markdown with the first text, and only once.
    expect(panel.messages.last).to_contain_text("first")
    mortal_lab.kill()
    panel.page.evaluate(IDLE)  # a question sent before that may have been heard
    sent(panel, "say:second")
    lost = panel.root.locator(".jp-llmchat-connection")
    expect(lost).to_contain_text("The connection is lost.")
    sent(panel, "say:never asked")
    panel.stop_button.click()
    expect(panel.root.get_by_text("Stopped", exact=True).last).to_be_visible()
    # The conversation itself may be called so.
    panel.root.get_by_role("button", name="New conversation").last.click()
    sent(panel, "say:third")
    failure = panel.root.locator(".jp-llmchat-error")
    expect(failure).to_contain_text("The Jupyter server does not answer.")
    panel.shoot("server-gone")
    mortal_lab.start()
    failure.get_by_role("button", name="Ask the same question again").click()
    panel.wait_ended()
    expect(panel.questions).to_have_text(["say:third"])
    expect(panel.messages.last).to_contain_text("third")


def test_a_connection_that_is_cut_loses_nothing(visited: Visit, lab: Lab) -> None:
    panel = visited(lab, SOCKETS)
    text = " ".join(str(number) for number in range(400))
    panel.ask(f"pace=20 piece=9 say:{text}")
    for seen in ("20", "60", "120"):
        expect(panel.messages.last).to_contain_text(f" {seen} ")
        panel.page.evaluate("() => window.cutSockets()")
    panel.wait_ended()
    expect(panel.root.locator(".jp-mod-stage .jp-llmchat-text")).to_have_text(text)


def test_a_page_that_is_offline_for_a_while(visited: Visit, lab: Lab) -> None:
    panel = visited(lab, SOCKETS)
    panel.ask("hold=2 piece=4 say:One two three")
    expect(panel.messages.last).to_contain_text("One two")
    panel.page.context.set_offline(True)
    panel.page.evaluate("() => window.cutSockets()")
    lost = panel.root.locator(".jp-llmchat-connection")
    expect(lost).to_contain_text("Trying again in")
    lab.open_gate()
    panel.page.context.set_offline(False)
    panel.wait_ended()
    expect(lost).to_have_count(0)
    expect(panel.messages.last).to_contain_text("One two three")


def test_a_server_of_another_version(visited: Visit, lab: Lab) -> None:
    panel = visited(lab, OTHER_VERSION)
    panel.ask("say:first")
    line = panel.root.locator(".jp-llmchat-connection")
    expect(line.get_by_role("button", name="Reload the page")).to_be_visible()
    failure = panel.root.locator(".jp-llmchat-error")
    expect(failure.get_by_role("button", name="Reload the page")).to_be_visible()
    panel.ask("say:second")
    expect(failure).to_have_count(2)
    expect(panel.stop_button).to_have_count(0)
    panel.shoot("another-version")


def test_a_conversation_that_was_deleted_elsewhere(visited: Visit, lab: Lab) -> None:
    panel = visited(lab)
    panel.answered("say:deleted first")
    lab.api(f"sessions/{panel.session}", "DELETE")
    panel.ask("say:deleted second")
    failure = panel.root.locator(".jp-llmchat-error")
    helps = failure.get_by_role("button", name="Begin a new conversation with")
    expect(helps).to_be_visible()
    panel.shoot("conversation-deleted")
    helps.click()
    expect(panel.questions).to_have_text(["say:deleted second"])
    panel.wait_ended()
    expect(panel.messages.last).to_contain_text("deleted second")


def test_a_conversation_that_is_not_there(visited: Visit, lab: Lab) -> None:
    panel = visited(lab)
    panel.choose("0" * 32)
    problem = panel.root.locator(".jp-llmchat-error")
    expect(problem).to_contain_text("There is no such conversation.")
    problem.get_by_role("button", name="Begin a new conversation").click()
    expect(problem).to_have_count(0)
    panel.answered("say:anew")
