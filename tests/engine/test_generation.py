from __future__ import annotations

from jupyter_llmchat.calls import Finished, Output, Text
from jupyter_llmchat.engine.drafting import Drafter
from jupyter_llmchat.engine.generation import Generation, Limits
from jupyter_llmchat.engine.step import Outcome, Reason, Sample
from jupyter_llmchat.engine.task import Order
from jupyter_llmchat.language_model import Likelihood, TokenLogprob


def _generation(max_tokens: int = 9, context: int = 99, stop: str = "") -> Generation:
    limits = Limits(
        max_tokens=max_tokens, context=context, stop=(stop,) if stop else ()
    )
    return Generation(
        Order(request_id=1, prompt=[1, 2, 3]),
        limits,
        piece=lambda token: bytes([token]),
        is_end=lambda token: token == 0,
        drafting=lambda tokens: Drafter(tokens, lambda rows: 1.0),
    )


def _say(task: Generation, text: str) -> list[Output]:
    said: list[Output] = []
    for byte in text.encode():
        task.cached = len(task.tokens)
        said += task.take(Outcome({task.key: (byte,)}, {}))
    return said


def _text(said: list[Output]) -> str:
    return "".join(each.text for each in said if isinstance(each, Text))


def _reason(said: list[Output]) -> str:
    assert isinstance(said[-1], Finished)
    return said[-1].reason


def test_a_token_is_drawn_only_after_the_last_pending_one() -> None:
    task = _generation()
    assert task.want(2) is None
    assert task.want(3) == Sample()
    assert task.reason() is Reason.PREFILL
    _say(task, "x")
    assert task.reason() is Reason.DECODE


def test_the_end_token_ends_with_stop_and_is_not_text() -> None:
    task = _generation()
    said = _say(task, "hi\0")
    assert (_text(said), _reason(said)) == ("hi", "stop")
    assert said[-1].usage.generated_tokens == 2  # type: ignore[union-attr]
    assert task.done


def test_limits_end_with_length() -> None:
    assert _reason(_say(_generation(max_tokens=2), "hi")) == "length"
    assert _reason(_say(_generation(context=5), "hi")) == "length"


def test_a_stop_string_ends_it_and_is_not_text() -> None:
    said = _say(_generation(stop="##"), "a##")
    assert (_text(said), _reason(said)) == ("a", "stop")


def test_ending_early_says_what_was_held_back() -> None:
    task = _generation(stop="##")
    said = _say(task, "a#") + task.end("cancelled")
    assert (_text(said), _reason(said)) == ("a#", "cancelled")


def test_several_tokens_of_a_draft_are_said_up_to_the_end() -> None:
    task = _generation()
    said = task.take(Outcome({task.key: (104, 105, 0, 106)}, {}))
    assert (_text(said), _reason(said)) == ("hi", "stop")


def test_a_guess_never_goes_beyond_the_limit() -> None:
    task = _generation(max_tokens=12)
    _say(task, "abcabcab")
    assert task.guess() == (*b"cab",)
    _say(task, "cab")
    assert task.guess() == ()


def _told(task: Generation, *tokens: bytes) -> list[tuple[str, bytes]]:
    """The texts, each with the tokens whose log-probabilities came with it."""
    said: list[Output] = []
    for token in (byte for each in tokens for byte in each):
        logprob = TokenLogprob(Likelihood(bytes([token]), -1.0))
        said += task.take(Outcome({task.key: (token,)}, {}, {task.key: (logprob,)}))
    return [
        (each.text, b"".join(one.said.token for one in each.logprobs))
        for each in said
        if isinstance(each, Text)
    ]


def test_log_probabilities_come_with_the_text_of_their_tokens() -> None:
    assert _told(_generation(), b"a", "é".encode()) == [
        ("a", b"a"),
        ("", b""),
        ("é", "é".encode()),
    ]


def test_log_probabilities_of_a_stop_string_are_not_told() -> None:
    assert _told(_generation(stop="##"), b"#a##") == [
        ("", b""),
        ("#a", b"#a"),
        ("", b""),
        ("", b""),
    ]
