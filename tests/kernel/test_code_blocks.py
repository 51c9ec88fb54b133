from __future__ import annotations

from jupyter_llmchat.kernel.code_blocks import CodeBlock, code_blocks


def test_blocks_in_order_with_their_languages() -> None:
    text = "So:\n```python title\nx = 1\n\n```\n- in a list\n  ~~~\n  ls\n  ~~~\n"
    assert code_blocks(text) == (
        CodeBlock(language="python", code="x = 1"),
        CodeBlock(language="", code="ls"),
    )


def test_one_may_be_unfinished() -> None:
    assert [str(each) for each in code_blocks("```py\nx =")] == ["x ="]


def test_prose_and_empty_blocks_are_none() -> None:
    assert code_blocks("Use `x`.\n\n```\n\n```\n") == ()
