"""Whatever is done with two pages, in any order: both end up showing what is stored."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import OpenPage
from .lab import Lab
from .panel import SERVICE, Panel, press_if_there

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

ROUNDS, STEPS = 4, 25
PATIENCE_S = 5.0
"""A page is told of what happens; looking every 15 s is for what nobody can tell of."""
SIDEBAR = SERVICE.replace("IChatService", "ISidebar")
MODEL = f"async given => {{ const {{ model }} = (await ({SIDEBAR})()).panel;"
SHOWN = f"""{MODEL}
  if (model.isAnswering || model.standing.isLoading) return null;
  const part = ({{ kind, stage }}) => kind === 'question' ? kind : stage;
  const told = model.messages.filter(each => each.body !== '');
  return told.map(each => [part(each.content.metadata), each.body]);
}}"""
EDIT = f"""{MODEL}
  const [which, body] = given;
  const asked = model.messages.filter(each => each.content.metadata.turnId);
  const edited = asked[Math.floor(which * asked.length)];
  if (edited) model.updateMessage(edited.id, {{ ...edited.content, body }});
}}"""
SELECT = f"""{MODEL}
  const found = model.messages.flatMap(each => each.content.metadata.versions ?? []);
  if (found.length > 0) void model.select(found[Math.floor(given * found.length)]);
}}"""
CUT = f"async () => (await ({SERVICE})()).connection.socket?.close()"


@pytest.fixture
def allowed_errors() -> list[str]:
    return ["WebSocket"]


class Use:
    """Of two pages, at random."""

    def __init__(self, seed: int, lab: Lab, pages: list[Panel]) -> None:
        self.chance = random.Random(seed)
        self.lab = lab
        self.pages = pages
        self.sessions: list[str] = []
        self.done: list[str] = []
        self.actions: dict[Callable[[Panel], None], int] = {
            self.ask: 6,
            self.edit: 2,
            self.ask_again: 2,
            self.stop: 2,
            self.leave: 3,
            self.come_back: 6,
            self.select: 3,
            self.cut: 2,
            self.reload: 1,
            self.wait: 4,
        }

    def step(self) -> None:
        panel = self.chance.choice(self.pages)
        (action,) = self.chance.choices([*self.actions], [*self.actions.values()])
        session = panel.session
        if session is not None and session not in self.sessions:
            self.sessions.append(session)
        place = self.pages.index(panel)
        self.done.append(f"page {place}, in {session}: {action.__name__}")
        action(panel)
        time.sleep(self.chance.choice([0, self.chance.random() / 10]))

    def question(self) -> str:
        word = f"w{self.chance.randrange(10**9)}"
        said = " ".join(f"{word}-{number}" for number in range(120))
        pace, piece = self.chance.choice([0, 1, 5, 20]), self.chance.choice([3, 30])
        kinds = [
            f"pace={pace} piece={piece} say:{said}",
            f"pace={pace} piece={piece} say:{word}",
            f"pace=2 piece=20 before={self.chance.choice([0, 50, 400])} {word}",
            f"failing short {word}",
        ]
        (kind,) = self.chance.choices(kinds, [4, 3, 2, 1])
        return kind

    def ask(self, panel: Panel) -> None:
        panel.ask(self.question())

    def edit(self, panel: Panel) -> None:
        panel.page.evaluate(EDIT, [self.chance.random(), self.question()])

    def ask_again(self, panel: Panel) -> None:
        press_if_there(panel.root.get_by_role("button", name="Ask again").last)

    def stop(self, panel: Panel) -> None:
        press_if_there(panel.stop_button)

    def leave(self, panel: Panel) -> None:
        panel.choose(None)

    def come_back(self, panel: Panel) -> None:
        if self.sessions:
            panel.choose(self.chance.choice(self.sessions[-3:]))

    def select(self, panel: Panel) -> None:
        panel.page.evaluate(SELECT, self.chance.random())

    def cut(self, panel: Panel) -> None:
        panel.page.evaluate(CUT)

    def reload(self, panel: Panel) -> None:
        # By then the server has taken what was asked, and others have been told.
        panel.page.wait_for_timeout(500)
        panel.page.reload()
        panel.open()

    def wait(self, panel: Panel) -> None:
        panel.page.wait_for_timeout(self.chance.choice([20, 100, 500]))

    def stored(self, session: str | None) -> list[list[str]]:
        """Parts of the conversation with their text, as the sidebar shows them."""
        if session is None:
            return []
        parts: list[list[str]] = []
        told = self.lab.api(f"sessions/{session}/messages?limit=50")
        for message in told["messages"]:
            if message["role"] == "user":
                parts.append(["question", message["text"]])
            parts += [[each["stage"], each["text"]] for each in message["stages"]]
        return parts

    def check(self, panel: Panel) -> None:
        """When it has been answered, the page shows what is stored, or soon does."""
        shown: Any = None
        stored: Any = []
        end = time.monotonic() + PATIENCE_S
        while shown != stored and time.monotonic() < end:
            time.sleep(0.2)
            shown, stored = panel.page.evaluate(SHOWN), self.stored(panel.session)
            if shown is None:
                end = time.monotonic() + PATIENCE_S
        assert shown == stored, "\n".join(self.done)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_shown_is_what_is_stored(
    seed: int, lab: Lab, panel: Panel, another: OpenPage
) -> None:
    use = Use(seed, lab, [panel, another()])
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            use.step()
        for each in use.pages:
            use.check(each)
        for session in use.sessions[-4:]:
            panel.choose(None)
            panel.choose(session)
            use.check(panel)
