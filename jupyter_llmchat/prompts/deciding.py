"""The decisions: one file each in `decisions/`, and what they share in `deciding.toml`.

Decisions about the same thing are shown to the model as one text, so that a question is
read once for all of them.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeVar

import msgspec

from jupyter_llmchat.errors import NotFound, PromptFileError

Subject = Literal["question", "answer"]
"""What a decision is about."""

T = TypeVar("T")

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A content and the option that is right for it."""

    content: str
    label: str
    answer: str = ""
    """To the content, in a decision about answers."""


class DecisionPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision that is read off a few-shot prompt."""

    name: Text
    about: Subject
    asks: Text
    """The decision as a question, for people."""
    instruction: Text
    label: Text
    """What stands before an option."""
    options: tuple[Text, ...]
    safe: Text
    """The option that is taken when the model cannot decide this."""
    content_free: tuple[str, ...]
    """Contents that say nothing: what the model makes of them is its own leaning."""
    examples: tuple[Example, ...]
    words: dict[str, Text] = {}
    """What the model says for an option, where that is not its name."""

    def word(self, option: str) -> str:
        """What the model says for an option."""
        return self.words.get(option, option)

    @property
    def said(self) -> tuple[str, ...]:
        """The options as the model says them, in their order."""
        return tuple(self.word(option) for option in self.options)


class DecisionGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What decisions about the same thing share."""

    decisions: tuple[Text, ...]
    """In the order in which the model is shown them."""
    content: Text
    """What stands before a content."""
    words: tuple[Text, ...]
    """Read off besides the options."""
    answer: str = ""
    """What stands before an answer."""


@functools.cache
def decision(name: str) -> DecisionPrompt:
    """The decision of that name. Raises PromptFileError, or NotFound without a file."""
    file = _folder().joinpath("decisions", f"{name}.toml")
    if not name.isidentifier() or not file.is_file():
        raise NotFound(f"There is no decision “{name}”.", "Ask for another one.")
    return read_decision(file)


@functools.cache
def group(about: Subject) -> DecisionGroup:
    """What the decisions about it share. Raises PromptFileError."""
    groups = _read(_folder().joinpath("deciding.toml"), dict[Subject, DecisionGroup])
    return groups[about]


@functools.cache
def members(about: Subject) -> tuple[DecisionPrompt, ...]:
    """The decisions about it, in their order. Raises PromptFileError, NotFound."""
    return tuple(decision(name) for name in group(about).decisions)


@functools.cache
def said(about: Subject) -> tuple[str, ...]:
    """The words of all options of the decisions about it, each once."""
    return tuple(dict.fromkeys(word for each in members(about) for word in each.said))


@functools.cache
def vocabulary(about: Subject) -> tuple[str, ...]:
    """All words that are read off for decisions about it: the options', and others."""
    return tuple(dict.fromkeys((*said(about), *group(about).words)))


def read_decision(file: Traversable) -> DecisionPrompt:
    """Raises PromptFileError, which names the file and what is wrong in it."""
    prompt = _read(file, DecisionPrompt)
    for wrong in _mistakes(prompt):
        raise _mistake(file, wrong)
    if file.name != f"{prompt.name}.toml":
        raise _mistake(file, f"`name` is “{prompt.name}”, which is not the file's")
    return prompt


def _mistakes(prompt: DecisionPrompt) -> Iterator[str]:
    options = set(prompt.options)
    if len(prompt.options) < 2:
        yield "`options` has fewer than two"
    if len({word.casefold() for word in prompt.said}) < len(prompt.options):
        yield "`options` has one twice, or two options have the same word"
    if prompt.safe not in options:
        yield f"`safe` is “{prompt.safe}”, which is not one of the options"
    if unknown := sorted(prompt.words.keys() - options):
        yield f"`words` names “{unknown[0]}”, which is not one of the options"
    labels = {example.label for example in prompt.examples}
    if missing := [each for each in prompt.options if each not in labels]:
        yield f"`examples` has none for the option “{missing[0]}”"
    if unknown := sorted(labels - options):
        yield f"`examples` has the label “{unknown[0]}”, which is not an option"
    if not prompt.content_free:
        yield "`content_free` is empty"
    for example in prompt.examples:
        if not example.content or bool(example.answer) != (prompt.about == "answer"):
            yield f"`examples` has one that is not about an {prompt.about}"


def _read(file: Traversable, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), type=kind)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _mistake(file, f"it is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise _mistake(file, str(error)) from error


def _mistake(file: Traversable, wrong: str) -> PromptFileError:
    return PromptFileError(
        f"The prompt file {file.name} cannot be used: {wrong}.",
        "Correct the file, or install the package again.",
    )


def _folder() -> Traversable:
    return resources.files(__package__)
