from __future__ import annotations

from typing import Any

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.kernel.magics.trouble import show_stopped, show_trouble
from tests.kernel.safe_html import faults, text_of

from .cells import Screen


def test_one_sentence_and_the_next_step(shell: Any, screen: Screen) -> None:
    show_trouble(NotFound("There is no <b>.", "Look again."))
    (output,) = screen.outputs
    assert output["text/plain"] == "Error: There is no <b>.\nLook again."
    assert text_of(output["text/html"]) == "There is no <b>. Look again."
    assert faults(output["text/html"]) == []


def test_an_interrupt_is_no_error(shell: Any, screen: Screen) -> None:
    show_stopped()
    assert screen.plain == "Stopped by you."
