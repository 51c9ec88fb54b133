from __future__ import annotations

import pytest

from jupyter_llmchat.pipeline.evidence import CodeState, code_state, sentence


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("Call `len(items)`.", "none"),
        ("```python\nprint(1)\n```", "valid"),
        ("So:\n\n```python\nfor x in y:\n    print(x)\n```\n\nDone.", "valid"),
        ("```\nx = 1\n```", "valid"),
        ("```python\nprint(1\n```", "broken"),
        ("```python\nx = 1\n```\n```python\nx = = 1\n```", "broken"),
        ("```bash\npip install numpy\n```", "none"),
        ("```python\nprint(1", "none"),
        ("```python\n%time f()\n!ls\nlen?\n```", "valid"),
        ("```python\nif x:\n    !ls\n```", "valid"),
        ("```python\n\0\n```", "broken"),
        ("```python\nx = '\\d'\n```", "valid"),
        (f"```python\n{'(' * 5000}\n```", "broken"),
        (f"```python\n{'x = 1;' * 5000}\n```", "none"),
    ],
)
def test_whether_code_can_be_parsed(answer: str, state: CodeState) -> None:
    assert code_state(answer) == state


def test_nothing_is_run() -> None:
    assert code_state("```python\nraise SystemExit\n```") == "valid"


def test_what_is_found_is_said_in_words() -> None:
    assert sentence("none") == ""
    assert sentence("valid") != sentence("broken") != ""
