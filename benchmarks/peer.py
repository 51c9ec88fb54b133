"""The peer: llama-server as the PyPI package `xllamacpp` ships it, over HTTP.

It runs in a process of its own, as ours does. It has eight slots and cuts its
context into as many, so it gets eight times the cells that one request needs; all
else is its default. Its prompts are raw text, its prompt cache is on.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from benchmarks.sides import LONG_S, REPEAT_PENALTY, Written
from benchmarks.texts import OPTIONS

SLOTS = 8
SLOT_CELLS = 2560
CELLS = SLOTS * SLOT_CELLS
START_S = 60.0
DATA = b"data: "

ONE_CALL = httpx.Limits(max_keepalive_connections=0)
"""llama-server closes idle connections; a call on one of them would fail."""


class LlamaServer:
    """A running server; implements Side."""

    name = "llama-server"

    def __init__(self, pid: int, client: httpx.AsyncClient) -> None:
        self.pid = pid
        self._client = client

    async def write(self, prompt: str, tokens: int, limit_s: float = LONG_S) -> Written:
        body = {**_request(prompt, tokens), "stream": True}
        # Read raw and looked into afterwards: what it sends should not have to
        # compete with the reading of it.
        arrivals: list[float] = []
        received = bytearray()
        started = time.perf_counter()
        async with self._client.stream("POST", "/completion", json=body) as response:
            response.raise_for_status()
            async for chunk in response.aiter_raw():
                received += chunk
                # While it reads a long prompt it sends comments.
                if DATA in chunk:
                    arrivals.append(time.perf_counter())
                if time.perf_counter() - started > limit_s:
                    break
        events = completion_events(bytes(received))
        return Written(
            started=started,
            first=arrivals[0],
            last=arrivals[-1],
            tokens=events[-1]["tokens_predicted"],
            text="".join(event["content"] for event in events),
        )

    async def decide(self, prompt: str) -> None:
        body = {**_request(prompt, 1), "n_probs": len(OPTIONS)}
        response = await self._client.post("/completion", json=body)
        response.raise_for_status()
        assert response.json()["completion_probabilities"]


@asynccontextmanager
async def llama_server(path: str, threads: int) -> AsyncIterator[LlamaServer]:
    """A healthy server on a free port of 127.0.0.1; gone on exit."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __spec__.name, path, str(threads)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise RuntimeError(f"llama-server cannot serve {path}; is xllamacpp there?")
        async with httpx.AsyncClient(
            limits=ONE_CALL, base_url=address, timeout=LONG_S
        ) as client:
            await _healthy(client)
            yield LlamaServer(process.pid, client)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def completion_events(stream: bytes) -> list[dict[str, Any]]:
    """The data of server-sent events, without comments; one that was cut off at the
    end is left out."""
    *blocks, _ = stream.split(b"\n\n")
    events = (block for block in blocks if block.startswith(DATA))
    return [json.loads(event.removeprefix(DATA)) for event in events]


def _request(prompt: str, tokens: int) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "n_predict": tokens,
        "temperature": 0,
        "repeat_penalty": REPEAT_PENALTY,
        "cache_prompt": True,
    }


async def _healthy(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(START_S):
        while (await client.get("/health")).status_code != httpx.codes.OK:
            await asyncio.sleep(0.1)


def serve(path: str, threads: int) -> None:
    """The peer's process: says its address, ends when its input closes."""
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = CELLS
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
