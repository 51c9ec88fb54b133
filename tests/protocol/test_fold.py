from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.protocol import events
from jupyter_llmchat.protocol.fold import TurnState, apply, fold
from jupyter_llmchat.protocol.ids import STAGES

from .transcripts import FOLDER, NAMES, distinct, final_state, lines, sent


def test_there_is_a_transcript_of_every_way_a_turn_can_go() -> None:
    assert {"normal", "cancelled", "failed", "resumed", "unicode", "queued"} < {*NAMES}
    kinds = {type(event) for name in NAMES for event in sent(name)}
    assert kinds == set(events.TurnEvent.__args__)


@pytest.mark.parametrize("name", NAMES)
def test_folding_a_transcript_gives_its_state(name: str) -> None:
    assert fold(sent(name)) == final_state(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_state_file_is_what_a_front_end_would_hold(name: str) -> None:
    state = msgspec.json.decode(msgspec.json.encode(fold(sent(name))))
    assert state == msgspec.json.decode((FOLDER / f"{name}.state.json").read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_what_the_server_would_send(name: str) -> None:
    assert [msgspec.json.encode(event) for event in sent(name)] == lines(name)


@pytest.mark.parametrize("name", NAMES)
def test_seq_counts_from_0_without_gaps(name: str) -> None:
    assert [event.seq for event in distinct(name)] == list(range(len(distinct(name))))


@pytest.mark.parametrize("name", NAMES)
def test_exactly_one_event_ends_the_turn_and_it_is_the_last(name: str) -> None:
    ends = [isinstance(event, events.TERMINAL) for event in distinct(name)]
    assert ends == [False] * (len(ends) - 1) + [True]
    assert fold(sent(name)).ended


@pytest.mark.parametrize("name", NAMES)
def test_the_first_event_starts_the_only_turn(name: str) -> None:
    assert isinstance(sent(name)[0], events.Start)
    assert len({event.turn_id for event in sent(name)}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_joined_chunks_are_the_text_of_their_stage(name: str) -> None:
    state = fold(sent(name))
    chunks = [each for each in distinct(name) if isinstance(each, events.Chunk)]
    for stage in STAGES:
        said = [each for each in chunks if each.stage == stage]
        assert [each.chunk_id for each in said] == list(range(len(said)))
        assert "".join(each.text for each in said) == state.stage(stage).written


def test_a_better_text_takes_the_place_of_the_first() -> None:
    state = final_state("judged")
    assert state.stage("core").first == "Loops over rows are slow."
    assert state.text.startswith("Loops over rows are slow; use whole columns")
    assert state.stage("detail").first == ""
    assert [each.used for each in state.revisions] == [True, False]
    assert state.quality is not None and state.refinement is not None


@pytest.mark.parametrize("name", NAMES)
def test_resuming_after_any_event_loses_and_doubles_nothing(name: str) -> None:
    whole = distinct(name)
    for cut in range(len(whole)):
        before = fold(whole[:cut])
        resumed = before
        for event in whole[max(0, before.next_seq - 2) :]:
            resumed = apply(resumed, event)
        assert resumed == fold(whole)


def test_stages_come_in_reading_order_whatever_arrived_first() -> None:
    state = final_state("parallel")
    assert [each.stage for each in state.stages] == ["analysis", "core", "conclusion"]
    assert state.text == (
        "A decorator wraps a function.\n\nUse one for cross-cutting concerns."
    )


def test_what_was_said_before_an_error_stays() -> None:
    state = final_state("failed")
    assert (state.status, state.text) == (
        "failed",
        "A closure is a function that remembers",
    )
    assert state.error is not None and state.error.code == "worker_lost"


def test_nothing_has_happened_before_the_first_event() -> None:
    assert fold([]) == TurnState()
    assert not TurnState().ended
    assert TurnState().text == ""
