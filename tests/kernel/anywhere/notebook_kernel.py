"""A kernel as an editor starts one, without a Jupyter server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from .conftest import LONG_S


@dataclass
class NotebookKernel:
    """Runs cells."""

    client: BlockingKernelClient
    shown: list[str] = field(default_factory=list)
    """Of the last cell: its output as plain text, each state of it."""

    def run(self, code: str) -> str:
        """What the cell shows in the end."""
        self.shown.clear()
        reply = self.client.execute_interactive(
            code, output_hook=self._take, timeout=LONG_S
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return self.shown[-1] if self.shown else ""

    def _take(self, message: dict[str, Any]) -> None:
        content = message["content"]
        if "data" in content:
            self.shown.append(content["data"]["text/plain"])
        elif message["msg_type"] == "stream":
            self.shown.append(content["text"])


@contextmanager
def notebook_kernel() -> Iterator[NotebookKernel]:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=LONG_S)
        kernel = NotebookKernel(client)
        kernel.run("%load_ext jupyter_llmchat")
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
