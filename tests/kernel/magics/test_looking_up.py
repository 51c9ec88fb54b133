from __future__ import annotations

import threading

import pytest

from jupyter_llmchat.kernel.conversation import Conversation
from jupyter_llmchat.kernel.magics import looking_up
from jupyter_llmchat.kernel.magics.looking_up import looked_up
from tests.kernel.builders import session
from tests.kernel.scripted_client import ScriptedClient, ask, talk

from .test_model_commands import BOTH


def test_names_of_a_server_that_runs() -> None:
    client = ScriptedClient(stored=(session("s9", "tea"), session("s8", "")))
    client.known_models = BOTH
    talking = talk(client)
    assert looked_up(talking, "sessions") == ()
    ask(talking)
    assert looked_up(talking, "sessions")[-2:] == ("tea", "s8")
    assert looked_up(talking, "tiers") == ("fast", "tiny <1B>", "complex", "huge")


def test_a_slow_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_up, "WAIT_S", 0.01)
    done = threading.Event()

    def find() -> None:
        done.wait(10)

    assert (
        looked_up(Conversation(lambda say: ScriptedClient(), find=find), "tiers") == ()
    )
    done.set()
