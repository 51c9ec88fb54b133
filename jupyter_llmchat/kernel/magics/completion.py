"""Tab completion behind %%chat and %chat: subcommands, options and names."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    context_matcher,
)
from IPython.core.error import UsageError

from .options import BY_NAME, OPTIONS, TIERS
from .subcommands import CONTEXT, EXPORT_FORMATS, EXPORT_OPTIONS, NAMES
from .words import quoted, words

if TYPE_CHECKING:
    from .chat_magics import ChatMagics

_FRAGMENT: Final = re.compile(r"(?:^|(?<=\s))(?:[\"'][^\"']*|[^\s\"']*)$")
"""What is being typed: an unfinished word, or an unfinished quotation."""
_LINE: Final = re.compile(r"\s*(%%?)(?:llm)?chat\s(.*)$", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What can be named, looked up only where it is asked for."""

    sessions: Callable[[], Iterable[str]]
    tiers: Callable[[], Iterable[str]]
    variables: Callable[[], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class Completed:
    """What may stand in the place of a fragment."""

    fragment: str
    texts: tuple[str, ...]


def completed(before: str, known: Known) -> Completed | None:
    """For a line up to the cursor; None if nothing of ours can stand there."""
    if (line := _LINE.match(before)) is None:
        return None
    is_cell, rest = line[1] == "%%", line[2]
    if (open_end := _FRAGMENT.search(rest)) is None:
        return None
    fragment = open_end[0]
    try:
        earlier = words(rest[: open_end.start()])
    except UsageError:
        return None
    found = _candidates(earlier, fragment, known, is_cell=is_cell)
    if found is None:
        return None
    start = fragment.lstrip("\"'").casefold()
    fitting = [each for each in found if each.casefold().startswith(start)]
    if not fitting:
        return None
    texts = tuple(quoted(each) for each in dict.fromkeys(fitting))
    return Completed(fragment=fragment, texts=texts)


def _candidates(
    earlier: Sequence[str], fragment: str, known: Known, *, is_cell: bool
) -> Iterable[str] | None:
    said = _behind_options(earlier)
    if said is None:
        return None
    if said:
        return None if is_cell else _behind(said, fragment, known)
    if earlier and (values := _values(earlier[-1], known)) is not None:
        return values
    if fragment.startswith("-"):
        long = [each.names[0] for each in OPTIONS]
        return long if fragment.startswith("--") else BY_NAME
    return None if is_cell else NAMES


def _behind(said: Sequence[str], fragment: str, known: Known) -> Iterable[str] | None:
    """Behind a subcommand."""
    match said:
        case ["use"]:
            return known.sessions()
        case ["context"]:
            return CONTEXT
        case ["explain"]:
            return known.variables()
        case ["export", *_, "--format"]:
            return EXPORT_FORMATS.values()
        case ["export", *_] if fragment.startswith("-"):
            return EXPORT_OPTIONS
        case _:
            return None


def _values(word: str, known: Known) -> Iterable[str] | None:
    """Of an option that a value has to follow."""
    option = BY_NAME.get(word)
    if option is None or not option.metavar:
        return None
    if option.choices:
        return option.choices
    looked_up = {
        "session": known.sessions,
        "tier": known.tiers,
        "schema": known.variables,
        "to": known.variables,
    }.get(option.key)
    return None if looked_up is None else looked_up()


def _behind_options(earlier: Sequence[str]) -> Sequence[str] | None:
    """The words that are no options; None behind `--`, where a question follows."""
    at = 0
    while at < len(earlier) and earlier[at].startswith("-"):
        if earlier[at] == "--":
            return None
        option = BY_NAME.get(earlier[at])
        at += 2 if option is not None and option.metavar else 1
    return earlier[at:]


class ChatMatcher:
    """Adds the completion to a shell's own."""

    IDENTIFIER: Final = "jupyter_llmchat"
    FRESH_S: Final = 5.0
    """So long the names of sessions and models are not looked up again."""

    def __init__(self, magics: ChatMagics) -> None:
        self._magics = magics
        self._found: dict[str, tuple[float, tuple[str, ...]]] = {}

    def add(self, ipython: Any) -> None:
        known = Known(
            sessions=lambda: self._looked_up("sessions"),
            tiers=lambda: self._looked_up("tiers") or TIERS,
            variables=lambda: _variables(ipython),
        )

        @context_matcher(identifier=self.IDENTIFIER, priority=1000)  # type: ignore[untyped-decorator]
        def chat_matcher(context: CompletionContext) -> dict[str, Any]:
            found = completed(
                context.line_with_cursor[: context.cursor_position], known
            )
            if found is None:
                return {"completions": []}
            return {
                "completions": [SimpleCompletion(each) for each in found.texts],
                "matched_fragment": found.fragment,
                "suppress": True,
            }

        if ipython.Completer is not None:
            ipython.Completer.custom_matchers.append(chat_matcher)

    @classmethod
    def remove(cls, ipython: Any) -> None:
        if ipython.Completer is None:
            return
        known = ipython.Completer.custom_matchers
        known[:] = [
            each
            for each in known
            if getattr(each, "matcher_identifier", "") != cls.IDENTIFIER
        ]

    def _looked_up(self, what: str) -> tuple[str, ...]:
        """Empty where no server answers quickly; nobody waits long for a Tab."""
        now = time.monotonic()
        at, names = self._found.get(what, (-self.FRESH_S, ()))
        if now - at >= self.FRESH_S or now < at:
            names = self._magics.desk.names(what)
            self._found[what] = (now, names)
        return names


def _variables(ipython: Any) -> Iterable[str]:
    hidden = ipython.user_ns_hidden
    return [
        each
        for each in sorted(map(str, ipython.user_ns))
        if not each.startswith("_") and each not in hidden
    ]
