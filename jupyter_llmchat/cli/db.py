"""`jupyter llmchat db`: checks, copies, restores and tidies the database."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from jupyter_llmchat import private_file
from jupyter_llmchat.characters import visible
from jupyter_llmchat.errors import (
    BadRequest,
    LLMChatError,
    ServerUnreachable,
    StoreUnavailable,
)
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.quantity import counted, memory
from jupyter_llmchat.kernel.table import table
from jupyter_llmchat.protocol.upkeep import Backup, DatabaseCheck, Reindexed, Vacuumed

from . import address
from .checks import jupyter
from .kept_database import KeptDatabase
from .output import say, write_json

Database = ChatClient | KeptDatabase

PROBLEMS = 1
_CHUNK = 1 << 20


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "db", help="check, back up, restore and tidy the database"
    )
    actions = command.add_subparsers(metavar="ACTION", required=True)
    for name, (run, text) in _ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--json", action="store_true", help="for programs")
        action.add_argument(
            "--data-dir", type=Path, help="of a database that no server has open"
        )
        if name == "backup":
            action.add_argument(
                "file", nargs="?", type=Path, help="put another copy there, too"
            )
        if name == "restore":
            action.add_argument("backup", help="its name, as `backups` lists it")
            action.add_argument(
                "--trust", action="store_true", help="also a file from elsewhere"
            )
        else:
            address.add_options(action)
        action.set_defaults(run=run)


def run_check(chosen: argparse.Namespace) -> int:
    """1 if anything is wrong."""
    with _database(chosen) as database:
        found = database.check_database()
    _show(chosen, found, _checked)
    return PROBLEMS if found.problems else 0


def run_backup(chosen: argparse.Namespace) -> int:
    file: Path | None = chosen.file
    if file is not None and file.exists():
        raise BadRequest(f"{file} exists already.", "Choose another name.")
    with _database(chosen) as database:
        say("Copying the database.")
        backup = database.back_up()
    if file is not None:
        _copy(Path(backup.path), file)
    _show(chosen, backup, lambda made: f"{made.path}, {memory(made.bytes)}")
    return 0


def run_backups(chosen: argparse.Namespace) -> int:
    with _database(chosen) as database:
        found = database.backups()
    if chosen.json:
        write_json(msgspec.to_builtins(found))
    elif found:
        print(table(("NAME", "MADE", "SIZE"), [_line(each) for each in found]))
    else:
        say("There are no backups. Make one: jupyter llmchat db backup")
    return 0


def run_restore(chosen: argparse.Namespace) -> int:
    from jupyter_llmchat.store import backups

    path = _path(chosen)
    source = backups.find(path, chosen.backup)
    if not (chosen.trust or backups.is_ours(path, source)):
        raise BadRequest(
            f"{source} is not in the folder of the backups. Opening a database of "
            "someone else's is like running a program of theirs.",
            "If it is yours, add --trust.",
        )
    kept = backups.restore(path, source)
    if chosen.json:
        write_json({"path": str(path), "kept": None if kept is None else str(kept)})
    else:
        print(visible(f"{path} is that of {source.name} now."))
    if kept is not None:
        say(f"What it was before is kept as {kept}.")
    return 0


def run_vacuum(chosen: argparse.Namespace) -> int:
    with _database(chosen) as database:
        say("Writing the database anew; nothing can be stored until it is done.")
        done = database.vacuum()
    _show(chosen, done, _vacuumed)
    if done.backups:
        names = ", ".join(each.name for each in done.backups)
        folder = Path(done.backups[0].path).parent
        say(f"Backups may still hold what was deleted: {names} in {folder}.")
    return 0


def run_rebuild(chosen: argparse.Namespace) -> int:
    with _database(chosen) as database:
        done = database.rebuild_index()
    _show(chosen, done, _rebuilt)
    return 0


_ACTIONS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "check": (run_check, "count what there is and look for what does not fit"),
    "backup": (run_backup, "copy the database, also while it is in use"),
    "backups": (run_backups, "list the copies"),
    "restore": (run_restore, "put a copy in the place of the database"),
    "vacuum": (run_vacuum, "write the file anew: what was deleted is gone from it"),
    "rebuild-index": (run_rebuild, "build the search index anew"),
}


def _database(chosen: argparse.Namespace) -> Database:
    """Through the server that has it open, directly where there is none."""
    if chosen.data_dir is None:
        try:
            return ChatClient(address.running_server(chosen))
        except ServerUnreachable:
            if chosen.url:
                raise
    return KeptDatabase(_path(chosen))


def _path(chosen: argparse.Namespace) -> Path:
    configured = jupyter.configured().store.path
    if chosen.data_dir is not None:
        name = "llmchat.duckdb" if configured is None else configured.name
        folder: Path = chosen.data_dir
        return (folder.expanduser() / name).absolute()
    if configured is None:
        raise StoreUnavailable(
            "Conversations are kept in memory only, so there is no database.",
            "Change LLMChatApp.memory_only, or name a folder: --data-dir",
        )
    return configured.expanduser().absolute()


def _show(chosen: argparse.Namespace, value: Any, words: Callable[[Any], str]) -> None:
    if chosen.json:
        write_json(msgspec.to_builtins(value))
    else:
        print(visible(words(value)))


def _checked(found: DatabaseCheck) -> str:
    there = ", ".join(
        counted(number, what)
        for number, what in (
            (found.sessions, "conversation"),
            (found.turns, "turn"),
            (found.messages, "message"),
        )
    )
    index = f", {counted(found.waiting, 'message')} to go" if found.waiting else ""
    return "\n".join(
        (
            f"file      {found.path or 'in memory'}, {memory(found.bytes)}",
            f"holds     {there}",
            f"search    {counted(found.indexed, 'text')} can be found{index}",
            *(f"problem   {each}" for each in found.problems),
            *(() if found.problems else ("all is well",)),
        )
    )


def _vacuumed(done: Vacuumed) -> str:
    return f"{memory(done.bytes_before)} before, {memory(done.bytes_after)} now"


def _rebuilt(done: Reindexed) -> str:
    if not done.waiting:
        return "The search index has been built anew."
    what = counted(done.waiting, "message")
    return f"The server builds the search index anew in the background: {what}."


def _line(backup: Backup) -> tuple[str, str, str]:
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(backup.created))
    return backup.name, made, memory(backup.bytes)


def _copy(source: Path, target: Path) -> None:
    """Readable by its owner only; whole or not at all."""
    try:
        with source.open("rb") as file:
            private_file.replace(target, iter(lambda: file.read(_CHUNK), b""))
    except OSError as error:
        raise LLMChatError(
            f"{target} could not be written: {error.strerror}.",
            f"The backup is there all the same: {source}",
        ) from error
