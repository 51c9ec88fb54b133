"""`jupyter llmchat …`: results on stdout, everything else on stderr."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from jupyter_llmchat._version import __version__
from jupyter_llmchat.errors import LLMChatError

from . import ask, db, doctor, eval, models, serve, sessions, stats, status
from .output import say

COMMANDS = (ask, models, sessions, stats, status, db, doctor, eval, serve)

FAILED = 2
INTERRUPTED = 130
"""As shells do for a command that Ctrl-C has ended."""
OUTPUT_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit status; raises SystemExit for bad usage."""
    # A character that the terminal cannot show must not end the answer.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    chosen = parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except LLMChatError as error:
        say(f"error: {error}")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at exit, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
    return code


def parser() -> argparse.ArgumentParser:
    """Of the whole command line; every command sets `run`."""
    whole = argparse.ArgumentParser(
        prog="jupyter llmchat",
        description="A notebook assistant whose model runs on your own machine.",
    )
    whole.add_argument("--version", action="version", version=__version__)
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for each in COMMANDS:
        each.add_to(commands)
    return whole
