"""Tests the embedded model and puts the result into the package: `make profile`.

Without it every user's server would find out the same, a minute or two after its start.
To be run again when prompts, options, examples or the test's contents have changed: a
result for others counts for nothing.
"""

from __future__ import annotations

import asyncio

import msgspec

from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.models import profile
from jupyter_llmchat.models.locate import locate
from jupyter_llmchat.models.profile import ModelProfile
from jupyter_llmchat.pipeline import selftest
from jupyter_llmchat.worker.link import WorkerLink

PATIENCE_S = 3600.0
"""All contents of the test are read, however busy the machine is."""


async def main() -> None:
    path = locate("").path
    link = WorkerLink(EngineConfig(model_path=str(path), n_threads=1))
    await link.start()
    try:
        found = await selftest.run(link, PATIENCE_S)
    finally:
        await link.stop()
    known = ModelProfile(
        fingerprint=profile.fingerprint(path), name=path.name, self_test=found
    )
    profile.SHIPPED.mkdir(exist_ok=True)
    # For every user to read, unlike one that a server has made.
    file = profile.SHIPPED / f"{known.fingerprint}.json"
    file.write_bytes(msgspec.json.encode(known))
    print(found.summary)


if __name__ == "__main__":
    asyncio.run(main())
