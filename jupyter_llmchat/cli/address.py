"""Which server a command talks to."""

from __future__ import annotations

import argparse
import os

from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel.discover import (
    ServerAddress,
    explicit_address,
    find_server,
    probe,
)
from jupyter_llmchat.kernel.headless import find_or_start

from .output import say


def add_options(command: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    """`inherited`: for a part of a command that has them, so that nothing given there
    is put back to its default."""
    token = os.environ.get("LLMCHAT_TOKEN", "")
    command.add_argument(
        "--url",
        default=argparse.SUPPRESS if inherited else None,
        help="the Jupyter server to ask; without it, one that runs is found",
    )
    command.add_argument(
        "--token",
        default=argparse.SUPPRESS if inherited else token,
        help="its token; other users can see command lines, so LLMCHAT_TOKEN is better",
    )


def running_server(chosen: argparse.Namespace) -> ServerAddress:
    """The one chosen, or one that runs; raises ServerUnreachable."""
    address = _explicit(chosen) or find_server()
    if address is None:
        raise ServerUnreachable(
            "No Jupyter server with jupyter_llmchat is running.",
            "Start one: jupyter llmchat serve",
        )
    return address


def any_server(chosen: argparse.Namespace) -> ServerAddress:
    """As `running_server`, but starts one where there is none."""
    return _explicit(chosen) or find_or_start(on_start=say)


def _explicit(chosen: argparse.Namespace) -> ServerAddress | None:
    if not chosen.url:
        return None
    address = explicit_address(chosen.url, chosen.token)
    probe(address)
    return address
