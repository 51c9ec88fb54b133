from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.kernel.interpolation import TEXT_CHARS, interpolated


class Loud:
    def __repr__(self) -> str:
        raise AssertionError("it was shown by itself")

    __str__ = __format__ = __repr__  # type: ignore[assignment]


NAMES: dict[str, Any] = {
    "x": 20,
    "a": 1,
    "b": 2,
    "name": "Ada",
    "d": {"k": [1.5, None]},
    "api_key": "sk-123",
    "thing": Loud(),
    "run": len,
    "text": "y" * (TEXT_CHARS + 5),
    "config": {"password": "hunter2"},
    "braces": "{x}",
}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("What is {x}?", "What is 20?"),
        ("{name}, {x + 1} and {d['k'][0]}", "Ada, 21 and 1.5"),
        ("{d['k']} {d}", "[1.5, None] {'k': [1.5, None]}"),
        ("`{x}` and {x}", "`{x}` and 20"),
        ("f'{x}' and {x}", "f'{x}' and 20"),
        ("{braces}", "{x}"),
        ("const y = {name: 1}; is {name} there?", "const y = {name: 1}; is Ada there?"),
    ],
)
def test_what_resolves_is_replaced(typed: str, sent: str) -> None:
    assert interpolated(typed, NAMES).text == sent
    assert interpolated(typed, NAMES).remarks == ()


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "{}",
        "{ }",
        "{y}",
        "{{x}}",
        "{{{x}}}",
        "{x!r} {x:.2f} {x=}",
        '{"a": 1, "b": {"c": [x]}}',
        "{'x': x}",
        "{run}",
        "{run(x)}",
        "{x, a}",
        "{x\n}",
        "${x} $ {y}",
        "function f(o: {a: number}): void { return o.a }",
        r"\frac{a}{b} + \sqrt{x} - x_{a}^{b} \text{a} \begin{b} \sqrt[3]{x}",
        "$x_{a} = {b}$ and \\({a}\\) and \\[{a}\\] and $${a}$$",
        "f'{x}' F\"{x:{a}}\" rf'''{x}\n{a}'''",
        "```python\nprint({x})\n```",
        "`{x}` ``{a} ` {b}``",
        "%s {0} {} {x.y} {a[0]}",
    ],
)
def test_everything_else_stays(typed: str) -> None:
    assert interpolated(typed, NAMES).text == typed
    assert interpolated(typed, NAMES).remarks == ()


def test_a_secret_is_neither_sent_nor_shown() -> None:
    found = interpolated("Is {api_key} right, and {config}?", NAMES)
    assert found.text == "Is {api_key} right, and {'password': \"…\"}?"
    assert found.remarks == ("{api_key} looks like a secret: it was not sent.",)


def test_what_cannot_be_shown_is_told_once() -> None:
    found = interpolated("{thing} or {thing}", NAMES)
    assert found.text == "{thing} or {thing}"
    (remark,) = found.remarks
    assert remark.startswith("{thing} stays as it is")


def test_a_long_text_is_cut() -> None:
    found = interpolated("{text}", NAMES)
    assert found.text == "y" * TEXT_CHARS + "…"
    assert "2,005 characters" in found.remarks[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
)


@given(json_values, st.booleans())
def test_json_stays(value: object, is_indented: bool) -> None:
    text = json.dumps(value, indent=2 if is_indented else None)
    # The text of a string in it may be anything.
    if not any(f"{{{name}}}" in text for name in NAMES):
        assert interpolated(text, NAMES).text == text


@given(json_values)
def test_dicts_stay(value: object) -> None:
    text = repr({"value": value})
    if not any(f"{{{name}}}" in text for name in NAMES):
        assert interpolated(text, NAMES).text == text


@given(st.text(max_size=100) | st.text("{}[]()$\\^_`'\"fx.a b\n:,+-0", max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    found = interpolated(text, NAMES)
    if "{" not in text:
        assert found.text == text


@given(st.text("{}ax\n `$f'\"\\", max_size=60))
def test_without_names_nothing_changes(text: str) -> None:
    assert interpolated(text, {}).text == text
