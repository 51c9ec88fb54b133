"""Everything that a client of A2A 0.2 does, with a2a-sdk 0.2.9.

Run by the Python of its own environment: `client_v0.py URL QUESTION WAITING`, the token
in A2A_TOKEN. Prints what it has seen as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
from a2a.client import A2ACardResolver, A2AClient
from a2a.client.errors import A2AClientHTTPError
from a2a.types import (
    CancelTaskRequest,
    FilePart,
    FileWithBytes,
    GetTaskRequest,
    Message,
    MessageSendConfiguration,
    MessageSendParams,
    Part,
    Role,
    SendMessageRequest,
    SendStreamingMessageRequest,
    SendStreamingMessageResponse,
    TaskIdParams,
    TaskQueryParams,
    TaskResubscriptionRequest,
    TextPart,
)
from httpx_sse import aconnect_sse

Json = dict[str, Any]


def params(text: str, *, blocking: bool = True, **fields: Any) -> MessageSendParams:
    parts = fields.pop("parts", None) or [Part(root=TextPart(text=text))]
    message = Message(role=Role.user, messageId=uuid4().hex, parts=parts, **fields)
    how = MessageSendConfiguration(acceptedOutputModes=["text"], blocking=blocking)
    return MessageSendParams(message=message, configuration=how)


def told(event: Any) -> Json:
    """An answer of a stream in words that do not depend on the version."""
    if event.kind == "task":
        return {"task": task(event)}
    if event.kind == "status-update":
        return {"state": event.status.state.value, "final": event.final}
    return {
        "stage": event.artifact.name,
        "text": "".join(part.root.text for part in event.artifact.parts),
        "append": event.append,
        "last": event.lastChunk,
    }


def task(found: Any) -> Json:
    return {
        "id": found.id,
        "context": found.contextId,
        "state": found.status.state.value,
        "stages": {
            each.name: "".join(part.root.text for part in each.parts)
            for each in found.artifacts or []
        },
        "history": [each.parts[0].root.text for each in found.history or []],
    }


class Session:
    """The client under test, and what it is asked for."""

    def __init__(self, http: httpx.AsyncClient, client: A2AClient) -> None:
        self.http, self.client = http, client

    async def send(self, asked: MessageSendParams) -> Any:
        request = SendMessageRequest(id=uuid4().hex, params=asked)
        return (await self.client.send_message(request)).root

    async def stream(self, text: str) -> AsyncIterator[Any]:
        request = SendStreamingMessageRequest(id=uuid4().hex, params=params(text))
        async for answer in self.client.send_message_streaming(request):
            yield answer.root

    async def get(self, id: str, length: int | None = None) -> Any:
        asked = TaskQueryParams(id=id, historyLength=length)
        return (await self.client.get_task(GetTaskRequest(id=1, params=asked))).root

    async def cancel(self, id: str) -> Any:
        request = CancelTaskRequest(id="c", params=TaskIdParams(id=id))
        return (await self.client.cancel_task(request)).root

    async def listen(self, id: str) -> AsyncIterator[Any]:
        """This version's client has types for it, but no method."""
        asked = TaskResubscriptionRequest(id="r", params=TaskIdParams(id=id))
        async with aconnect_sse(
            self.http, "POST", self.client.url, json=asked.model_dump(mode="json")
        ) as source:
            async for each in source.aiter_sse():
                yield SendStreamingMessageResponse(**json.loads(each.data)).root


async def broken_off(session: Session, waiting: str) -> Json:
    """A stream that is left, joined again and then stopped."""
    stream = session.stream(waiting)
    first = [(await anext(stream)).result for _ in range(3)]
    await stream.aclose()
    joined = session.listen(first[0].id)
    so_far = (await anext(joined)).result
    stopped = (await session.cancel(first[0].id)).result
    rest = [each.result async for each in joined]
    return {
        "first": list(map(told, first)),
        "joined": told(so_far),
        "stopped": task(stopped),
        "rest": list(map(told, rest)),
    }


async def errors(session: Session, ended: str, question: str) -> Json:
    data = FilePart(file=FileWithBytes(bytes="AA==", mimeType="image/png"))
    answers = {
        "no task": await session.get("nothing"),
        "ended": await session.cancel(ended),
        "no context": await session.send(params(question, contextId="nothing")),
        "more": await session.send(params(question, taskId=ended)),
        "file": await session.send(params("", parts=[Part(root=data)])),
        "empty": await session.send(params(" ")),
        "empty stream": await anext(session.stream(" ")),
        "listen": await anext(session.listen(ended)),
    }
    return {
        name: [answer.error.code, answer.error.message]
        for name, answer in answers.items()
    }


async def everything(url: str, question: str, waiting: str) -> Json:
    headers = {"Authorization": f"Bearer {os.environ['A2A_TOKEN']}"}
    async with httpx.AsyncClient(headers=headers, timeout=200) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        session = Session(http, A2AClient(http, agent_card=card))
        sent = (await session.send(params(question))).result
        follow = params(question, contextId=sent.contextId, blocking=False)
        again = (await session.send(follow)).result
        return {
            "card": json.loads(card.model_dump_json(exclude_none=True)),
            "sent": task(sent),
            "streamed": [told(each.result) async for each in session.stream(question)],
            "got": task((await session.get(sent.id)).result),
            "without history": task((await session.get(sent.id, 0)).result),
            "again": task(again),
            "broken off": await broken_off(session, waiting),
            "errors": await errors(session, sent.id, question),
            "wrong token": await refused(url),
        }


async def refused(url: str) -> int:
    async with httpx.AsyncClient(headers={"Authorization": "Bearer wrong"}) as http:
        try:
            await A2ACardResolver(http, url).get_agent_card()
        except A2AClientHTTPError as error:
            return error.status_code
    return 200


if __name__ == "__main__":
    print(json.dumps(asyncio.run(everything(*sys.argv[1:4]))))
