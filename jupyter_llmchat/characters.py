"""Characters that could mislead a reader or steer a terminal are shown, not obeyed."""

from __future__ import annotations

from typing import Final

_CONTROLS = (code for code in (*range(0x20), 0x7F) if chr(code) not in "\t\n")
_BIDI_AND_C1 = (*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))

_SHOWN: Final[dict[int, str]] = {
    **{code: chr(0x2400 + code if code < 0x20 else 0x2421) for code in _CONTROLS},
    **{code: f"[U+{code:04X}]" for code in _BIDI_AND_C1},
}
"""Control characters as their pictures, C1 and direction controls by their code."""


def visible(text: str) -> str:
    """The text with escape sequences and direction overrides made visible."""
    return text.replace("\r\n", "\n").translate(_SHOWN)
