from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyter_llmchat import errors
from jupyter_llmchat.errors import LLMChatError, error_types

PROTOCOL_TS = Path(__file__).parents[1] / "labextension" / "src" / "protocol.ts"
ROW = re.compile(r"[├└]── (?P<name>\w+) +(?P<code>\w+) +(?P<status>\d+) *(?P<note>.*)")


def tree() -> list[type[LLMChatError]]:
    found = [LLMChatError]
    for each in found:
        found += each.__subclasses__()
    return [each for each in found if each.__module__ == errors.__name__]


LEAVES = [each for each in tree() if each is not LLMChatError]


def test_every_class_has_its_own_code() -> None:
    assert len({each.code for each in tree()}) == len(tree())


def test_every_class_is_found_by_its_code() -> None:
    assert error_types() == {each.code: each for each in tree()}


def test_the_docstring_draws_the_whole_tree() -> None:
    rows = [match.groupdict() for match in ROW.finditer(errors.__doc__ or "")]
    drawn = {
        row["name"]: (row["code"], int(row["status"]), "retryable" in row["note"])
        for row in rows
    }
    assert drawn == {
        each.__name__: (each.code, each.status, each.retryable) for each in LEAVES
    }


def test_front_ends_know_every_code() -> None:
    line = re.search("export type ErrorCode = (.*);", PROTOCOL_TS.read_text("utf-8"))
    assert line is not None
    known = set(re.findall(r"'(\w+)'", line[1]))
    assert known == {each.code for each in tree()}, "run: make codegen"


@pytest.mark.parametrize("kind", tree())
def test_an_error_says_the_cause_and_the_next_step(kind: type[LLMChatError]) -> None:
    error = kind("The disk is full.", "Free some space.")
    assert str(error) == "The disk is full. Free some space."
    assert (error.message, error.hint) == ("The disk is full.", "Free some space.")
    assert 400 <= kind.status < 600


def test_an_error_without_a_next_step() -> None:
    assert str(LLMChatError("It broke.")) == "It broke."
