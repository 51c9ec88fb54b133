"""%chat sessions, use, new, history and export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from IPython.core.error import UsageError

from jupyter_llmchat import private_file
from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.kernel.page import Line, Page, Passage, Table, lines
from jupyter_llmchat.kernel.session_choice import SHORT, chosen, told
from jupyter_llmchat.kernel.table import cut
from jupyter_llmchat.protocol.ids import ExportFormat
from jupyter_llmchat.protocol.resources import Message, Session
from jupyter_llmchat.transfer.filename import safe_name

from . import taking
from .desk import Desk
from .subcommands import EXPORT_FORMATS

SHOWN: Final = 30
"""Sessions in a list."""
EXCHANGES: Final = 5
_TITLE: Final = 60


def show_sessions(desk: Desk, words: Sequence[str]) -> None:
    taking.nothing(words)
    sessions = desk.call(lambda client: client.sessions())
    if not sessions:
        lines("There are no sessions yet: ask something.").show()
        return
    here = desk.conversation.session_id
    rows = tuple(_row(each, here) for each in sessions[:SHOWN])
    left = len(sessions) - len(rows)
    table = Table(
        headings=("", "id", "title", "messages", "last used"),
        rows=rows,
        right=("messages",),
    )
    more = (Line(text=f"{left} more were used before these."),) if left else ()
    Page((table, *more)).show()


def use(desk: Desk, words: Sequence[str]) -> None:
    """A title may be several words, with quotation marks or without."""
    given = " ".join(words)
    if not given:
        _tell_which(desk)
        return
    session = desk.call(lambda client: chosen(client.sessions(), given))
    desk.conversation.use(session.id)
    lines(f"Questions go to {told(session)} from now on.").show()


def begin(desk: Desk, words: Sequence[str]) -> None:
    title = " ".join(words)
    session = desk.call(lambda client: client.create_session(title))
    desk.conversation.use(session.id)
    lines(f"Questions go to {told(session)} from now on.").show()


def show_history(desk: Desk, words: Sequence[str]) -> None:
    """The last exchanges, oldest first."""
    wanted = taking.count(words, EXCHANGES)
    session_id = _here(desk)
    messages = desk.call(lambda client: client.messages(session_id))
    if not messages:
        lines("Nothing was asked in this session yet.").show()
        return
    Page(tuple(_passage(each) for each in messages[-2 * wanted :])).show()


def export(desk: Desk, words: Sequence[str]) -> None:
    """A file that is there already stays, unless it is to be replaced."""
    wanted = _Export.of(words)
    session_id = _here(desk)
    sessions = desk.call(lambda client: client.sessions())
    title = next((each.title for each in sessions if each.id == session_id), "")
    path = wanted.path(title)
    if path.exists() and not wanted.is_forced:
        raise BadRequest(
            f"{path} is there already.", "Give another name, or add --force."
        )
    data = desk.call(lambda client: client.export_session(session_id, wanted.form))
    try:
        private_file.replace(path, iter((data,)))
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be written: {error.strerror or error}.",
            "Give another file.",
        ) from error
    lines(f"Written to {path}.").show()


class _Export:
    """What is exported, and where to."""

    def __init__(self, name: str, form: ExportFormat, *, is_forced: bool) -> None:
        self.name = name
        self.form = form
        self.is_forced = is_forced

    @classmethod
    def of(cls, words: Sequence[str]) -> _Export:
        """Raises UsageError."""
        left = [each for each in words if each != "--force"]
        form = ""
        if "--format" in left:
            at = left.index("--format")
            form = left[at + 1] if at + 1 < len(left) else ""
            del left[at : at + 2]
            if form not in EXPORT_FORMATS.values():
                known = ", ".join(EXPORT_FORMATS.values())
                raise UsageError(f"--format takes one of {known}.")
        if unknown := [each for each in left if each.startswith("-")]:
            raise UsageError(f"There is no option {unknown[0]}.")
        name = taking.one(left)
        form = form or EXPORT_FORMATS.get(Path(name).suffix.lower(), "markdown")
        return cls(name, cast(ExportFormat, form), is_forced="--force" in words)

    def path(self, title: str) -> Path:
        """The session's title, where no file was named."""
        if self.name:
            return Path(self.name).expanduser()
        ending = next(end for end, form in EXPORT_FORMATS.items() if form == self.form)
        return Path(safe_name(title, ending.removeprefix(".")))


def _here(desk: Desk) -> str:
    if not (session_id := desk.conversation.session_id):
        raise NotFound(
            "This kernel has no session yet.",
            "Ask something, or choose one: `%chat use NAME`.",
        )
    return session_id


def _tell_which(desk: Desk) -> None:
    session_id = _here(desk)
    session = desk.call(lambda client: chosen(client.sessions(), session_id))
    lines(f"Questions go to {told(session)}.").show()


def _row(session: Session, here: str) -> tuple[str, ...]:
    return (
        "→" if session.id == here else "",
        session.id[:SHORT],
        cut(session.title, _TITLE) or "(no title)",
        str(session.messages),
        f"{datetime.fromtimestamp(session.updated):%Y-%m-%d %H:%M}",
    )


def _passage(message: Message) -> Passage:
    is_question = message.role == "user"
    who = "You" if is_question else message.model or "Answer"
    state = "" if message.state == "complete" else f", {message.state}"
    return Passage(
        label=f"{who}{state}", text=message.text, is_markdown=not is_question
    )
