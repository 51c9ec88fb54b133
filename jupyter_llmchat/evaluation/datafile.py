"""Data files: one JSON object a line, refused with file and line where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from jupyter_llmchat.errors import BadRequest, NotFound

from .rows import AnswerRow, DecisionRow, GroundingRow, JudgeRow, Row

MAX_BYTES = 1 << 20
"""A longer line is not a question with its answers."""

BUILT_IN: dict[type[Row], str] = {
    DecisionRow: "decisions.jsonl",
    JudgeRow: "judge.jsonl",
    AnswerRow: "answers.jsonl",
    GroundingRow: "grounding.jsonl",
}

R = TypeVar("R", bound=Row)


def built_in(kind: type[R]) -> tuple[R, ...]:
    """The rows that come with the package."""
    path = resources.files(__package__).joinpath("data", BUILT_IN[kind])
    with path.open("rb") as file:
        return _rows(file, BUILT_IN[kind], kind)


def read(path: Path, kind: type[R]) -> tuple[R, ...]:
    """All rows of a file; raises NotFound or BadRequest, which says where and why."""
    try:
        with path.open("rb") as file:
            return _rows(file, str(path), kind)
    except OSError as error:
        raise NotFound(
            f"The data file {path} cannot be read: {error.strerror}.",
            "Give the path of a file with one JSON object a line.",
        ) from error


def sample(rows: Sequence[R], limit: int | None) -> tuple[R, ...]:
    """`limit` of the rows at most, some of every stratum; always the same ones."""
    if limit is None or limit >= len(rows):
        return tuple(rows)
    strata: dict[str, list[R]] = {}
    for row in rows:
        strata.setdefault(row.stratum, []).append(row)
    chosen: list[R] = []
    while len(chosen) < limit:
        for waiting in strata.values():
            if waiting:
                chosen.append(waiting.pop(0))
    return tuple(chosen[:limit])


def _rows(file: IO[bytes], name: str, kind: type[R]) -> tuple[R, ...]:
    rows = tuple(
        _row(line, f"{name}:{number}", kind) for number, line in _lines(file, name)
    )
    if not rows:
        raise BadRequest(f"{name}: There are no rows.", _format(kind))
    return rows


def _lines(file: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their number from 1."""
    number = 0
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        if len(line) > MAX_BYTES:
            raise BadRequest(
                f"{name}:{number}: The line is longer than {MAX_BYTES} bytes.",
                "Give a file with one JSON object a line.",
            )
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield number, line


def _row(line: bytes, place: str, kind: type[R]) -> R:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"{place}: {error}.", _format(kind)) from error


def _format(kind: type[Row]) -> str:
    return f"A row is {kind.FORMAT}."
