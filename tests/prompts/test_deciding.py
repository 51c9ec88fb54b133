from __future__ import annotations

import json
from pathlib import Path

import pytest

import jupyter_llmchat
from jupyter_llmchat.errors import NotFound, PromptFileError
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.prompts.deciding import (
    DecisionPrompt,
    decision,
    members,
    read_decision,
    vocabulary,
)

PACKAGE = Path(jupyter_llmchat.__file__).parent
FILES = sorted((PACKAGE / "prompts" / "decisions").glob("*.toml"))
PROMPTS = [*members("question"), *members("answer")]
EVALUATED = [
    json.loads(line)
    for line in (PACKAGE / "evaluation" / "data" / "decisions.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]

GOOD = """
name = "size"
about = "question"
asks = "How big?"
instruction = "It is big or small."
label = "Size:"
options = ["big", "small"]
safe = "small"
content_free = ["N/A"]
examples = [
  { content = "A house", label = "big" },
  { content = "A pea", label = "small" },
]
"""

each_prompt = pytest.mark.parametrize("prompt", PROMPTS, ids=lambda each: each.name)


def test_every_file_is_shown_to_the_model() -> None:
    assert {file.stem for file in FILES} == {each.name for each in PROMPTS}
    assert len({each.label for each in PROMPTS}) == len(PROMPTS)


@each_prompt
def test_a_decision_is_found_by_its_name(prompt: DecisionPrompt) -> None:
    assert decision(prompt.name) is prompt
    assert prompt.asks.endswith("?")
    assert prompt.safe in prompt.options


@each_prompt
def test_every_option_is_shown_about_as_often(prompt: DecisionPrompt) -> None:
    labels = [example.label for example in prompt.examples]
    counts = [labels.count(option) for option in prompt.options]
    assert max(counts) - min(counts) <= 1
    assert len({example.content for example in prompt.examples}) == len(labels)


@each_prompt
def test_a_model_is_tested_with_every_option(prompt: DecisionPrompt) -> None:
    data = catalogue.selftest()
    rows = data.answers if prompt.about == "answer" else data.questions
    labels = [row.labels[prompt.name] for row in rows if prompt.name in row.labels]
    assert min(labels.count(option) for option in prompt.options) >= 10
    assert {*labels} == {*prompt.options}


def test_a_model_is_tested_with_decisions_that_there_are() -> None:
    data = catalogue.selftest()
    for rows, about in ((data.questions, "question"), (data.answers, "answer")):
        for row in rows:
            assert row.labels
            assert bool(row.answer) == (about == "answer")
            assert {decision(name).about for name in row.labels} == {about}


def test_what_is_shown_tested_and_evaluated_is_not_the_same() -> None:
    data = catalogue.selftest()
    shown = [e.content.casefold() for each in PROMPTS for e in each.examples]
    tested = [row.content.casefold() for row in (*data.questions, *data.answers)]
    evaluated = [row["question"].casefold() for row in EVALUATED]
    everything = [*shown, *tested, *evaluated]
    twice = {each for each in everything if everything.count(each) > 1}
    assert not twice


def test_the_evaluation_is_large_and_balanced() -> None:
    assert len(EVALUATED) >= 120
    for name in ("strategy", "intent", "expertise"):
        labels = [row[name] for row in EVALUATED]
        share = 1 / len(decision(name).options)
        assert {*labels} == {*decision(name).options}
        for option in decision(name).options:
            assert labels.count(option) / len(labels) > 0.8 * share


def test_the_options_are_read_off_first_and_no_word_twice() -> None:
    words = vocabulary("question")
    assert words[:3] == decision("strategy").said
    assert len({*words}) == len(words)


def test_what_the_model_says_for_an_option_need_not_be_its_name(tmp_path: Path) -> None:
    (tmp_path / "size.toml").write_text(GOOD + "words = { big = 'large' }")
    prompt = read_decision(tmp_path / "size.toml")
    assert (prompt.options, prompt.said) == (("big", "small"), ("large", "small"))


@pytest.mark.parametrize("name", ["none", "../deciding", "strategy.toml", ""])
def test_a_decision_that_does_not_exist(name: str) -> None:
    with pytest.raises(NotFound, match="no decision"):
        decision(name)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('options = ["big", "small"]', "options = []", "`options` has fewer than two"),
        ('options = ["big", "small"]', 'options = ["big"]', "fewer than two"),
        ('["big", "small"]', '["big", "big"]', "one twice"),
        ('["big", "small"]', '["big", "small", ""]', r"length >= 1.*\$\.options\[2\]"),
        ('["big", "small"]', '["big", "small", "tiny"]', "none for the option “tiny”"),
        ('safe = "small"', 'safe = "none"', "`safe` is “none”"),
        ('safe = "small"', "", "missing required field `safe`"),
        ('label = "small"', 'label = "tiny"', "`examples` has"),
        ('about = "question"', 'about = "answer"', "not about an answer"),
        ('about = "question"', 'about = "x"', r"Invalid enum value 'x'.*\$\.about"),
        ('content_free = ["N/A"]', "content_free = []", "`content_free` is empty"),
        ('name = "size"', 'name = "length"', "`name` is “length”"),
        ('name = "size"', 'name = "size"\ncolour = 1', "unknown field `colour`"),
        ('name = "size"', "words = { tiny = 'x' }\nname = 'size'", "`words` names"),
        ('name = "size"', "words = { big = 'small' }\nname = 'size'", "same word"),
        ('name = "size"', "name = ", "not TOML"),
    ],
)
def test_a_file_with_a_mistake_names_it(
    before: str, after: str, said: str, tmp_path: Path
) -> None:
    assert before in GOOD
    file = tmp_path / "size.toml"
    file.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PromptFileError, match=said) as caught:
        read_decision(file)
    assert "size.toml" in caught.value.message
    assert caught.value.hint


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "size.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PromptFileError, match="not TOML"):
        read_decision(tmp_path / "size.toml")
