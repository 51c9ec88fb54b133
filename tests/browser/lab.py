"""A real JupyterLab of this checkout, with folders of its own, not the user's.

`with lab(folder) as started:` starts one whose model is scripted (see `fake_lab`);
`lab(folder, model=EMBEDDED)` one with the embedded model.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "jupyter_llmchat" / "labextension"
START_S = 120.0
STOP_S = 30.0
PORTS = (20_000, 32_000)
"""Below those that systems give to connections, and to kernels."""

SCRIPTED = "tests.browser.fake_lab"
EMBEDDED = "jupyterlab"
"""Modules that are run; the second is JupyterLab as everybody starts it."""

QUICK = {"self_test": False, "calibrate": False, "n_threads": 1, "deadline_s": 600.0}
"""What is done once a model and machine is not done for every test, the browser needs a
core of its own, and an answer that waits for a test does not end by itself."""


@dataclass
class Lab:
    """A running JupyterLab; it can be stopped and started again as it was."""

    folder: Path
    module: str
    port: int
    token: str
    options: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def root(self) -> Path:
        """Where notebooks and files lie."""
        return self.folder / "root"

    @property
    def gate(self) -> Path:
        """Answers that hold go on when this exists."""
        return self.folder / "gate"

    @property
    def script(self) -> Path:
        """What every question is taken for while this exists."""
        return self.folder / "script"

    @property
    def pid(self) -> int:
        assert self.process is not None, "it has been stopped"
        return self.process.pid

    @property
    def worker_pid(self) -> int | None:
        """Of the process that the embedded model runs in."""
        pid = self.api("status")["model"]["pid"]
        return int(pid) if pid else None

    @property
    def log(self) -> str:
        return (self.folder / "lab.log").read_text(errors="replace")

    @property
    def told(self) -> list[dict[str, Any]]:
        """The context that came to the scripted model with the last question."""
        told: list[dict[str, Any]] = json.loads(
            self.script.with_name("asked.json").read_text()
        )
        return told

    def page_url(self, workspace: str = "default", **query: str) -> str:
        """Of JupyterLab; what is open in one workspace is not in another."""
        pairs = {"token": self.token, **query}
        text = "&".join(f"{name}={value}" for name, value in pairs.items())
        return f"{self.url}/lab/workspaces/{workspace}?{text}"

    def api(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """What the extension's REST API answers; an error is raised."""
        request = urllib.request.Request(
            f"{self.url}/jupyter-llmchat/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"token {self.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith((b"{", b"[")) else text.decode()

    def answered(self, question: str, session: str | None = None) -> str:
        """Asks, waits for the whole answer, and gives the session's id."""
        if session is None:
            session = str(self.api("sessions", "POST", {})["id"])
        self.api(f"sessions/{session}/ask", "POST", {"question": question})
        return session

    def open_gate(self) -> None:
        self.gate.touch()

    def close_gate(self) -> None:
        self.gate.unlink(missing_ok=True)

    def start(self) -> None:
        with (self.folder / "lab.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=self.root,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self._gone()

    def kill(self) -> None:
        """As `kill -9`: nothing is tidied up."""
        if self.process is not None:
            self.process.kill()
            self._gone()

    def restart(self) -> None:
        """At the same address, with the same data."""
        self.stop()
        self.start()

    def _gone(self) -> None:
        assert self.process is not None
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_S)
        self.process = None

    def _wait(self) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                # Answered only once the database is open.
                self.api("sessions?limit=1")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"JupyterLab did not start:\n{self.log[-4000:]}")

    def _environment(self) -> dict[str, str]:
        environment = os.environ | {
            "IPYTHONDIR": str(self.folder / "ipython"),
            "JUPYTER_PATH": str(self.folder / "share"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "LLMCHAT_DATA_DIR": str(self.folder / "chat"),
            "LLMCHAT_TEST_GATE": str(self.gate),
            "LLMCHAT_TEST_SCRIPT": str(self.script),
            "PYTHONPATH": str(ROOT),
        }
        for name in ("CONFIG", "DATA", "RUNTIME"):
            environment[f"JUPYTER_{name}_DIR"] = str(self.folder / name.lower())
        return environment

    def prepare(self) -> None:
        """Writes what the process reads when it starts."""
        assert (BUNDLE / "package.json").exists(), (
            "The sidebar is not built. Run `make test`, which builds it."
        )
        self.root.mkdir(parents=True)
        extensions = self.folder / "share" / "labextensions"
        extensions.mkdir(parents=True)
        (extensions / "jupyter-llmchat").symlink_to(BUNDLE)
        _write(self.folder / "config/jupyter_server_config.json", self._config())
        # Nobody is there to say whether they want to read news.
        news = "@jupyterlab/apputils-extension:announcements"
        disabled = dict.fromkeys((news, *self.without), True)
        _write(
            self.folder / "config/labconfig/page_config.json",
            {"disabledExtensions": disabled},
        )

    def _config(self) -> dict[str, Any]:
        return {
            "IdentityProvider": {"token": self.token},
            "LabApp": {"expose_app_in_browser": True, "open_browser": False},
            "LLMChatApp": QUICK | self.options,
            "ServerApp": {
                "allow_root": True,
                "ip": "127.0.0.1",
                "jpserver_extensions": {"jupyter_llmchat": True},
                "port": self.port,
                "port_retries": 0,
                "root_dir": str(self.root),
            },
        }


@contextmanager
def lab(
    folder: Path,
    model: str = SCRIPTED,
    without: tuple[str, ...] = (),
    **options: Any,
) -> Iterator[Lab]:
    """A JupyterLab whose data is in `folder`; `options` are of LLMChatApp, `without`
    names extensions of the page that are left out."""
    token = secrets.token_hex(8)
    started = Lab(folder, model, _free_port(), token, options, without)
    started.prepare()
    try:
        started.start()
        yield started
    finally:
        started.stop()


def _free_port() -> int:
    """One that nobody is given by chance: it must be free again at a restart."""
    while True:
        port = random.randrange(*PORTS)
        with socket.socket() as listening:
            try:
                listening.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
