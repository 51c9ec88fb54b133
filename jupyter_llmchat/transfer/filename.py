"""The name of an exported file: from a title that anyone may have given."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

FALLBACK = "conversation"
MAX_BYTES = 120
"""Of the name before its ending, in UTF-8; file systems take 255."""

_APART = re.compile(r"[\s/\\:*?\"<>|%]+")
"""What is between words, or means something in paths, in shells or to browsers."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)", re.I)
"""Devices on Windows, whatever the ending."""


def safe_name(title: str, ending: str) -> str:
    """One name without any folder, fit for every file system."""
    text = unicodedata.normalize("NFC", title)
    text = "".join(each for each in text if _is_shown(each))
    text = _APART.sub("-", text).strip("-. ~")
    text = text.encode("utf-8", "ignore")[:MAX_BYTES].decode("utf-8", "ignore")
    text = text.strip("-. ~")
    if not text or _RESERVED.fullmatch(text.partition(".")[0].strip()):
        text = f"{FALLBACK}-{text}".strip("-")
    return f"{text}.{ending}"


def disposition(name: str) -> str:
    """`Content-Disposition` for a file to be saved under the name (RFC 6266, 5987)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w.() -]", "_", plain)
    if plain.startswith("."):
        plain = f"{FALLBACK}{plain}"
    encoded = quote(name, safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def _is_shown(character: str) -> bool:
    """False for controls, direction overrides, surrogates and what is not assigned."""
    return character.isspace() or unicodedata.category(character)[0] != "C"
