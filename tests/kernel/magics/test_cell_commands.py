from __future__ import annotations

from typing import Any

import pytest

from tests.kernel.safe_html import faults
from tests.kernel.scripted_client import ScriptedClient

from .cells import Screen, run, run_as_a_cell

FAILING = (
    "def margin(row):\n    return row['price'] / row['cost']",
    "margin({'price': 1, 'cost': 0})",
)


def fail(shell: Any) -> None:
    for source in ("z = 1", *FAILING):
        run_as_a_cell(shell, source)


@pytest.mark.parametrize("line", ["fix", "explain"])
def test_the_last_error_goes_along_with_its_cells(
    shell: Any, client: ScriptedClient, line: str
) -> None:
    fail(shell)
    run_as_a_cell(shell, "unrelated = 1")
    run(shell, f"%chat --no-context {line}")
    asked = client.asked[0]
    assert (
        "This cell failed with ZeroDivisionError: division by zero." in asked.question
    )
    texts = [each.text for each in asked.context]
    assert [each.kind for each in asked.context][-1] == "error"
    assert {*FAILING} <= {*texts}
    assert "z = 1" not in texts
    assert "return row['price'] / row['cost']" in texts[-1]


def test_with_the_notebook_nothing_is_sent_twice(
    shell: Any, client: ScriptedClient
) -> None:
    fail(shell)
    run(shell, "%chat fix")
    texts = [each.text for each in client.asked[0].context]
    assert len(texts) == len({*texts})
    assert "z = 1" in texts


def test_braces_of_an_error_stay(shell: Any, client: ScriptedClient) -> None:
    run_as_a_cell(shell, "z = 1")
    run_as_a_cell(shell, "raise ValueError('{z} is wrong')")
    run(shell, "%chat fix")
    assert "{z} is wrong" in client.asked[0].question


@pytest.mark.parametrize("line", ["fix", "explain"])
def test_nothing_has_failed(
    shell: Any, client: ScriptedClient, screen: Screen, line: str
) -> None:
    run(shell, f"%chat {line}")
    assert screen.plain.startswith("Error: No cell has failed in this kernel.")
    assert client.asked == []


def test_a_cell_is_explained(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    fail(shell)
    run(shell, "%chat --no-context explain 2")
    asked = client.asked[0]
    assert "cell 2" in asked.question
    assert [each.text for each in asked.context] == [FAILING[0]]
    run(shell, "%chat explain 99")
    assert "no cell 99" in screen.outputs[-1]["text/plain"]


def test_something_is_explained_by_its_name(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    fail(shell)
    run(shell, "%chat explain margin")
    assert "What is margin" in client.asked[0].question
    assert FAILING[0] in [each.text for each in client.asked[0].context]
    run(shell, "%chat explain margn")
    assert "Did you mean margin?" in screen.outputs[-1]["text/plain"]
    assert len(client.asked) == 1


def test_options_count_for_it_too(shell: Any, client: ScriptedClient) -> None:
    fail(shell)
    run(shell, "%chat --to found -n 50 fix")
    assert client.asked[0].options is not None
    assert client.asked[0].options.max_tokens == 50
    assert shell.user_ns["found"].text == "Because."


def test_context(shell: Any, client: ScriptedClient, screen: Screen) -> None:
    run(shell, "%chat context")
    assert "no cell has run yet" in screen.plain
    run_as_a_cell(shell, "x = '<script>'")
    run(shell, "%chat context show")
    assert "In [1]" in screen.outputs[-1]["text/plain"]
    assert "x = '<script>'" in screen.outputs[-1]["text/plain"]
    assert faults(screen.html) == []


def test_the_context_can_be_turned_off(
    shell: Any, client: ScriptedClient, screen: Screen
) -> None:
    run_as_a_cell(shell, "x = 1")
    run(shell, "%chat context off")
    run(shell, "%chat Why?")
    run(shell, "%chat context")
    assert "Nothing is sent now" in screen.outputs[-1]["text/plain"]
    run(shell, "%chat context on")
    run(shell, "%chat Why?")
    assert [bool(each.context) for each in client.asked] == [False, True]
