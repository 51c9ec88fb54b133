"""The public clients of both versions against a real server with the embedded model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_llmchat.kernel.discover import ServerAddress
from tests.server.served import served

from .running_client import VERSIONS, run

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

SERVE = (
    *("serve", "--"),
    "--LLMChatApp.self_test=False",
    "--LLMChatApp.calibrate=False",
    "--LLMChatApp.n_threads=1",
    "--LLMChatApp.stage_tokens=48",
)
LONG = (
    "Write a comprehensive study plan for learning machine learning in six months"
    " with resources, milestones and projects."
)


def text_of(told: list[dict[str, Any]]) -> dict[str, str]:
    """The stages that the pieces of a stream make."""
    stages: dict[str, str] = {}
    for each in told:
        if "stage" in each:
            before = stages.get(each["stage"], "") if each["append"] else ""
            stages[each["stage"]] = before + each["text"]
    return stages


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerAddress]:
    folder = tmp_path_factory.mktemp("model")
    with served(folder, *SERVE, module="jupyter_llmchat") as address:
        yield address


@pytest.mark.parametrize("version", VERSIONS)
def test_a_model_s_answers_reach_both_clients(
    version: str, server: ServerAddress
) -> None:
    seen = run(version, server, "What does len() do?", LONG)
    assert seen["sent"]["state"] == "completed"
    assert seen["sent"]["stages"]["core"].strip()
    assert seen["got"] == seen["sent"]
    assert seen["streamed"][-1] == {"state": "completed", "final": True}
    assert text_of(seen["streamed"])["core"].strip()
    stopped = seen["broken off"]["stopped"]
    assert stopped["state"] == "canceled"
    assert any(stopped["stages"].values())
    assert seen["errors"]["ended"][0] == -32002
