from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.transfer.filename import disposition, safe_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Counting words", "Counting-words.md"),
        ("Häufigkeiten", "Häufigkeiten.md"),
        ("数える", "数える.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("..\\..\\x", "x.md"),
        ("C:\\x", "C-x.md"),
        ("a\r\nSet-Cookie: x", "a-Set-Cookie-x.md"),
        ("a\x00b\u202ec", "abc.md"),
        (".bashrc", "bashrc.md"),
        ("-rf", "rf.md"),
        ("~root", "root.md"),
        ("trailing. ", "trailing.md"),
        ("", "conversation.md"),
        ("\x00", "conversation.md"),
        ("...", "conversation.md"),
        ("con", "conversation-con.md"),
        ("LPT1.txt", "conversation-LPT1.txt.md"),
        ("console", "console.md"),
        ("x" * 300, "x" * 120 + ".md"),
        ("ä" * 300, "ä" * 60 + ".md"),
    ],
)
def test_safe_name(title: str, name: str) -> None:
    assert safe_name(title, "md") == name


@given(st.text(max_size=300))
def test_any_title_makes_one_name_in_one_header(title: str) -> None:
    name = safe_name(title, "json")
    assert not re.search(r"[\x00-\x1f\x7f/\\:*?\"<>|]", name)
    assert name[0] not in ".-~ "
    assert len(name.encode()) <= 140
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    found = re.fullmatch(
        r"attachment; filename=\"([\w.() -]+)\"; filename\*=UTF-8''([\w.%~-]+)", header
    )
    assert found is not None
    assert unquote(found[2]) == name
