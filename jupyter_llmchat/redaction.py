"""Secrets in what is sent along: what a secret-like name is set to is not shown.

Every pattern reads a text once: repetitions are atomic or have a bound, because a
search holds up the whole kernel. Possessive ones of groups are not used: before Python
3.11.5 they may lose what a failed attempt has read.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .secret_shapes import without_secret_shapes

LEAST_SECRET: Final = 8
"""Characters of a variable of the environment that is taken for a secret."""
_NO_SECRETS: Final = frozenset(("PWD", "OLDPWD"))
"""Folders, in spite of what they are called."""
HIDDEN: Final = '"…"'

# A tokenizer is no secret, and notebooks about language models are full of them.
_NAMED = (
    r"(?i:token(?!i[sz])|passw|passphrase|passcode|pwd|secret|credential|authorization"
    r"|(?:api|access|auth|private|signing|encryption)[_-]?key)"
)
_NAME = rf"{_NAMED}[\w-]{{0,60}}+"
_SPACE = r"[ \t]{0,40}+"
_GAP = r"(?>(?:[\s+()]|\\\n){0,80})"
"""What may stand between the strings that make up one value."""
_STRING = (
    r"[rbfuRBFU]{0,2}+(?:"
    r'"""(?>(?:[^\\"]|\\.|"(?!""))*)(?:"""|\\?\Z)'
    r"|'''(?>(?:[^\\']|\\.|'(?!''))*)(?:'''|\\?\Z)"
    r'|"(?>(?:[^\\"\n]|\\.)*)"?'
    r"|'(?>(?:[^\\'\n]|\\.)*)'?)"
)
"""One literal; its end may be missing, in a cell that is wrong or not shown whole."""
_STRINGS = rf"(?s:{_STRING}(?>(?:{_GAP}{_STRING})*))"
_TYPE = rf"(?>(?::{_SPACE}[\w.\[\]|, ]{{1,80}}+)?)"
_ITEM = rf"{_SPACE}[\w.]{{1,80}}+{_SPACE}"

_ASSIGNED = re.compile(
    rf"({_NAME}[\"']?\]?{_SPACE}{_TYPE}:?={{1,2}}(?>(?:{_ITEM}=){{0,4}}){_GAP})"
    rf"{_STRINGS}"
)
"""`token = "x"`, `d["token"] = "x"`, `f(token="x")`, `token: str = "x"`."""
_KEYED = re.compile(rf"({_NAME}[\"']{_SPACE}:{_GAP}){_STRINGS}")
"""`{"token": "x"}`"""
_CALLED = re.compile(
    r"((?:setdefault|setenv|putenv|setattr|set_key)\([^\n\"']{0,80}+[\"'][\w-]{0,60}?"
    rf"{_NAME}[\"']{_SPACE},{_GAP}){_STRINGS}"
)
"""`os.environ.setdefault("TOKEN", "x")`"""
_UNPACKED = re.compile(
    rf"(?m)^((?>(?:{_ITEM},){{1,8}}){_ITEM}=[ \t(]{{0,40}}+)"
    rf"{_STRINGS}(?>(?:{_SPACE},{_SPACE}{_STRINGS}){{0,8}})"
)
"""`user, password = "x", "y"`"""
_QUERIED = re.compile(rf"([?&][\w-]{{0,60}}?{_NAME}=)[^&\s\"'{{]++")
"""`"https://example.org/?token=x"`"""
_COMMANDED = re.compile(
    rf"(?m)^({_SPACE}(?:%(?:set_)?env\b|!)[^\n]{{0,200}}?{_NAME}[ =]{_SPACE})[^\n]++"
)
"""`%env TOKEN=x`, `!export TOKEN=x`"""
_SECRET = re.compile(_NAMED)


def names_a_secret(text: str) -> bool:
    """Whether something in it is called as secrets are."""
    return _SECRET.search(text) is not None


@dataclass(frozen=True)
class Redactor:
    """Takes secrets out of texts: by name, by shape, and those of the environment."""

    environment: tuple[str, ...] = ()
    """Values of variables that are called as secrets are, the longest first."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Redactor:
        """One that knows the environment as it is now."""
        found = {
            value
            for name, value in _items(environment)
            if len(value) >= LEAST_SECRET
            and names_a_secret(name)
            and name not in _NO_SECRETS
        }
        return cls(tuple(sorted(found, key=lambda each: (-len(each), each))))

    def __call__(self, text: str) -> str:
        """The code or value, with `…` for its secrets."""
        for value in self.environment:
            if value in text:
                text = text.replace(value, "…")
        return without_secret_shapes(_without_named(text))


def without_secrets(text: str) -> str:
    """The same with the environment of this moment, for a single text."""
    return Redactor.of(os.environ)(text)


def _items(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    while True:
        # It may change while it is read; then it is read again.
        with contextlib.suppress(RuntimeError):
            return [*environment.items()]


def _without_named(text: str) -> str:
    """`"…"` for strings that secret-like names are set to."""
    if not names_a_secret(text):
        return text
    for pattern in (_COMMANDED, _QUERIED):
        text = pattern.sub(r"\1…", text)
    text = _UNPACKED.sub(_unpacked, text)
    for pattern in (_CALLED, _KEYED, _ASSIGNED):
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def _unpacked(found: re.Match[str]) -> str:
    return found[1] + HIDDEN if names_a_secret(found[1]) else found[0]
