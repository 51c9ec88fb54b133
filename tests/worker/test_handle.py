from __future__ import annotations

import pytest

from jupyter_llmchat.worker.handle import Exit
from tests.worker.conftest import StartLink
from tests.worker.test_link import text_of


def test_an_exit_says_how_and_the_last_words() -> None:
    assert str(Exit(-9, "")) == "SIGKILL"
    assert str(Exit(3, "no memory")) == "exit code 3: no memory"


async def test_secrets_are_not_passed_on(
    start_link: StartLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_TOKEN", "secret")
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    names = (await text_of(await start_link("answers"), "environment")).split()
    assert "JUPYTER_TOKEN" not in names
    assert "OMP_WAIT_POLICY" in names
    assert "GGML_NO_BACKTRACE" in names
