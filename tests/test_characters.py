from __future__ import annotations

import pytest

from jupyter_llmchat.characters import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("safe\rEVIL", "safe␍EVIL"),
        ("\x1b]52;c;x\x07", "␛]52;c;x␇"),
        ("\x00\x7f\x9b31m", "␀␡[U+009B]31m"),
        ("\u202eabc\u2066", "[U+202E]abc[U+2066]"),
        ("👩‍💻 é नमस्ते שלום", "👩‍💻 é नमस्ते שלום"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
