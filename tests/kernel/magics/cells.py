"""Cells run in a shell, and what they show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_llmchat.protocol.events import TurnEvent
from jupyter_llmchat.protocol.requests import ContextPart
from tests.kernel.builders import answer
from tests.kernel.scripted_client import ScriptedClient

WAIT_S = 10.0


def run(shell: Any, cell: str) -> Any:
    """What the cell returns; a traceback fails the test."""
    result = shell.run_cell(cell)
    result.raise_error()
    return result.result


def run_as_a_cell(shell: Any, source: str) -> None:
    """With a number of its own; it may fail."""
    shell.run_cell(source, store_history=True)


def says(client: ScriptedClient, *texts: str) -> None:
    """What the model answers from now on."""
    events: list[TurnEvent] = answer(*texts)
    client.script = lambda: iter(events)


def cell(number: int, text: str) -> ContextPart:
    return ContextPart(kind="notebook", name=f"In [{number}]", text=text)


def cells_of(context: tuple[ContextPart, ...]) -> list[str]:
    """The texts of the cells among what goes along."""
    return [each.text for each in context if each.kind == "notebook"]


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@dataclass
class Screen:
    """Outputs of a notebook's cells, each as it was shown last."""

    outputs: list[dict[str, str]] = field(default_factory=list)
    updates: int = 0
    _places: dict[str, int] = field(default_factory=dict)

    def publish(
        self,
        data: dict[str, str],
        metadata: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        name = (transient or {}).get("display_id", "")
        if update:
            self.updates += 1
            self.outputs[self._places[name]] = data
            return
        self._places[name] = len(self.outputs)
        self.outputs.append(data)

    @property
    def plain(self) -> str:
        return "\n".join(each["text/plain"] for each in self.outputs)

    @property
    def html(self) -> str:
        return "\n".join(each["text/html"] for each in self.outputs)
