"""The options of %%chat and %chat: declared once, for reading, completing and help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from IPython.core.error import UsageError

from jupyter_llmchat.protocol.ids import Strategy, Tier

FORMATS: Final = ("markdown", "text", "code", "json")


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option; without a metavar it takes no value."""

    names: tuple[str, ...]
    """The first is the one that help and errors call it by."""
    help: str
    metavar: str = ""
    read: Callable[[str], Any] = str
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its name in Python."""
        return self.names[0].removeprefix("--").replace("-", "_")


OPTIONS: Final = (
    Option(
        names=("--session", "-s"),
        metavar="NAME|ID",
        help="The session to ask in; %chat sessions lists them.",
    ),
    Option(
        names=("--tier", "--model", "-m"),
        metavar="TIER|NAME",
        help="Which of several models answers; left to the model otherwise.",
    ),
    Option(
        names=("--strategy",),
        metavar="STRATEGY",
        choices=get_args(Strategy),
        help="How much of an answer: simple, analytical or comprehensive.",
    ),
    Option(
        names=("--deadline", "-d"),
        metavar="SECONDS",
        read=float,
        help="Time that the answer may take at most.",
    ),
    Option(
        names=("--temperature", "-t"),
        metavar="NUMBER",
        read=float,
        help="0 for the most likely words, up to 2 for more varied ones.",
    ),
    Option(
        names=("--max-tokens", "-n"),
        metavar="TOKENS",
        read=int,
        help="Length of each stage of the answer at most.",
    ),
    Option(
        names=("--seed",),
        metavar="NUMBER",
        read=int,
        help="The same seed gives the same answer.",
    ),
    Option(
        names=("--format", "-f"),
        metavar="FORMAT",
        choices=FORMATS,
        help="How the answer is shown: markdown, text, code or json.",
    ),
    Option(
        names=("--schema",),
        metavar="FILE|VARIABLE|JSON",
        help="The answer is JSON that fits this schema; implies --format json.",
    ),
    Option(
        names=("--to",),
        metavar="NAME",
        help="Puts the answer into a variable: .text, .stages, .code_blocks, .data, "
        ".metrics.",
    ),
    Option(
        names=("--fresh",),
        help="Ask the model again what it has been asked before.",
    ),
    Option(
        names=("--no-context",),
        help="Do not send along the cells that have run in this notebook.",
    ),
    Option(
        names=("--code",),
        help="Puts the first block of code into the next cell; it is not run.",
    ),
    Option(
        names=("--quiet", "-q"),
        help="Shows nothing but errors; of use with --to.",
    ),
    Option(
        names=("--raw",),
        help="Sends the question as typed: {name} and `Out[3]` are not replaced.",
    ),
)

BY_NAME: Final = {name: option for option in OPTIONS for name in option.names}

TIERS: Final = get_args(Tier)


@dataclass(frozen=True, kw_only=True)
class Given:
    """The options of one question."""

    session: str = ""
    tier: str = ""
    """A tier, or the name of a model."""
    strategy: str | None = None
    deadline: float | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    format: str = ""
    schema: str = ""
    to: str = ""
    fresh: bool = False
    no_context: bool = False
    code: bool = False
    quiet: bool = False
    raw: bool = False


def parse(words: Sequence[str]) -> Given:
    """Raises UsageError, in one line that names the nearest option."""
    values: dict[str, Any] = {}
    waiting = [*words]
    while waiting:
        name, has_value, value = waiting.pop(0).partition("=")
        option = find(name)
        if not option.metavar:
            if has_value:
                raise UsageError(f"{name} takes no value: leave out ={value}.")
            values[option.key] = True
            continue
        if not has_value:
            if not waiting or waiting[0] in BY_NAME:
                raise UsageError(f"{name} needs a value: {_example(option)}.")
            value = waiting.pop(0)
        values[option.key] = _read(option, value)
    given = Given(**values)
    _check_variable(given.to)
    return given


def find(name: str) -> Option:
    """The option of that name; raises UsageError with the nearest."""
    if (option := BY_NAME.get(name)) is not None:
        return option
    near = nearest(name, BY_NAME)
    hint = f"Did you mean {near}?" if near else "%chat help lists them."
    raise UsageError(f"There is no option {name}. {hint}")


def nearest(given: str, known: Iterable[str]) -> str:
    """The one that was probably meant; empty if none is much alike."""
    from difflib import get_close_matches

    begun = [each for each in known if given and each.startswith(given)]
    return next(iter(begun or get_close_matches(given, [*known], n=1, cutoff=0.5)), "")


def _read(option: Option, value: str) -> Any:
    if option.choices:
        return _choice(option, value)
    try:
        return option.read(value)
    except ValueError:
        raise UsageError(
            f"{option.names[0]} takes a number, not {value}: {_example(option)}."
        ) from None


def _choice(option: Option, value: str) -> str:
    if value in option.choices:
        return value
    near = nearest(value, option.choices)
    hint = f" Did you mean {near}?" if near else ""
    named = ", ".join(option.choices)
    raise UsageError(f"{option.names[0]} takes one of {named}, not {value}.{hint}")


def _check_variable(name: str) -> None:
    from keyword import iskeyword

    if name and (not name.isidentifier() or iskeyword(name)):
        raise UsageError(
            f"--to takes the name of a variable, not {name}: as in --to answer."
        )


def _example(option: Option) -> str:
    examples = {float: "0.5", int: "100"}
    value = option.choices[0] if option.choices else examples.get(option.read, "NAME")  # type: ignore[call-overload]
    return f"as in {option.names[0]} {value}"
