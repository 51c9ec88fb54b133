"""`jupyter llmchat serve`: a Jupyter server with nothing but our extension."""

from __future__ import annotations

import argparse
import logging
import secrets
import signal
import socket
from pathlib import Path
from typing import Any

from jupyter_llmchat.errors import LLMChatError

EXTENSION = "jupyter_llmchat"
HOST = "127.0.0.1"
IDLE_MINUTES = 60.0


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "serve", help="run a server for questions, without JupyterLab"
    )
    command.add_argument("--port", type=_port, default=0, help="default: a free one")
    command.add_argument(
        "--idle-minutes",
        type=_minutes,
        default=IDLE_MINUTES,
        metavar="N",
        help=f"end after so long without questions; 0: never; default {IDLE_MINUTES:g}",
    )
    command.add_argument(
        "jupyter", nargs="*", metavar="-- OPTION", help="options of jupyter server"
    )
    command.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Returns when the server has ended; raises LLMChatError if it cannot start."""
    _check_free(chosen.port)
    from jupyter_server.serverapp import ServerApp

    server = ServerApp()
    loading = _Loading()
    server.log.addFilter(loading)
    # Other extensions are not looked for: they would only cost start time and memory.
    server.initialize(_options(chosen), find_extensions=False, new_httpserver=True)
    if loading.cause or not server.extension_manager.extension_apps.get(EXTENSION):
        raise _not_loaded(loading.cause)
    # That file would hold the token.
    server.no_browser_open_file = True
    # Jupyter would ask back on a terminal, and not clean up elsewhere.
    signal.signal(signal.SIGINT, lambda *_: server.stop(from_signal=True))
    # Runs once the port is bound, which was queued before.
    server.io_loop.add_callback(_announce, server)
    server.start()
    return 0


class _Loading(logging.Filter):
    """Notes why the extension was not loaded: Jupyter logs that and serves on."""

    cause: BaseException | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what is told by `_not_loaded` without a traceback."""
        is_ours = isinstance(record.args, tuple) and record.args[:1] == (EXTENSION,)
        if is_ours and record.exc_info:
            self.cause = self.cause or record.exc_info[1]
        return not (is_ours and _is_setting(self.cause))


def _is_setting(cause: BaseException | None) -> bool:
    from traitlets import TraitError

    return isinstance(cause, TraitError)


def _not_loaded(cause: BaseException | None) -> LLMChatError:
    if _is_setting(cause):
        return LLMChatError(
            f"The server extension cannot use its settings: {str(cause).rstrip('.')}.",
            "Correct that where it is set: after `--`, or in one of the configuration "
            "folders that `jupyter --paths` lists.",
        )
    return LLMChatError(
        "The server extension could not be loaded.",
        "The lines above say why; `jupyter llmchat doctor` checks the set-up.",
    )


def _options(chosen: argparse.Namespace) -> list[str]:
    options = {
        "ServerApp.ip": HOST,
        "ServerApp.port": chosen.port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": _root(),
        "ServerApp.jpserver_extensions": f"{EXTENSION}=True",
        "ServerApp.shutdown_no_activity_timeout": round(chosen.idle_minutes * 60),
        # Who runs this as root runs the kernel that needs it as root too.
        "ServerApp.allow_root": True,
        # Given here, so that Jupyter does not print it; clients of the same user
        # read it from the runtime folder.
        "IdentityProvider.token": secrets.token_hex(24),
        "ServerApp.log_level": "WARN",
    }
    return [*(f"--{key}={value}" for key, value in options.items()), *chosen.jupyter]


def _announce(server: Any) -> None:
    address = f"http://{server.ip}:{server.port}{server.base_url}"
    print(f"Serving at {address}; Ctrl-C ends it.", flush=True)


def _root() -> str:
    try:
        return str(Path.home())
    except RuntimeError:
        return str(Path.cwd())


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        # As servers do: a port whose last user has just left is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise LLMChatError(
                f"Port {port} cannot be used: {error.strerror}.",
                "Choose another one with --port, or leave --port out.",
            ) from error


def _port(given: str) -> int:
    port = int(given)
    if not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError(f"{given} is not a port from 0 to 65535")
    return port


def _minutes(given: str) -> float:
    minutes = float(given)
    if not 0 <= minutes < 1e6:
        raise argparse.ArgumentTypeError(f"{given} is not a number of minutes")
    return minutes
