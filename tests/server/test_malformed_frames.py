"""Whatever is sent over the WebSocket is acted on or refused, and the next works."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_llmchat.errors import error_types
from jupyter_llmchat.protocol.codec import decode_frame
from jupyter_llmchat.protocol.requests import Refused
from jupyter_llmchat.server import rate

from .builders import LONG_S, Api, text_of
from .followers import connected
from .test_at_once import answered

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(exclude_categories=()), max_size=80)
    | st.sampled_from(["ask", "cancel", "resume", "x" * 10_000, "../..", "a\x00b"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
NAMES = "session_id question client_message_id turn_id from_seq options context colour"
FIELDS = st.sampled_from([*NAMES.split(), "replaces"])
OBJECTS = st.builds(
    lambda kind, fields: {"type": kind, **fields},
    st.sampled_from(["ask", "cancel", "resume"]),
    st.dictionaries(FIELDS, VALUES, max_size=6),
)
FRAMES = (
    st.binary(max_size=200)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200)
    | st.builds(json.dumps, VALUES | OBJECTS)
    | st.builds(lambda v: json.dumps(v).encode()[:-1], OBJECTS)
    | st.integers(1, 100_000).map(lambda depth: '{"type":' + "[" * depth)
)


@pytest.fixture(autouse=True)
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "FRAMES_BURST", 10**9)


async def sweep(api: Api, jp_ws_fetch: Any, examples: int) -> None:
    """Sends `examples` frames over one connection, and then a question."""
    loop = asyncio.get_running_loop()
    seen = 0
    async with connected(jp_ws_fetch, 1) as (connection,):

        async def told(frame: str | bytes) -> Refused:
            is_binary = isinstance(frame, bytes)
            await connection.write_message(frame, binary=is_binary)
            reply = await asyncio.wait_for(connection.read_message(), LONG_S)
            assert reply is not None, "the server closed the connection"
            refused = decode_frame(reply)
            assert isinstance(refused, Refused)
            return refused

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(FRAMES)
        def each(frame: str | bytes) -> None:
            nonlocal seen
            seen += 1
            refused = asyncio.run_coroutine_threadsafe(told(frame), loop).result(LONG_S)
            assert refused.code in error_types().keys() - {"internal"}
            assert refused.message.endswith(".")

        await asyncio.to_thread(each)
        assert seen >= examples // 2
        session = await api.new_session()
        ask = {"type": "ask", "session_id": session, "question": "What?"}
        await connection.write_message(json.dumps(ask))
        assert text_of(await answered(connection)) == "Forty-two."


async def test_frames_of_any_kind_are_refused_by_name(
    api: Api, jp_ws_fetch: Any
) -> None:
    await sweep(api, jp_ws_fetch, 300)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_many_frames_of_any_kind_are_refused_by_name(
    api: Api, jp_ws_fetch: Any
) -> None:
    await sweep(api, jp_ws_fetch, 3000)
