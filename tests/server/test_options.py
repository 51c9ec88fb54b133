from __future__ import annotations

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.protocol.resources import Session
from jupyter_llmchat.server.options import (
    check_session_config,
    in_session,
    set_options,
)


def test_a_session_s_settings_are_checked_but_its_own_keys_are_not() -> None:
    options = check_session_config({"temperature": 0.5, "colour": "blue"})
    assert options.temperature == 0.5
    with pytest.raises(BadRequest, match="temperature"):
        check_session_config({"temperature": "hot"})


def test_a_system_prompt_has_a_limit() -> None:
    assert check_session_config({"system_prompt": "x" * 4000}).system_prompt
    with pytest.raises(BadRequest, match="system_prompt"):
        check_session_config({"system_prompt": "x" * 4001})


def test_a_question_s_own_settings_come_before_those_of_its_session() -> None:
    config = {"temperature": 0.5, "seed": 3, "system_prompt": "Be brief.", "mine": 1}
    session = Session(
        id="s", title="", created=1.0, updated=1.0, messages=0, config=config
    )
    asked = AskOptions(temperature=0.0, system_prompt="")
    options = in_session(asked, session)
    assert set_options(options) == {"temperature": 0.0, "seed": 3, "system_prompt": ""}
