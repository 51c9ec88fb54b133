from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.pipeline.delivery import READ, Delivery
from jupyter_llmchat.protocol.events import Chunk, StageChange, TurnEvent
from jupyter_llmchat.protocol.ids import STAGES, Stage


def began(stage: Stage) -> StageChange:
    return StageChange(turn_id="t", stage=stage, phase="start")


def ended(stage: Stage) -> StageChange:
    return StageChange(turn_id="t", stage=stage, phase="end")


def text(stage: Stage, number: int = 0) -> Chunk:
    return Chunk(turn_id="t", stage=stage, text="x", chunk_id=number, timestamp=0.0)


def test_a_part_waits_until_the_one_before_it_has_ended() -> None:
    said: list[TurnEvent] = []
    delivery = Delivery(said.append)
    delivery.expect(("core",))
    delivery.put(began("core"))
    delivery.expect(("analysis", "detail", "conclusion"))
    for event in (began("conclusion"), text("conclusion"), began("detail")):
        delivery.put(event)
    assert said == [began("core")]
    delivery.put(text("detail"))
    delivery.put(ended("core"))
    assert said[1:] == [ended("core"), began("detail"), text("detail")]
    delivery.put(ended("detail"))
    assert said[-2:] == [began("conclusion"), text("conclusion")]


def test_parts_that_are_folded_up_are_never_held() -> None:
    said: list[TurnEvent] = []
    delivery = Delivery(said.append)
    delivery.expect(("core",))
    delivery.put(began("analysis"))
    delivery.put(text("analysis"))
    assert len(said) == 2


def test_a_part_that_is_skipped_makes_way() -> None:
    said: list[TurnEvent] = []
    delivery = Delivery(said.append)
    delivery.expect(("core", "detail", "conclusion"))
    delivery.put(text("conclusion"))
    delivery.skip("core")
    assert said == []
    delivery.skip("detail")
    assert said == [text("conclusion")]


def test_what_is_held_at_the_end_is_passed_on() -> None:
    said: list[TurnEvent] = []
    delivery = Delivery(said.append)
    delivery.expect(("core", "detail", "conclusion"))
    delivery.put(text("conclusion"))
    delivery.put(text("detail"))
    delivery.flush()
    assert said == [text("detail"), text("conclusion")]


@given(st.data())
def test_nothing_is_lost_doubled_or_out_of_order(data: st.DataObject) -> None:
    queues = {
        stage: [began(stage), text(stage, 0), text(stage, 1), ended(stage)]
        for stage in STAGES
    }
    sent = {stage: [*queue] for stage, queue in queues.items()}
    said: list[TurnEvent] = []
    delivery = Delivery(said.append)
    delivery.expect(STAGES)
    while left := [stage for stage in STAGES if queues[stage]]:
        delivery.put(queues[data.draw(st.sampled_from(left))].pop(0))
    for stage in STAGES:
        assert [each for each in said if each.stage == stage] == sent[stage]  # type: ignore[union-attr]
    read = [each.stage for each in said if each.stage in READ]  # type: ignore[union-attr]
    assert read == sorted(read, key=READ.index)
