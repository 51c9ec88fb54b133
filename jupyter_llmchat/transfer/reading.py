"""Bytes of a file → conversations. Anyone may have written it, so nothing is believed.

Of a key that comes twice the last one counts, as everywhere in JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from jupyter_llmchat.errors import BadRequest, TooLarge

from .document import FORMAT, VERSION, SessionDocument, check
from .notebook import KEY

MAX_SESSIONS = 100_000
"""In one file."""
MAX_SESSION_BYTES = 24 << 20
"""Of one conversation, which is stored in one piece."""

T = TypeVar("T")

Content = bytes | msgspec.Raw

_BOM = b"\xef\xbb\xbf"
_BYTE = re.compile(r"\(byte (\d+)\)")
_SPACE = b" \t\r\n"
_SOLID = re.compile(rb"[^ \t\r\n]")
_EXPORT = "Export the conversation as JSON or as a notebook, and import that file."


class _Head(msgspec.Struct, frozen=True):
    """What tells files apart; whatever else they hold is passed over."""

    format: Any = None
    version: Any = None
    nbformat: Any = None
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


class _Metadata(msgspec.Struct, frozen=True, rename={"session": KEY}):
    session: msgspec.Raw = msgspec.Raw()


def read(data: bytes) -> Iterator[SessionDocument]:
    """The conversations of a JSON file, of JSON Lines or of a notebook that was
    exported. Raises BadRequest or TooLarge when it comes to what is wrong, and names
    the place.
    """
    for number, (place, part) in enumerate(_parts(data)):
        if number == MAX_SESSIONS:
            raise TooLarge(
                f"The file has more than {MAX_SESSIONS} conversations.",
                "Import it in parts.",
            )
        yield _session(part, place)


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each conversation, not decoded yet, with where it stands."""
    data = data.removeprefix(_BOM)
    start = _SOLID.search(data)
    if start is None:
        raise BadRequest("The file is empty.", _EXPORT)
    match start[0]:
        case b"{":
            yield from _lines(data, start.start())
        case b"[":
            # A list could not be read without having all of it in memory.
            raise BadRequest(
                "The file holds a list.", "Put one conversation on each line instead."
            )
        case b"#":
            raise BadRequest("Conversations cannot be read from Markdown.", _EXPORT)
        case _:
            raise BadRequest("This is no file with conversations.", _EXPORT)


def _lines(data: bytes, start: int) -> Iterator[tuple[str, bytes]]:
    """Each line with where it is, if they are JSON each; else the whole file."""
    end = data.find(b"\n", start)
    is_one = end < 0 or _SOLID.search(data, end) is None
    if is_one or not _is_whole(data[start:end]):
        yield "", data
        return
    number, at = 0, 0
    while at < len(data):
        number, end = number + 1, data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if line := data[at:end].strip(_SPACE):
            yield f"Line {number}: ", line
        at = end + 1


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=_Head)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return False
    return True


def _session(part: Content, place: str) -> SessionDocument:
    head = _decode(part, _Head, place)
    if head.nbformat is not None:
        part = _of_notebook(head, place)
        head = _decode(part, _Head, place)
    if (size := memoryview(part).nbytes) > MAX_SESSION_BYTES:
        raise TooLarge(
            f"{place}The conversation has {size} bytes; {MAX_SESSION_BYTES} are "
            "allowed.",
            "Delete what is no longer needed, then export it again.",
        )
    if head.format != FORMAT:
        raise BadRequest(f"{place}This is no conversation that was exported.", _EXPORT)
    if head.version != VERSION or isinstance(head.version, bool):
        raise _foreign_version(head.version, place)
    session = _decode(part, SessionDocument, place)
    try:
        check(session)
    except BadRequest as error:
        raise BadRequest(f"{place}{error.message}", error.hint) from error
    return session


def _of_notebook(head: _Head, place: str) -> msgspec.Raw:
    session = _decode(head.metadata, _Metadata, place).session
    if not bytes(session):
        raise BadRequest(
            f"{place}The notebook holds no conversation: it was not exported by "
            "jupyter-llmchat, or its metadata have been removed.",
            "Import a notebook or JSON file that was exported.",
        )
    return session


def _foreign_version(version: Any, place: str) -> BadRequest:
    if isinstance(version, int) and version > VERSION:
        return BadRequest(
            f"{place}The file was written by a newer version of jupyter-llmchat "
            f"(format {version}, this one knows {VERSION}).",
            "Upgrade jupyter-llmchat, then import it.",
        )
    return BadRequest(f"{place}The file's version is none that there was.", _EXPORT)


def _decode(data: Any, kind: type[T], place: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise BadRequest(
            f"{place}The conversation does not fit: {error}.", _EXPORT
        ) from error
    except RecursionError as error:
        raise BadRequest(f"{place}The file is nested too deeply.", _EXPORT) from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadRequest(f"{place}{_damage(str(error))}", _EXPORT) from error


def _damage(cause: str) -> str:
    at = _BYTE.search(cause)
    if at is not None:
        return f"The file is damaged at byte {at[1]}."
    return "The file is damaged: it ends too early, or a text in it is cut."
