from __future__ import annotations

from typing import Any

import pytest

from jupyter_llmchat.kernel.magics.desk import Desk
from jupyter_llmchat.kernel.magics.options import Given
from jupyter_llmchat.kernel.notebook_context import NotebookContext
from jupyter_llmchat.protocol.requests import ContextPart
from tests.kernel.scripted_client import ScriptedClient

from .cells import run_as_a_cell


def desk_of(shell: Any, client: ScriptedClient) -> Desk:
    return Desk(shell, NotebookContext(shell), lambda say: client, lambda: client)


@pytest.mark.parametrize("sends", [True, False])
def test_what_is_prepared_is_what_would_be_sent(shell: Any, sends: bool) -> None:
    client = ScriptedClient()
    desk = desk_of(shell, client)
    run_as_a_cell(shell, "x = 1")
    desk.notebook.note()
    desk.sends_context = sends
    desk.prepare()
    assert [context for _, context in client.prepared] == (
        [desk.notebook.parts()] if sends else []
    )


def test_what_is_named_goes_along_whatever_is_turned_off(shell: Any) -> None:
    client = ScriptedClient()
    desk = desk_of(shell, client)
    part = ContextPart(kind="cell", name="In [1]", text="x = 1")
    desk.sends_context = False
    desk.ask("Why?", Given(no_context=True), (part,))
    assert client.asked[0].context == (part,)
    assert desk.last is not None
    assert desk.last.text == "Because."


def test_what_waits_is_said(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def connect(say: Any) -> ScriptedClient:
        say("Starting.")
        return ScriptedClient()

    desk = Desk(shell, NotebookContext(shell), connect, lambda: None)
    assert desk.call(lambda client: client.sessions()) == ()
    assert capsys.readouterr().out == "Starting.\n"
