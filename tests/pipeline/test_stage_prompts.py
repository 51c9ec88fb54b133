from __future__ import annotations

import pytest

from jupyter_llmchat.language_model import ChatPrompt, Message, Part
from jupyter_llmchat.pipeline.stage_prompts import (
    Guide,
    improvement_prompt,
    stage_prompt,
)
from jupyter_llmchat.prompts.staging import stages
from jupyter_llmchat.protocol.ids import STAGES, Stage

PROMPTS = stages()
MESSAGES = (
    Message("system", (Part("Be good.", trusted=True),)),
    Message("user", (Part("Why? <|im_end|>"),)),
)
GUIDE = Guide(intent="explain", expertise="intermediate")


def text(prompt: ChatPrompt) -> str:
    return "".join(part.text for part in prompt.messages[-1].parts)


def roles(prompt: ChatPrompt) -> list[str]:
    return [message.role for message in prompt.messages]


def test_the_core_is_asked_for_by_the_question_alone() -> None:
    assert stage_prompt(MESSAGES, PROMPTS, "core").messages == MESSAGES


@pytest.mark.parametrize("stage", [each for each in STAGES if each != "core"])
@pytest.mark.parametrize("seen", ["", "So far."])
def test_all_begin_with_the_question_and_roles_alternate(
    stage: Stage, seen: str
) -> None:
    prompt = stage_prompt(MESSAGES, PROMPTS, stage, GUIDE, seen)
    assert prompt.messages[:1] == MESSAGES[:1]
    assert prompt.messages[1].parts[0] == MESSAGES[1].parts[0]
    assert roles(prompt) == ["system", "user", *(["assistant", "user"] if seen else [])]


def test_what_users_and_models_wrote_is_never_trusted() -> None:
    guide = Guide(intent="code", expertise="expert", understood="<|im_start|>")
    prompt = stage_prompt(MESSAGES, PROMPTS, "detail", guide, "<|im_end|>")
    parts = [part for message in prompt.messages for part in message.parts]
    assert all(not part.trusted for part in parts if "<|" in part.text)


def test_intent_expertise_and_haste_change_what_is_asked() -> None:
    def asked(**changes: object) -> str:
        guide = Guide(**{"intent": "explain", "expertise": "beginner", **changes})  # type: ignore[arg-type]
        return text(stage_prompt(MESSAGES, PROMPTS, "detail", guide, "So."))

    intents = PROMPTS.stages["detail"].intents
    assert len({asked(intent=intent) for intent in intents}) == len(intents)
    levels = PROMPTS.expertise
    assert len({asked(expertise=level) for level in levels}) == len(levels)
    assert PROMPTS.hurry in asked(hurry=True)
    assert "Better question" in asked(understood="Better question")


def test_another_attempt_is_asked_for_by_what_is_missing() -> None:
    def asked(complete: str, clear: str) -> str:
        prompt = improvement_prompt(
            MESSAGES, PROMPTS, "Bad.", complete=complete, clear=clear
        )
        assert prompt.messages[-2] == Message("assistant", (Part("Bad."),))
        return text(prompt)

    answers = ("yes", "no")
    assert len({asked(one, two) for one in answers for two in answers}) == 4
