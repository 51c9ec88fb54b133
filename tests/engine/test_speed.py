"""The words for what was measured."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.engine.speed import Speed, Timing

SPEED = Speed(
    timings=(
        Timing(threads=1, decode_ms=(12, 20, 36, 60), prefill_tokens_per_s=200),
        Timing(threads=4, decode_ms=(8, 10, 24, 20), prefill_tokens_per_s=640),
    ),
    context_cost=0.5,
)


@pytest.mark.parametrize(
    ("batch", "ms"),
    [(1, 12), (2, 20), (3, 28), (4, 36), (6, 48), (8, 60), (20, 110), (32, 160)],
)
def test_a_step_is_read_off_the_line_through_what_was_measured(
    batch: int, ms: float
) -> None:
    assert SPEED.decode_ms(1, batch) == pytest.approx(ms)


def test_a_prompt_goes_at_the_prefill_rate() -> None:
    assert SPEED.step_ms(4, 640) == pytest.approx(1000)
    assert SPEED.prefill_tokens_per_s(4) == 640


def test_cells_in_use_make_a_step_slower() -> None:
    assert SPEED.step_ms(1, 4, 256) == 36
    assert SPEED.step_ms(1, 4, 1256) == pytest.approx(36 * 1.5)


def test_the_best_number_of_threads_depends_on_the_batch() -> None:
    turned = msgspec.structs.replace(
        SPEED.timings[1], decode_ms=(15, 18, 24, 20), prefill_tokens_per_s=640
    )
    speed = msgspec.structs.replace(SPEED, timings=(SPEED.timings[0], turned))
    assert [speed.best_threads(batch) for batch in (1, 2, 4, 8, 256)] == [1, 4, 4, 4, 4]


def test_batching_gain() -> None:
    assert SPEED.batching_gain(1) == 1
    assert SPEED.batching_gain(8) == pytest.approx(8 * 8 / 20)


def test_an_unmeasured_number_of_threads_counts_as_the_nearest() -> None:
    assert SPEED.decode_ms(16, 1) == SPEED.decode_ms(4, 1)
    assert SPEED.threads == (1, 4)


def test_it_is_the_same_after_a_file() -> None:
    assert msgspec.json.decode(msgspec.json.encode(SPEED), type=Speed) == SPEED


@pytest.mark.parametrize(
    "text",
    [
        '{"timings": []}',
        '{"timings":[{"threads":0,"decode_ms":[1],"prefill_tokens_per_s":1}]}',
        '{"timings":[{"threads":1,"decode_ms":[0],"prefill_tokens_per_s":1}]}',
        '{"timings":[{"threads":1,"decode_ms":[],"prefill_tokens_per_s":1}]}',
        '{"timings":[{"threads":1,"decode_ms":[1],"prefill_tokens_per_s":-1}]}',
    ],
)
def test_impossible_figures_are_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Speed)


@given(
    st.lists(st.floats(0.1, 1e4), min_size=1, max_size=4),
    st.floats(0.1, 1e5),
    st.integers(1, 600),
)
def test_every_step_takes_some_time(
    decode_ms: list[float], rate: float, rows: int
) -> None:
    timing = Timing(threads=1, decode_ms=tuple(decode_ms), prefill_tokens_per_s=rate)
    assert Speed(timings=(timing,)).step_ms(1, rows, rows) > 0
