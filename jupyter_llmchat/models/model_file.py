"""Opening a model file; whatever goes wrong is a ModelUnavailable that says so."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from jupyter_llmchat.errors import ModelUnavailable

CHECK_PATH = "Check the path of the model in the settings."
DOWNLOAD_AGAIN = "Download or install the model again."


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file, for reading. A regular file only: a pipe would block for ever."""
    try:
        if not _is_regular(path):
            raise ModelUnavailable(f"{_what(path)} is not a model file.", CHECK_PATH)
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise ModelUnavailable(
            f"There is no model {shown(path)}.", CHECK_PATH
        ) from error
    except PermissionError as error:
        raise ModelUnavailable(
            f"The model file {shown(path)} may not be read.",
            f"Allow it: chmod u+r '{shown(path)}'; its folders need x permission.",
        ) from error
    except OSError as error:
        raise ModelUnavailable(
            f"The model file {shown(path)} cannot be read: {error}.", CHECK_PATH
        ) from error


def damaged(path: Path, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The model file {shown(path)} is damaged: {reason}.", DOWNLOAD_AGAIN
    )


def shown(path: Path) -> str:
    """The path as text that can be sent: a name may hold bytes that are not UTF-8."""
    return str(path).encode("utf-8", "replace").decode()


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except ValueError as error:  # such as a NUL in the name
        raise ModelUnavailable(
            f"{shown(path)!r} is not a path: {error}.", CHECK_PATH
        ) from error


def _what(path: Path) -> str:
    return f"The folder {shown(path)}" if path.is_dir() else shown(path)
