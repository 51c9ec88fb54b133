from __future__ import annotations

import pytest

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol import requests
from jupyter_llmchat.protocol.codec import decode, encode


@pytest.mark.parametrize(
    "request_",
    [
        requests.Ask(session_id="s", question="Why?"),
        requests.Cancel(turn_id="t"),
        requests.Resume(turn_id="t", from_seq=4),
    ],
)
def test_a_socket_request_survives_the_wire(request_: requests.SocketRequest) -> None:
    assert decode(encode(request_), type(request_)) == request_


def test_a_title_is_short() -> None:
    with pytest.raises(BadRequest, match=r"\$\.title"):
        decode(b'{"title":"' + b"x" * 201 + b'"}', requests.CreateSession)


def test_a_typing_error_in_a_rest_body_is_not_ignored() -> None:
    with pytest.raises(BadRequest, match="deadline"):
        decode(b'{"question":"Why?","deadline":5}', requests.AskBody)


def test_default_settings_are_not_shared() -> None:
    first, second = requests.CreateSession(), requests.CreateSession()
    first.config["a"] = 1
    assert second.config == {}
