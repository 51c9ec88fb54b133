"""Everything that a client of A2A 1 does, with a2a-sdk 1.

As client_v0.
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
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.client.client import Client
from a2a.client.errors import AgentCardResolutionError
from a2a.types.a2a_pb2 import (
    AgentCard,
    CancelTaskRequest,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    StreamResponse,
    SubscribeToTaskRequest,
    Task,
    TaskState,
)
from a2a.utils.errors import JSON_RPC_ERROR_CODE_MAP, A2AError
from google.protobuf.json_format import MessageToDict

Json = dict[str, Any]


def request(text: str, parts: Any = None, **fields: Any) -> SendMessageRequest:
    message = Message(
        role=Role.ROLE_USER,
        message_id=uuid4().hex,
        parts=parts or [Part(text=text)],
        **fields,
    )
    return SendMessageRequest(message=message)


def state(status: Any) -> str:
    return TaskState.Name(status.state).removeprefix("TASK_STATE_").lower()


def told(event: StreamResponse) -> Json:
    """As in client_v0."""
    if event.HasField("task"):
        return {"task": task(event.task)}
    if event.HasField("status_update"):
        name = state(event.status_update.status)
        return {"state": name, "final": name in ("completed", "canceled", "failed")}
    update = event.artifact_update
    return {
        "stage": update.artifact.name,
        "text": "".join(part.text for part in update.artifact.parts),
        "append": update.append,
        "last": update.last_chunk,
    }


def task(found: Task) -> Json:
    return {
        "id": found.id,
        "context": found.context_id,
        "state": state(found.status),
        "stages": {
            each.name: "".join(part.text for part in each.parts)
            for each in found.artifacts
        },
        "history": [each.parts[0].text for each in found.history],
    }


async def sent(client: Client, asked: SendMessageRequest) -> Task:
    """Of a client that does not stream."""
    (answer,) = [each async for each in client.send_message(asked)]
    return answer.task


async def broken_off(client: Client, waiting: str) -> Json:
    """A stream that is left, joined again and then stopped."""
    stream: AsyncIterator[Any] = client.send_message(request(waiting))
    first = [await anext(stream) for _ in range(3)]
    await stream.aclose()  # type: ignore[attr-defined]
    id = first[0].task.id
    joined = client.subscribe(SubscribeToTaskRequest(id=id))
    so_far = await anext(joined)
    stopped = await client.cancel_task(CancelTaskRequest(id=id))
    rest = [each async for each in joined]
    return {
        "first": list(map(told, first)),
        "joined": told(so_far),
        "stopped": task(stopped),
        "rest": list(map(told, rest)),
    }


async def error_of(asking: Any) -> list[Any]:
    try:
        await asking
    except A2AError as error:
        return [JSON_RPC_ERROR_CODE_MAP[type(error)], error.message]
    return []


async def errors(plain: Client, client: Client, ended: str, question: str) -> Json:
    image = [Part(raw=b"\x00", media_type="image/png")]
    listen = client.subscribe(SubscribeToTaskRequest(id=ended))
    askings = {
        "no task": client.get_task(GetTaskRequest(id="nothing")),
        "ended": client.cancel_task(CancelTaskRequest(id=ended)),
        "no context": sent(plain, request(question, context_id="nothing")),
        "more": sent(plain, request(question, task_id=ended)),
        "file": sent(plain, request("", parts=image)),
        "empty": sent(plain, request(" ")),
        "empty stream": anext(client.send_message(request(" "))),
        "listen": anext(listen),
    }
    return {name: await error_of(asking) for name, asking in askings.items()}


def client_of(card: AgentCard, http: httpx.AsyncClient, **config: Any) -> Client:
    return ClientFactory(ClientConfig(httpx_client=http, **config)).create(card)


async def as_0_3(card: AgentCard, http: httpx.AsyncClient, question: str) -> Json:
    """The same client with a server that speaks 0.3 only."""
    old = AgentCard()
    old.CopyFrom(card)
    del old.supported_interfaces[:]
    old.supported_interfaces.extend(
        each for each in card.supported_interfaces if each.protocol_version == "0.3"
    )
    first = await sent(client_of(old, http, streaming=False), request(question))
    stream = client_of(old, http).send_message(request(question))
    return {"sent": task(first), "streamed": [told(each) async for each in stream]}


async def everything(url: str, question: str, waiting: str) -> Json:
    headers = {"Authorization": f"Bearer {os.environ['A2A_TOKEN']}"}
    async with httpx.AsyncClient(headers=headers, timeout=200) as http:
        card = await A2ACardResolver(http, url).get_agent_card()
        client = client_of(card, http)
        plain = client_of(card, http, streaming=False)
        polling = client_of(card, http, streaming=False, polling=True)
        first = await sent(plain, request(question))
        follow = request(question, context_id=first.context_id)
        query = GetTaskRequest(id=first.id, history_length=0)
        stream = client.send_message(request(question))
        return {
            "card": MessageToDict(card),
            "sent": task(first),
            "streamed": [told(each) async for each in stream],
            "got": task(await client.get_task(GetTaskRequest(id=first.id))),
            "without history": task(await client.get_task(query)),
            "again": task(await sent(polling, follow)),
            "broken off": await broken_off(client, waiting),
            "errors": await errors(plain, client, first.id, question),
            "as 0.3": await as_0_3(card, http, question),
            "wrong token": await refused(url),
        }


async def refused(url: str) -> int | None:
    async with httpx.AsyncClient(headers={"Authorization": "Bearer wrong"}) as http:
        try:
            await A2ACardResolver(http, url).get_agent_card()
        except AgentCardResolutionError as error:
            return error.status_code
    return 200


if __name__ == "__main__":
    print(json.dumps(asyncio.run(everything(*sys.argv[1:4]))))
