"""Values that are secrets by the look of them: keys, tokens, passwords in addresses.

Every pattern reads a text once: repetitions are possessive or have a bound, because a
search holds up the whole kernel.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

SHORTEST: Final = 24
"""Characters of a random text that is taken for a key."""
_LEAST: Final = 8
"""Characters without a space that the shortest of all secrets has."""
_HEX: Final = 32
_SWITCHES: Final = 0.42
"""Of neighbours, so many are of another kind: 0.62 in random text, 0.3 in CamelCase."""
_AWS_KEY: Final = 40
"""The length of one, which may have slashes in it, as no other key has."""
_ONE_KEY = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/]++")

_PREFIXED = re.compile(
    r"(?<![\w-])(?:"
    r"sk-[\w-]{16,300}+|(?:sk|rk|pk|whsec)_(?:live|test)_\w{10,200}+|whsec_\w{20,200}+"
    r"|gh[opsur]_\w{20,300}+|github_pat_\w{20,300}+|glpat-[\w-]{16,200}+"
    r"|xox[abeprs]-[\w-]{10,200}+|(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)|AIza[\w-]{30,60}+"
    r"|hf_[A-Za-z0-9]{20,100}+|npm_[A-Za-z0-9]{30,100}+|pypi-[\w-]{16,300}+"
    r"|dop_v1_[0-9a-f]{32,100}+|dapi[0-9a-f]{32}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"
    r"|ya29\.[\w-]{20,300}+|SG\.[\w-]{16,40}+\.[\w-]{16,80}+|lin_api_\w{20,100}+"
    r"|eyJ[\w-]{8,4000}+\.[\w-]{8,4000}+(?:\.[\w-]{0,4000}+)?"
    r")"
)
"""Keys that say what they are, and JSON Web Tokens."""
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?>(?:[^-]|-(?!----END))*)(?:-----END [A-Z ]{0,60}-----)?"
)
_ADDRESS = re.compile(
    r"(\b[a-zA-Z][\w+.-]{0,30}://[^\s/:@\"']{0,100}:)[^\s/@\"']{1,300}+@"
)
"""`postgres://joe:password@host`"""
_BEARER = re.compile(r"(?i)(\b(?:bearer|basic)[ \t]{1,4})[\w.~+/=-]{12,4000}+")
_TOKEN = re.compile(rf"(?<![\w+/-])[\w+/-]{{{SHORTEST},}}+={{0,2}}")


def without_secret_shapes(text: str) -> str:
    """The text with `…` for what looks like a secret, whatever it is called."""
    longest = max(map(len, text.split()), default=0)
    if longest < _LEAST and not _BEARER.search(text):
        return text
    if "-----BEGIN" in text:
        text = _PRIVATE_KEY.sub("…", text)
    if "://" in text:
        text = _ADDRESS.sub(r"\1…@", text)
    text = _BEARER.sub(r"\1…", text)
    text = _PREFIXED.sub("…", text)
    return _TOKEN.sub(_unless_random, text)


def _unless_random(found: re.Match[str]) -> str:
    token = found[0]
    if "/" not in token:
        return "…" if is_random(token) else token
    if len(token) == _AWS_KEY and _ONE_KEY.fullmatch(token):
        return "…"
    # A path, of which one part may be a key.
    return "/".join("…" if is_random(each) else each for each in token.split("/"))


def is_random(token: str) -> bool:
    """Whether letters and digits follow one another as they do in a key."""
    if len(token) < SHORTEST:
        return False
    kinds = [*map(_kind, token)]
    present = {*kinds}
    if present == {"a", "0"} and len(token) >= _HEX:
        return {*token} <= {*"0123456789abcdef"}
    if not {"a", "A", "0"} <= present:
        return False
    switches = sum(
        one != other and "_" not in (one, other) for one, other in pairwise(kinds)
    )
    return switches >= _SWITCHES * len(token)


def _kind(character: str) -> str:
    if character.isdigit():
        return "0"
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return "_"
