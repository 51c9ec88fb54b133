from __future__ import annotations

from typing import Any

from jupyter_llmchat.kernel.magics.help_text import help_text
from jupyter_llmchat.kernel.magics.options import OPTIONS
from jupyter_llmchat.kernel.magics.subcommands import NAMES
from tests.kernel.scripted_client import ScriptedClient


def test_everything_is_listed() -> None:
    text = help_text()
    for each in OPTIONS:
        assert ", ".join(each.names) in text
    for name in NAMES:
        assert f"\n  %chat {name}" in text


def test_it_fits_a_terminal() -> None:
    assert [line for line in help_text().splitlines() if len(line) > 110] == []


def test_it_is_what_a_question_mark_shows(shell: Any, client: ScriptedClient) -> None:
    for magic in (shell.find_cell_magic("chat"), shell.find_line_magic("llmchat")):
        assert magic.__doc__ == help_text()
