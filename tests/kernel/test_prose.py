from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.kernel.prose import prose


def kept(text: str) -> str:
    """The prose, with a bar where something else stands."""
    return "|".join(text[begin:end] for begin, end in prose(text))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a `b` c", "a | c"),
        ("a ``b ` c`` d", "a | d"),
        ("a ` b", "a ` b"),
        ("a\n```py\nb\n```\nc", "a\n|\nc"),
        ("a\n~~~\nb", "a\n"),
        ("f'{x}' f\"{y}\" Rf'z'", " | "),
        ("if 'x' of'x'", "if 'x' of'x'"),
        ("f'x\ny'", "f'x\ny'"),
        ('f"""x\ny""" z', " z"),
        ("a $x^2$ b $$c$$ d \\(e\\) f \\[g\\] h", "a | b | d | f | h"),
        ("costs $5 or $6, and $ 7", "costs $5 or $6, and $ 7"),
        ("$$ a", "$$ a"),
    ],
)
def test_stretches_of_prose(text: str, left: str) -> None:
    assert kept(text) == left


@given(st.text("a`~$\\[]()f'\"\n{} ", max_size=80))
def test_stretches_are_in_order_and_apart(text: str) -> None:
    at = 0
    for begin, end in prose(text):
        assert at <= begin < end <= len(text)
        at = end


@pytest.mark.parametrize(
    "piece", ["{", "`a ", "``a ` ", "\\[ ", "f'''a ", "$$ a", "$a ", "\n~~~ a", "f'a\n"]
)
def test_a_long_text_is_no_trouble(piece: str) -> None:
    assert list(prose(piece * 20_000)) is not None
