"""What the tests of A2A are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import HTTPResponse

from jupyter_llmchat.protocol.events import Start, TurnEvent
from jupyter_llmchat.server.a2a.endpoint import CALLS
from tests.server.builders import complete, start

from .staged_server import stage

STARTED = start()


def numbered(*events: TurnEvent) -> tuple[TurnEvent, ...]:
    """A whole turn, with the numbers that it would be published with."""
    from msgspec.structs import replace

    every = (STARTED, *events)
    return tuple(
        replace(event, seq=seq, turn_id="t") for seq, event in enumerate(every)
    )


def staged() -> tuple[TurnEvent, ...]:
    """A turn of one stage with two chunks."""
    return numbered(*stage("core", "Forty", "-two."), complete())


def started() -> Start:
    return STARTED


@dataclass
class Rpc:
    """Calls as a client would make them; errors are answers too."""

    fetch: Any

    async def post(self, body: Any, **headers: str) -> HTTPResponse:
        """Anything at all, as JSON unless it is bytes."""
        response: HTTPResponse = await self.fetch(
            CALLS,
            method="POST",
            headers={"Content-Type": "application/json"} | headers,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
            raise_error=False,
        )
        return response

    async def call(self, method: str, params: Any, **headers: str) -> Any:
        """What comes back: an answer, or the list of a stream's."""
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
        return answers(await self.post(body, **headers))

    async def error(self, method: str, params: Any, **headers: str) -> tuple[int, str]:
        """Code and text of the error that must come back."""
        answer = await self.call(method, params, **headers)
        (told,) = answer if isinstance(answer, list) else (answer,)
        assert told["id"] == 7
        return told["error"]["code"], told["error"]["message"]


def answers(response: HTTPResponse) -> Any:
    """The JSON of a response; of a stream, a list."""
    assert response.code == 200, response.body
    text = response.body.decode()
    if response.headers["Content-Type"] != "text/event-stream":
        return json.loads(text)
    records = [each for each in text.split("\n\n") if each and each[0] != ":"]
    return [json.loads(each.removeprefix("data: ")) for each in records]


def v0(text: str = "What is it?", **fields: Any) -> dict[str, Any]:
    """Parameters of message/send."""
    parts = [{"kind": "text", "text": text}]
    message = {"kind": "message", "messageId": "m1", "role": "user", "parts": parts}
    return {"message": message | fields}


def v1(text: str = "What is it?", **fields: Any) -> dict[str, Any]:
    """Parameters of SendMessage."""
    message = {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": text}]}
    return {"message": message | fields}
