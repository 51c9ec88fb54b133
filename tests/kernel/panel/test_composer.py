from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.kernel.panel.composer import EDITED, Composer, Keys
from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.turn_view import TurnView

from .driving import button, shown
from .test_transcript import ACTIONS


@pytest.fixture
def look() -> Iterator[Look]:
    made = Look()
    yield made
    made.close_all()


@pytest.fixture
def pressed() -> list[str]:
    return []


@pytest.fixture
def composer(look: Look, pressed: list[str]) -> Composer:
    keys = Keys(ask=lambda: pressed.append("ask"), stop=lambda: pressed.append("stop"))
    return Composer(look, keys)


def test_its_buttons(composer: Composer, pressed: list[str]) -> None:
    composer.ask.click()
    composer.stop.click()
    assert pressed == ["ask", "stop"]


def test_stop_is_there_while_an_answer_is_written(composer: Composer) -> None:
    assert (composer.ask.disabled, composer.stop.disabled) == (False, True)
    composer.run(True)
    assert (composer.ask.disabled, composer.stop.disabled) == (True, False)
    composer.is_stopping()
    assert composer.stop.disabled
    assert "Stopping" in shown(composer.widget)
    composer.run(False)
    assert (composer.ask.disabled, composer.stop.disabled) == (False, True)
    assert "Stopping" not in shown(composer.widget)


def test_the_next_question_can_be_written_meanwhile(composer: Composer) -> None:
    composer.run(True)
    composer.field.value = " And? "
    composer.run(False)
    assert composer.text == "And?"


def test_editing(composer: Composer, look: Look) -> None:
    view = TurnView("Wy?", look, ACTIONS)
    composer.edit(view)
    assert (composer.text, composer.editing) == ("Wy?", view)
    assert EDITED in shown(composer.widget)
    button(composer.widget, "Do not edit").click()
    assert (composer.text, composer.editing) == ("", None)
    assert EDITED not in shown(composer.widget)
