from __future__ import annotations

from typing import Any

import pytest

from tests.kernel.scripted_client import ScriptedClient


@pytest.mark.parametrize(
    ("cell", "ours"),
    [
        ("%chat is this so?", True),
        ("%chat is this so??", True),
        ("  %chat why?", True),
        ("%llmchat why?", True),
        ("%chat?", False),
        ("%chat??", False),
        ("%time?", False),
        ("x?", False),
        ("%time f()", False),
        ("x = '''\n%chat why?\n'''", False),
    ],
)
def test_a_question_is_no_request_for_help(
    shell: Any, client: ScriptedClient, cell: str, ours: bool
) -> None:
    code = shell.transform_cell(cell)
    assert ("run_line_magic('chat', " in code or "('llmchat', " in code) == ours
    assert ("pinfo" in code) == ("?" in cell and not ours and "'''" not in cell)


def test_another_packages_line_is_left_alone(shell: Any) -> None:
    from jupyter_llmchat.kernel.magics import register

    shell.register_magic_function(lambda line: None, "line", "chat")
    with pytest.warns(UserWarning):
        register(shell)
    assert "pinfo" in shell.transform_cell("%chat why?")
    assert "pinfo" not in shell.transform_cell("%llmchat why?")
