from __future__ import annotations

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.kernel.scripting.options import (
    Options,
    ask_options,
    context_parts,
)
from jupyter_llmchat.protocol.requests import AskOptions, ContextPart


def test_every_option_of_a_question_can_be_given() -> None:
    assert {*Options.__annotations__} == {*AskOptions.__struct_fields__}


def test_options_are_those_of_the_request() -> None:
    given = {"seed": 7, "temperature": 0, "tier": None}
    assert ask_options(given) == AskOptions(seed=7, temperature=0.0)


def test_an_unknown_option_is_told_with_the_nearest() -> None:
    with pytest.raises(TypeError, match=r"'temprature'\. Did you mean 'temperature'\?"):
        ask_options({"temprature": 1})
    with pytest.raises(TypeError, match=r"no option 'xyz'\.$"):
        ask_options({"xyz": 1})


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", 9), ("strategy", "quick"), ("seed", -1), ("max_tokens", "many")],
)
def test_an_impossible_value_is_told_with_its_option(name: str, value: object) -> None:
    with pytest.raises(BadRequest, match=rf"\$\.{name}"):
        ask_options({name: value})


def test_texts_are_context() -> None:
    part = ContextPart(kind="variables", name="df", text="a table")
    assert context_parts(["x = 1", part]) == (
        ContextPart(kind="file", text="x = 1"),
        part,
    )


def test_a_text_alone_is_no_list_of_texts() -> None:
    with pytest.raises(TypeError, match="brackets"):
        context_parts("x = 1")
