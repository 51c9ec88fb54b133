"""`jupyter llmchat sessions export` and `import`: conversations and files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, get_args

import msgspec

from jupyter_llmchat import private_file
from jupyter_llmchat.characters import visible
from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.evaluation.progress import ProgressLine
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.session_choice import SHORT
from jupyter_llmchat.kernel.table import table
from jupyter_llmchat.protocol.ids import ExportFormat
from jupyter_llmchat.protocol.resources import Session

from . import address
from .chosen_session import chosen_session
from .output import say, write_json

STREAM = "-"
"""In place of a file: stdin or stdout."""
HEADINGS = ("ID", "TITLE", "MESSAGES")
BATCH_BYTES = 8 << 20
"""Of conversations that are sent together."""


def add_export_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", nargs="?", help="the conversation; or --all")
    command.add_argument("--all", action="store_true", help="all, one a line of JSON")
    command.add_argument(
        "--format",
        choices=get_args(ExportFormat),
        default="json",
        help="json and notebook can be imported again; default json",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", default=STREAM, help="default: stdout"
    )
    command.set_defaults(run=run_export)


def add_import_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files", nargs="+", metavar="FILE", help=f"{STREAM} reads from stdin"
    )
    command.set_defaults(run=run_import)


def run_export(chosen: argparse.Namespace) -> int:
    """Raises BadRequest for a file that cannot be written."""
    if chosen.all == (chosen.id is not None):
        raise BadRequest("Give the id of one conversation, or --all.")
    if chosen.all and chosen.format != "json":
        raise BadRequest(
            "All conversations together are exported as JSON only.",
            "Leave --format out, or export them one by one.",
        )
    with ChatClient(address.running_server(chosen)) as client:
        pieces = _exported(client, chosen)
        if chosen.output == STREAM:
            _to_stdout(pieces)
        else:
            size = _to_file(Path(chosen.output), pieces)
            told = {"file": chosen.output, "bytes": size}
            write_json(told) if chosen.json else say(f"Written to {chosen.output}.")
    return 0


def run_import(chosen: argparse.Namespace) -> int:
    """What was imported before an error stays, and is told."""
    created: list[Session] = []
    with ChatClient(address.running_server(chosen)) as client:
        try:
            for name in chosen.files:
                for part in _parts(name):
                    created += client.import_sessions(part)
        except LLMChatError as error:
            done = f" Imported before that: {len(created)}." if created else ""
            raise type(error)(f"{name}: {error.message}{done}", error.hint) from error
    if chosen.json:
        write_json(msgspec.to_builtins(created))
    else:
        rows = [(each.id[:SHORT], each.title, str(each.messages)) for each in created]
        print(table(HEADINGS, rows, right=HEADINGS[2:]))
    return 0


def _exported(client: ChatClient, chosen: argparse.Namespace) -> Iterator[bytes]:
    if chosen.all:
        yield from client.export_sessions()
    else:
        session = chosen_session(client, chosen.id)
        yield client.export_session(session.id, chosen.format)


def _to_stdout(pieces: Iterable[bytes]) -> None:
    if sys.stdout.isatty():
        print(visible(b"".join(pieces).decode()))
        return
    for piece in pieces:
        sys.stdout.buffer.write(piece)


def _to_file(path: Path, pieces: Iterable[bytes]) -> int:
    """Bytes written; a file that was there is replaced once all is written."""
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            size += len(piece)
            yield piece

    try:
        if not path.parent.is_dir():
            raise FileNotFoundError(None, f"there is no folder {path.parent}")
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.writelines(counted())
        else:
            private_file.replace(path, counted())
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be written: {error.strerror or error}.",
            "Give another file.",
        ) from error
    return size


def _parts(name: str) -> Iterator[bytes]:
    """The file, in several parts if it is long and has a conversation on each line."""
    try:
        if name == STREAM:
            yield from _batches(sys.stdin.buffer, 0, name)
        else:
            path = Path(name)
            with path.open("rb") as file:
                yield from _batches(file, path.stat().st_size, name)
    except OSError as error:
        raise BadRequest(
            f"The file cannot be read: {error.strerror or error}.",
            "Give a file that was exported.",
        ) from error


def _batches(file: IO[bytes], size: int, name: str) -> Iterator[bytes]:
    kib = max(1, size >> 10)
    progress = ProgressLine(sys.stderr) if size > BATCH_BYTES else None
    first = file.readline()
    if not _is_json(first):
        yield first + file.read()
        return
    batch, sent = [first], 0
    for line in file:
        if sum(map(len, batch)) + len(line) > BATCH_BYTES:
            if progress is not None:
                progress(f"{name} (KiB)", sent >> 10, kib)
            yield b"".join(batch)
            sent += sum(map(len, batch))
            batch = []
        batch.append(line)
    yield b"".join(batch)
    if progress is not None:
        progress(f"{name} (KiB)", size >> 10, kib)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
