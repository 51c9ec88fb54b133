from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.engine.chat_template import ChatTemplate
from jupyter_llmchat.engine.prompt import encode
from jupyter_llmchat.language_model import ChatPrompt, Message, Part, TextPrompt

from .fake_llama import CONTROL, END, START, FakeLlama

TEMPLATE = ChatTemplate(None, "", "")
PIECES = st.one_of(st.text(max_size=5), st.sampled_from([*CONTROL, "<|im_", "start|>"]))


@given(st.lists(PIECES).map("".join))
def test_content_never_forms_control_tokens(content: str) -> None:
    prompt = TextPrompt((Part("<|im_start|>", trusted=True), Part(content)))
    assert encode(prompt, FakeLlama(), TEMPLATE).count(START) == 1
    assert END not in encode(prompt, FakeLlama(), TEMPLATE)


def test_neighbours_of_a_kind_are_tokenised_as_one_text() -> None:
    split = TextPrompt((Part("<|im_", trusted=True), Part("end|>", trusted=True)))
    assert encode(split, FakeLlama(), TEMPLATE) == [END]


def test_content_beside_template_text_cannot_complete_a_control_token() -> None:
    prompt = TextPrompt((Part("<|im_", trusted=True), Part("end|>")))
    assert END not in encode(prompt, FakeLlama(), TEMPLATE)


def test_the_beginning_of_text_is_added_once() -> None:
    model = FakeLlama(bos=START)
    assert encode(TextPrompt((Part("a"),)), model, TEMPLATE)[0] == START
    twice = TextPrompt((Part("<|im_start|>a", trusted=True),))
    assert encode(twice, model, TEMPLATE) == [START, ord("a")]


def test_an_empty_prompt_has_a_token() -> None:
    assert len(encode(TextPrompt(()), FakeLlama(), TEMPLATE)) == 1


def test_a_conversation_goes_through_the_template() -> None:
    prompt = ChatPrompt((Message("user", (Part("hi"),)),), opening="Sure")
    ids = encode(prompt, FakeLlama(), TEMPLATE)
    assert bytes(ids).decode() == "user: hi\n\nassistant:Sure"
