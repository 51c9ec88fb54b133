from __future__ import annotations

import pytest

from jupyter_llmchat.evaluation.code import fenced, unfenced

ANSWER = """Do this:

```python
x = 1
```

It shows:

```
1
```

In a list:

   ```py
   if x:
       print(x)
   ```

```bash
pip install numpy
```
"""


def test_blocks_of_python_in_order() -> None:
    assert fenced(ANSWER) == ("x = 1", "if x:\n    print(x)")


@pytest.mark.parametrize(
    ("answer", "cells"),
    [
        ("No code.", ()),
        ("```\nx = 1\n```", ("x = 1",)),
        ("```json\n{}\n```", ()),
        ("~~~python\nx = 1\n~~~", ("x = 1",)),
        ("```python\nx = 1", ("x = 1",)),
        ("```python\n```", ()),
        ("```python\n>>> x = 1\n>>> x\n1\n```", ("x = 1\nx",)),
        ("```python\n%pip install a\n!ls\nx = 1\n```", ("\n\nx = 1",)),
    ],
)
def test_what_counts_as_a_block(answer: str, cells: tuple[str, ...]) -> None:
    assert fenced(answer) == cells


def test_code_without_a_fence_is_found_between_sentences() -> None:
    answer = (
        "You can add the numbers like this:\n\n"
        "def add(a, b):\n    return a + b\n\nprint(add(2, 3))\n\n"
        "This prints 5. For example, a sentence with add(2, 3) in it."
    )
    assert unfenced(answer) == ("def add(a, b):\n    return a + b\n\nprint(add(2, 3))",)


@pytest.mark.parametrize(
    "answer", ["", "With care, it works.", "# A heading", "From here on, import less."]
)
def test_sentences_are_no_code(answer: str) -> None:
    assert unfenced(answer) == ()
