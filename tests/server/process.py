"""A process of its own whose disk fills up: `python -m tests.server.process PATH`.

It prints as JSON what its clients were told and what is stored in the end.
"""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.protocol.events import Error, Notice
from jupyter_llmchat.server.turns import Turns

from .builders import (
    Script,
    all_of,
    ask_body,
    chunk,
    complete,
    eventually,
    new_session,
    running,
    settings,
    text_of,
    until,
)

BEFORE, LATER = "Before. ", "x" * 400_000


def no_file_may_grow_beyond(size: int) -> None:
    """What the process meets then is what a full disk is to it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def fill_disk(path: Path) -> dict[str, Any]:
    full, empty = asyncio.Event(), asyncio.Event()
    steps = (chunk(BEFORE), full, chunk(LATER), empty, chunk("After."), complete())
    script = Script(steps=steps)
    async with running(settings(path), script) as services:
        turns, store = await services.turns(), await services.store()
        session = await new_session(services)
        asked = await turns.ask("local", session, ask_body("Q?"))
        await eventually(lambda: script.questions)
        log = path.with_name(path.name + ".wal")
        no_file_may_grow_beyond(log.stat().st_size + 1000)
        full.set()
        notice = await until(asked, Notice)
        refused = await asked_in_vain(turns, session)
        empty.set()
        events = await all_of(await turns.listen("local", asked.turn_id, 0))
        assert isinstance(events[-1], Error)
        no_file_may_grow_beyond(resource.RLIM_INFINITY)
        async with asyncio.timeout(30):
            while (await store.turn("local", asked.turn_id)).state == "streaming":
                await asyncio.sleep(0.05)
        script.steps = (chunk("Fine."), complete())
        again = await all_of(await turns.ask("local", session, ask_body("And now?")))
    return {
        "notices": [each.code for each in notice if isinstance(each, Notice)],
        "refused": refused,
        "said": len(text_of(events)),
        "end": events[-1].code,
        "again": text_of(again),
    }


async def asked_in_vain(turns: Turns, session: str) -> str:
    try:
        await turns.ask("local", session, ask_body("long " * 10_000))
    except StoreUnavailable as error:
        return str(error)
    return ""


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fill_disk(Path(sys.argv[1])))))
