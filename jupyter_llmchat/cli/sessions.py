"""`jupyter llmchat sessions`: list, find, read, rename, delete and keep them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from jupyter_llmchat.characters import visible
from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.session_choice import SHORT
from jupyter_llmchat.kernel.table import cut, table
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.protocol.search import SearchHit

from . import address, transfer
from .chosen_session import chosen_session
from .output import say, write_json
from .transfer import HEADINGS

_TITLE = 50
_UNTITLED = "(no title)"


def add_to(commands: Any) -> None:
    command = commands.add_parser("sessions", help="show and keep conversations")
    _add_common(command)
    command.set_defaults(run=run_list)
    actions = command.add_subparsers(title="what to do", metavar="ACTION")
    _action(actions, "list", "list them, the one used last first; the default")
    _show_options(_action(actions, "show", "print a conversation"))
    _search_options(_action(actions, "search", "find words in what was said"))
    _rename_options(_action(actions, "rename", "give one another title"))
    _delete_options(_action(actions, "delete", "delete one with all that was said"))
    transfer.add_export_options(_action(actions, "export", "write one, or all, down"))
    transfer.add_import_options(_action(actions, "import", "read what was exported"))


def run_list(chosen: argparse.Namespace) -> int:
    with ChatClient(address.running_server(chosen)) as client:
        sessions = client.sessions()
    if chosen.json:
        write_json(msgspec.to_builtins(sessions))
    elif sessions:
        print(_table(sessions))
    else:
        say("There are no conversations yet.")
    return 0


def run_show(chosen: argparse.Namespace) -> int:
    with ChatClient(address.running_server(chosen)) as client:
        session = chosen_session(client, chosen.id)
        messages = client.messages(session.id)
    if chosen.json:
        write_json(msgspec.to_builtins({"session": session, "messages": messages}))
    else:
        print("\n".join(_conversation(session, messages)))
    return 0


def run_search(chosen: argparse.Namespace) -> int:
    """1 if nothing was found, as grep does."""
    with ChatClient(address.running_server(chosen)) as client:
        page = client.search(" ".join(chosen.words), chosen.limit)
    if chosen.json:
        write_json(msgspec.to_builtins(page))
    elif page.hits:
        print("\n\n".join(map(_hit, page.hits)))
    else:
        say("Nothing was found.")
    return int(not page.hits)


def run_rename(chosen: argparse.Namespace) -> int:
    with ChatClient(address.running_server(chosen)) as client:
        session = chosen_session(client, chosen.id)
        renamed = client.rename_session(session.id, chosen.title)
    if chosen.json:
        write_json(msgspec.to_builtins(renamed))
    else:
        say(f"{renamed.id[:SHORT]} is now called {renamed.title}.")
    return 0


def run_delete(chosen: argparse.Namespace) -> int:
    """1 if it was not confirmed."""
    with ChatClient(address.running_server(chosen)) as client:
        session = chosen_session(client, chosen.id)
        if not (chosen.yes or _confirmed(session)):
            say("Nothing was deleted.")
            return 1
        client.delete_session(session.id)
    if chosen.json:
        write_json({"deleted": session.id})
    else:
        say(f"{session.id[:SHORT]} was deleted.")
    return 0


def _action(actions: Any, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = actions.add_parser(name, help=text)
    # What stands before the action's name counts, too.
    _add_common(command, inherited=True)
    return command


def _add_common(command: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    address.add_options(command, inherited=inherited)
    default = argparse.SUPPRESS if inherited else False
    command.add_argument(
        "--json", action="store_true", default=default, help="for programs"
    )


def _show_options(command: argparse.ArgumentParser) -> None:
    _add_id(command)
    command.set_defaults(run=run_show)


def _search_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "words", nargs="+", help="all of them have to be there; 'several words' as such"
    )
    command.add_argument("--limit", type=int, default=20, help="default 20")
    command.set_defaults(run=run_search)


def _rename_options(command: argparse.ArgumentParser) -> None:
    _add_id(command)
    command.add_argument("title", help="the new title")
    command.set_defaults(run=run_rename)


def _delete_options(command: argparse.ArgumentParser) -> None:
    _add_id(command)
    command.add_argument("--yes", action="store_true", help="do not ask back")
    command.set_defaults(run=run_delete)


def _add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", help="its id, or the beginning of it")


def _confirmed(session: Session) -> bool:
    """Asks on the terminal; raises BadRequest where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise BadRequest(
            "Nobody can be asked whether it is to be deleted.", "Add --yes."
        )
    title = cut(session.title, _TITLE) or _UNTITLED
    print(
        f"Delete {session.id[:SHORT]}, {title}, {session.messages} messages? [y/N] ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _table(sessions: Sequence[Session]) -> str:
    rows = [
        (
            each.id[:SHORT],
            cut(each.title, _TITLE) or _UNTITLED,
            f"{each.messages}",
            _time(each.updated),
        )
        for each in sessions
    ]
    return table((*HEADINGS, "LAST USED"), rows, right=("MESSAGES",))


def _conversation(session: Session, messages: Sequence[Message]) -> Iterator[str]:
    yield visible(f"{session.title or _UNTITLED} ({session.id})")
    for each in messages:
        yield ""
        yield visible(f"[{_speaker(each)}, {_time(each.created)}]")
        yield visible(each.text)


def _hit(hit: SearchHit) -> str:
    """Where it was found, and on a second line what."""
    title = cut(hit.session_title, _TITLE) or _UNTITLED
    head = f"{hit.session_id[:SHORT]}  {title}  {_time(hit.created)}"
    return f"{head}\n    {cut(_marked(hit), 4 * _TITLE)}"


def _marked(hit: SearchHit) -> str:
    """The words that were found stand between brackets, where there is no colour."""
    text, at = "", 0
    for begin, end in hit.ranges:
        text += f"{hit.snippet[at:begin]}[{hit.snippet[begin:end]}]"
        at = end
    return text + hit.snippet[at:]


def _speaker(message: Message) -> str:
    if message.role == "user":
        return "You"
    state = "" if message.state == "complete" else f", {message.state}"
    return f"{message.model or 'Assistant'}{state}"


def _time(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment):%Y-%m-%d %H:%M}"
