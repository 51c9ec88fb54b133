"""Runs quickstart.ipynb without a browser and prints the answers as they stream.

The path is the real one: a Jupyter server with our extension and the embedded model,
a kernel that this server started, and %%chat in its cells. The executed notebook and
the database stay in the folder given, build/demo if none is.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.paths import jupyter_runtime_dir
from nbclient import NotebookClient

HERE = Path(__file__).parent
BUILD = Path("build") / "demo"
START_S = 120.0
CELL_S = 300


@dataclass(frozen=True)
class Server:
    """A running Jupyter server."""

    url: str
    token: str

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"token {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False)


class StreamingClient(NotebookClient):
    """Runs cells and prints what they show while they show it."""

    _shown = ""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        content = msg["content"]
        if msg["msg_type"] in ("display_data", "update_display_data"):
            self._print(content["data"].get("text/plain", ""))
        elif msg["msg_type"] == "stream":
            print(content["text"], end="", flush=True)
        return super().process_message(msg, cell, cell_index)

    def begin(self, source: str) -> None:
        """Shows a cell's source; what it displays begins anew."""
        self._shown = ""
        print("\n\n" + "\n".join(f"│ {line}" for line in source.splitlines()) + "\n")

    def _print(self, text: str) -> None:
        # While an answer is written its last line is its progress, in brackets.
        said = text.partition("\n\n[")[0]
        if said.startswith("["):
            return
        new = said.removeprefix(self._shown) if said.startswith(self._shown) else said
        self._shown = said
        print(new, end="", flush=True)


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Our extension in a Jupyter server of its own, with its data in the folder."""
    environment = os.environ | {"LLMCHAT_DATA_DIR": str(folder / "data")}
    command = [sys.executable, "-m", "jupyter_llmchat", "serve", "--idle-minutes", "10"]
    log_file = folder / "server.log"
    with (
        log_file.open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield _address(process, log_file)
        finally:
            process.terminate()
            process.wait(30)


def _address(process: subprocess.Popen[bytes], log: Path) -> Server:
    file = Path(jupyter_runtime_dir()) / f"jpserver-{process.pid}.json"
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        if file.exists() and (text := file.read_text(encoding="utf-8")):
            info = json.loads(text)
            return Server(url=info["url"], token=info["token"])
        time.sleep(0.1)
    raise SystemExit(f"The server did not start; see {log}.")


def wait_for_model(http: httpx.Client) -> str:
    """The model's name once it is loaded; ends the program if it cannot be."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        answer = http.get("jupyter-llmchat/api/status")
        if answer.is_success:
            model = answer.json()["model"]
            if model["state"] == "ready":
                return str(model["name"])
            if model["state"] == "failed":
                raise SystemExit(model["detail"])
        time.sleep(0.2)
    raise SystemExit(f"The model was not ready within {START_S:.0f} s.")


async def run_notebook(kernel_id: str, notebook: Any) -> None:
    """Executes all cells in a kernel that the server has started."""
    kernel = AsyncKernelClient(
        connection_file=str(Path(jupyter_runtime_dir()) / f"kernel-{kernel_id}.json")
    )
    kernel.load_connection_file()
    kernel.start_channels()
    try:
        await kernel.wait_for_ready(timeout=60)
        client = StreamingClient(notebook, timeout=CELL_S)
        client.kc = kernel
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.begin(cell.source)
                await client.async_execute_cell(cell, index)
    finally:
        kernel.stop_channels()


def main(folder: Path) -> None:
    notebook = nbformat.read(HERE / "quickstart.ipynb", as_version=4)
    folder.mkdir(parents=True, exist_ok=True)
    executed = folder / "quickstart.ipynb"
    print("Starting a Jupyter server with the embedded model.", flush=True)
    with running_server(folder.absolute()) as server, server.client() as http:
        print(f"{wait_for_model(http)} is ready.", flush=True)
        started = http.post("api/kernels", json={"name": "python3"}, timeout=60)
        kernel_id = started.raise_for_status().json()["id"]
        try:
            asyncio.run(run_notebook(kernel_id, notebook))
        finally:
            nbformat.write(notebook, executed)
            http.delete(f"api/kernels/{kernel_id}")
    print(f"\n\nThe executed notebook is {executed}.")
    print("`make lab` opens the quickstart in JupyterLab.")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else BUILD)
