"""A panel driven as a user does it: by its buttons and fields."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ipywidgets.widgets import widget as registry

from jupyter_llmchat.kernel.panel.connection import Client
from jupyter_llmchat.kernel.panel.panel import ChatPanel
from tests.kernel.safe_html import text_of

from .server_double import LONG_S, ClientDouble, ServerDouble


def inside(widget: Any) -> Iterator[Any]:
    """A widget and all that is in it, in the order in which the focus goes."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def button(widget: Any, name: str, place: int = 0) -> Any:
    """The button of that name; `place` counts from the first, or from the last."""
    found = [
        each
        for each in inside(widget)
        if getattr(each, "description", None) == name and hasattr(each, "click")
    ]
    assert found, f"no button {name}"
    return found[place]


def control(widget: Any, tooltip: str) -> Any:
    """The field whose tooltip begins like that."""
    found = [e for e in inside(widget) if (_tooltip(e)).startswith(tooltip)]
    assert found, f"no control {tooltip}"
    return found[0]


def _tooltip(widget: Any) -> str:
    return getattr(widget, "tooltip", None) or ""


def shown(widget: Any) -> str:
    """All the text in it."""
    pages = [e for e in inside(widget) if type(e).__name__ in ("HTML", "HTMLMath")]
    return "\n".join(text_of(e.value) for e in pages if "<style>" not in e.value)


@dataclass
class Driven:
    """One panel and what it says."""

    server: ServerDouble = field(default_factory=ServerDouble)
    session: str = ""
    connect: Callable[[Any], Client] | None = None

    def __post_init__(self) -> None:
        connect = self.connect or (lambda say: ClientDouble(self.server))
        self.panel = ChatPanel(self.session, connect=connect)

    def settle(self) -> None:
        assert self.panel.wait(LONG_S)

    def press(self, name: str, place: int = 0) -> None:
        button(self.panel.widget, name, place).click()

    def write(self, text: str) -> None:
        control(self.panel.widget, "Your question").value = text

    def ask(self, text: str) -> None:
        """Until the answer has ended."""
        self.write(text)
        self.press("Ask")
        self.settle()

    def until_written(self, text: str) -> None:
        """Until that much of the running answer is shown."""
        live = self.panel._questions._live
        assert live is not None
        written = threading.Event()

        def look(_: object = None) -> None:
            if text in live.view._answer.value:
                written.set()

        live.view._answer.observe(look, "value")
        look()
        assert written.wait(LONG_S)

    @property
    def text(self) -> str:
        return shown(self.panel.widget)

    @property
    def titles(self) -> list[str]:
        return [label for label, _ in self.choice.options]

    @property
    def choice(self) -> Any:
        return control(self.panel.widget, "Conversation")


def open_widgets() -> set[str]:
    """The ids of all widgets that were not closed."""
    return {*registry._instances}
