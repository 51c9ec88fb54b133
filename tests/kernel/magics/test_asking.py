from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_llmchat.kernel.answer import Answer
from jupyter_llmchat.kernel.magics.asking import (
    ANY_OBJECT,
    CODE_ONLY,
    ask_options,
    deliver,
    form_of,
    tier_of,
)
from jupyter_llmchat.kernel.magics.options import Given
from jupyter_llmchat.protocol.fold import fold
from jupyter_llmchat.protocol.requests import AskOptions
from tests.kernel.builders import answer

from .test_model_commands import BOTH


def test_nothing_is_set_by_itself() -> None:
    assert ask_options(Given(), {}) == AskOptions()


@pytest.mark.parametrize(
    ("given", "form", "options"),
    [
        (Given(format="text"), "text", AskOptions()),
        (Given(format="code"), "code", AskOptions(system_prompt=CODE_ONLY)),
        (Given(format="json"), "json", AskOptions(json_schema=ANY_OBJECT)),
        (Given(schema="{}"), "json", AskOptions(json_schema={})),
    ],
)
def test_forms(given: Given, form: str, options: AskOptions) -> None:
    assert form_of(given) == form
    assert ask_options(given, {}) == options


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (Given(temperature=5.0), "--temperature does not fit"),
        (Given(deadline=-1.0), "--deadline does not fit"),
        (Given(max_tokens=0), "--max-tokens does not fit"),
        (Given(seed=-1), "--seed does not fit"),
        (Given(schema="{}", format="text"), "--schema gives JSON"),
    ],
)
def test_out_of_range(given: Given, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        ask_options(given, {})


def test_models_by_name() -> None:
    assert tier_of("tiny", BOTH) == "fast"
    assert tier_of("HUGE", BOTH) == "complex"
    with pytest.raises(UsageError, match=r"Did you mean huge\?"):
        tier_of("hugo", BOTH)
    with pytest.raises(UsageError, match="There are: fast, complex"):
        tier_of("zzzzzzzz", BOTH)


def test_delivery() -> None:
    names: dict[str, Any] = {}
    inputs: list[str] = []
    shell = SimpleNamespace(
        user_ns=names, set_next_input=lambda code, replace: inputs.append(code)
    )
    found = Answer.of(fold(answer("```\nx\n```")))
    assert deliver(found, Given(to="a", code=True), shell) == ""
    assert names == {"_chat": found, "a": found}
    assert inputs == ["x"]
    plain = Answer.of(fold(answer("x")))
    assert "no block of code" in deliver(plain, Given(code=True), shell)
    assert inputs == ["x"]
