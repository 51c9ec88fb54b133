from __future__ import annotations

from jupyter_llmchat.calls import Finished, Output, Scored, Text
from jupyter_llmchat.engine.sequence import Generation, Scoring
from jupyter_llmchat.engine.step import Outcome, Reason, Sample, Targets
from jupyter_llmchat.language_model import Priority


def _generation(max_tokens: int = 9, context: int = 99, stop: str = "") -> Generation:
    return Generation(
        1,
        [1, 2, 3],
        Priority.VISIBLE,
        None,
        max_tokens=max_tokens,
        context=context,
        stop=(stop,) if stop else (),
        piece=lambda token: bytes([token]),
        is_end=lambda token: token == 0,
    )


def _say(sequence: Generation, text: str) -> list[Output]:
    said: list[Output] = []
    for byte in text.encode():
        sequence.cached = len(sequence.tokens)
        said += sequence.take(Outcome({1: byte}, {}))
    return said


def _text(said: list[Output]) -> str:
    return "".join(each.text for each in said if isinstance(each, Text))


def test_a_token_is_drawn_only_after_the_last_pending_one() -> None:
    sequence = _generation()
    assert sequence.want(2) is None
    assert sequence.want(3) == Sample()
    assert sequence.reason() == Reason.PREFILL


def test_the_end_token_ends_with_stop_and_is_not_text() -> None:
    sequence = _generation()
    said = _say(sequence, "hi\0")
    assert _text(said) == "hi"
    assert isinstance(said[-1], Finished)
    assert said[-1].reason == "stop"
    assert said[-1].usage.generated_tokens == 2
    assert sequence.done


def test_the_token_limit_ends_with_length() -> None:
    said = _say(_generation(max_tokens=2), "hi")
    assert isinstance(said[-1], Finished)
    assert said[-1].reason == "length"


def test_the_end_of_the_context_ends_with_length() -> None:
    said = _say(_generation(context=5), "hi")
    assert isinstance(said[-1], Finished)
    assert said[-1].reason == "length"


def test_a_stop_string_ends_it_and_is_not_text() -> None:
    said = _say(_generation(stop="##"), "a##")
    assert _text(said) == "a"
    assert isinstance(said[-1], Finished)
    assert said[-1].reason == "stop"


def test_ending_early_says_what_was_held_back() -> None:
    sequence = _generation(stop="##")
    said = _say(sequence, "a#") + sequence.end("cancelled")
    assert _text(said) == "a#"
    assert isinstance(said[-1], Finished)
    assert said[-1].reason == "cancelled"


def test_options_of_one_token_are_read_off_the_prompts_last_row() -> None:
    scoring = Scoring(1, [1, 2], Priority.DECISION, None, continuations=((5,), (6,)))
    assert scoring.want(1) is None
    assert scoring.want(2) == Targets(((1, 5), (1, 6)))
    scoring.cached = 2
    (scored,) = scoring.take(Outcome({}, {1: (-0.5, -2.0)}))
    assert isinstance(scored, Scored)
    assert scored.logprobs == ((-0.5,), (-2.0,))


def test_the_rest_of_long_options_is_processed_behind_the_prompt() -> None:
    scoring = Scoring(
        1, [1, 2], Priority.DECISION, None, continuations=((5, 7, 8), (6,))
    )
    scoring.cached = 2
    assert scoring.take(Outcome({}, {1: (-1.0, -2.0)})) == []
    assert scoring.tokens == [1, 2, 5, 7]
    assert scoring.want(1) == Targets(((0, 7),))
    assert scoring.want(2) == Targets(((0, 7), (1, 8)))
    assert scoring.reason() == Reason.SCORE
    scoring.cached = 4
    (scored,) = scoring.take(Outcome({}, {1: (-3.0, -4.0)}))
    assert isinstance(scored, Scored)
    assert scored.logprobs == ((-1.0, -3.0, -4.0), (-2.0,))
    assert scored.usage.generated_tokens == 0
