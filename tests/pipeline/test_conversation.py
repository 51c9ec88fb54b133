from __future__ import annotations

from jupyter_llmchat.pipeline.conversation import conversation, stage_prompt
from jupyter_llmchat.pipeline.question import Exchange, Question
from jupyter_llmchat.prompts import catalogue

PROMPTS = catalogue.stages()
HISTORY = (
    Exchange(question="first?", answer="one"),
    Exchange(question="second?", answer="two"),
)


def _question() -> Question:
    return Question(turn_id="t", text="third?", arrived=0.0, history=HISTORY)


def test_history_comes_in_order_before_the_question() -> None:
    talk = conversation(_question(), PROMPTS, 1000)
    assert talk.left_out == 0
    said = [(each.role, each.parts[0].text) for each in talk.messages[1:]]
    assert said == [
        ("user", "first?"),
        ("assistant", "one"),
        ("user", "second?"),
        ("assistant", "two"),
        ("user", "third?"),
    ]


def test_the_newest_is_kept_and_the_rest_counted() -> None:
    talk = conversation(_question(), PROMPTS, len("second?two"))
    assert talk.left_out == 1
    assert [each.parts[0].text for each in talk.messages[1:]] == [
        "second?",
        "two",
        "third?",
    ]


def test_only_our_own_words_are_trusted() -> None:
    talk = conversation(_question(), PROMPTS, 1000)
    prompt = stage_prompt(talk, PROMPTS, "detail", "said")
    trusted = {
        part.text for each in prompt.messages for part in each.parts if part.trusted
    }
    assert trusted == {PROMPTS.system, PROMPTS.stages["detail"].ask}


def test_every_stage_begins_with_the_same_messages() -> None:
    talk = conversation(_question(), PROMPTS, 1000)
    for stage in ("core", "detail", "conclusion"):
        prompt = stage_prompt(talk, PROMPTS, stage, "said")
        assert prompt.messages[: len(talk.messages)] == talk.messages
