from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from jupyter_llmchat.kernel.magics import taking


def test_what_fits() -> None:
    taking.nothing([])
    assert taking.one([]) == ""
    assert taking.one(["a"]) == "a"
    assert taking.count([], 5) == 5
    assert taking.count(["12"], 5) == 12


@pytest.mark.parametrize(
    "words", [["a"], ["a", "b"], ["0"], ["-1"], ["1.5"], ["9" * 9], ["²"]]
)
def test_what_is_no_count(words: list[str]) -> None:
    with pytest.raises(UsageError):
        taking.count(words, 5)


def test_too_much() -> None:
    with pytest.raises(UsageError):
        taking.nothing(["a"])
    with pytest.raises(UsageError):
        taking.one(["a", "b"])
