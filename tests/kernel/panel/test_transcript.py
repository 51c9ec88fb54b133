from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_llmchat.kernel.panel.look import Look
from jupyter_llmchat.kernel.panel.stored import exchanges
from jupyter_llmchat.kernel.panel.transcript import EARLIER, EMPTY, Transcript
from jupyter_llmchat.kernel.panel.turn_view import Actions, TurnView
from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.protocol.fold import TurnState

from .driving import open_widgets, shown
from .server_double import exchange

ACTIONS = Actions(
    regenerate=lambda view: None,
    edit=lambda view: None,
    version=lambda turn_id: None,
    look_up=lambda view: None,
    into_cell=lambda code: True,
)
KEPT = exchanges([*exchange("t1", "One?", "First"), *exchange("t2", "Two?", "Second")])


@pytest.fixture
def look() -> Iterator[Look]:
    made = Look()
    yield made
    made.close_all()


@pytest.fixture
def transcript(look: Look) -> Transcript:
    return Transcript(look, "20em")


def live(look: Look, turn_id: str = "") -> TurnView:
    view = TurnView("Now?", look, ACTIONS)
    view.state = TurnState(turn_id=turn_id)
    return view


def test_an_empty_one_says_what_it_is_for(transcript: Transcript) -> None:
    assert shown(transcript.widget) == EMPTY


def test_what_is_kept(transcript: Transcript) -> None:
    transcript.show(KEPT, ACTIONS)
    said = shown(transcript.widget)
    assert said.index("First") < said.index("Two?") < said.index("Second")
    assert EARLIER not in said
    transcript.show(KEPT, ACTIONS, has_earlier=True)
    assert shown(transcript.widget).startswith(EARLIER)


def test_the_running_answer_takes_its_own_place(
    transcript: Transcript, look: Look
) -> None:
    view = live(look, "t2")
    transcript.show(KEPT, ACTIONS, view)
    assert transcript.views[-1] is view
    assert "Second" not in shown(transcript.widget)
    assert len(transcript.views) == 2


def test_a_running_answer_is_kept_out_of_sight(
    transcript: Transcript, look: Look
) -> None:
    view = live(look)
    transcript.add(view)
    transcript.show(KEPT, ACTIONS)
    assert view.widget.comm is not None
    view.end(TurnState(), Progress(elapsed_s=1.0))
    transcript.let_go(view)
    assert view.widget.comm is None


def test_in_the_place_of_another(transcript: Transcript, look: Look) -> None:
    transcript.show(KEPT, ACTIONS)
    first = transcript.views[0]
    view = live(look)
    transcript.add(view, first)
    assert transcript.views == (view,)
    assert first.widget.comm is None


def test_the_end_is_in_sight_after_a_new_question(
    transcript: Transcript, look: Look
) -> None:
    (box,) = transcript.widget.children
    assert box.layout.flex_flow == "column-reverse nowrap"
    transcript.add(live(look))
    (new,) = transcript.widget.children
    assert new is not box
    assert new.layout is box.layout or box.comm is None


def test_nothing_piles_up(transcript: Transcript) -> None:
    transcript.show(KEPT, ACTIONS)
    before = len(open_widgets())
    for _ in range(3):
        transcript.show((), ACTIONS)
        transcript.show(KEPT, ACTIONS)
    assert len(open_widgets()) == before
