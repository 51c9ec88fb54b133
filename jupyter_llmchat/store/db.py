"""The only module that knows DuckDB: connecting, running SQL, naming its errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from jupyter_llmchat.errors import Conflict, LLMChatError, StoreUnavailable

from .columns import storable
from .faults import Damaged, DamagedLog, Invalidated, Locked, Unsupported
from .files import size_of

_LOG = logging.getLogger(__name__)

_STORAGE = "v1.4.0"
"""Files can be read by this release of DuckDB and later ones."""

_LEAST_MB, _MOST_MB = 256, 1024
_COPY = "llmchat_copy_of_all"

Row = dict[str, Any]
"""A row by column name."""

# No extension is fetched. Checkpoints are the writer's, which looks for room first.
_SETTINGS: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "checkpoint_threshold": "1TB",
    # Statements are short: handing parts of them to other threads costs more.
    "threads": 1,
}


def connect(
    path: Path | None, *, read_only: bool = False, copies: Path | None = None
) -> Cursor:
    """Opens the file, or a database in memory; raises StoreUnavailable.

    With `read_only` neither the file nor its log is changed. No SQL touches any other
    file, except those in the folder `copies`.
    """
    settings = _SETTINGS | {"memory_limit": f"{_memory_mb(path)}MB"}
    if path is None:
        settings["max_temp_directory_size"] = "0KB"  # it would lie in the cwd
    elif not read_only:
        settings["storage_compatibility_version"] = _STORAGE
    target = ":memory:" if path is None else str(path)
    with _translated():
        connection = duckdb.connect(target, read_only=read_only, config=settings)
        try:
            if copies is not None:
                folders = f"[{_literal(str(copies))}]"
                connection.execute(f"SET allowed_directories = {folders}")
            # In this order: none of it can be changed afterwards.
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        except duckdb.InvalidInputException as error:  # by another store, already
            connection.close()
            raise Locked(*_IN_USE) from error
    return Cursor(connection)


def _memory_mb(path: Path | None) -> int:
    """Indexes of the ids are held in memory, twice while the database is copied."""
    size = 0 if path is None else size_of(path)
    return min(_MOST_MB, _LEAST_MB + size // 2_000_000)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def check_length(cursor: Cursor, size: int) -> None:
    """Raises Damaged if `size` bytes cannot hold the blocks that are in use.

    DuckDB itself would notice only when it reads what is missing.
    """
    row = cursor.row(
        "SELECT used_blocks * block_size AS used FROM pragma_database_size()"
    )
    if row is not None and row["used"] > size:
        raise Damaged(
            "The end of the database file is missing.", "Restore it from a backup."
        )


class Cursor:
    """One connection, for one thread at a time. Raises StoreUnavailable, Conflict."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        parsed: dict[str, duckdb.Statement] | None = None,
    ) -> None:
        self._connection = connection
        self._parsed = {} if parsed is None else parsed
        """By SQL, of which there is a fixed set; shared by all that read one database.
        Parsing is a third of what a short statement costs."""

    def run(self, sql: str, *parameters: Any) -> None:
        """Executes one statement."""
        with _translated():
            self._execute(sql, parameters)

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of one statement."""
        with _translated():
            result = self._execute(sql, parameters)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, sql: str, *parameters: Any) -> Row | None:
        """The first row, if there is one."""
        return next(iter(self.rows(sql, *parameters)), None)

    def run_with(
        self, columns: Mapping[str, Sequence[Any]], sql: str, *parameters: Any
    ) -> None:
        """As `run`, with many rows: the table `given`, a sequence of str or int each.

        A tenth of the time that parameters take.
        """
        import numpy as np

        given: dict[str, Any] = {
            name: np.array(values, dtype=_element(values))
            for name, values in columns.items()
        }
        with _translated():
            self._connection.register("given", given)
            try:
                self._connection.execute(sql, list(parameters))
            finally:
                with suppress(duckdb.Error):
                    self._connection.unregister("given")

    def copy_to(self, target: Path) -> None:
        """Writes all there is now to a new file in the folder `copies` of `connect`.

        What has been deleted is not in it. Others may go on reading and writing.
        """
        row = self.row("SELECT current_database() AS name")
        assert row is not None
        name = '"' + row["name"].replace('"', '""') + '"'
        with _translated():
            # Not remembered as the fixed statements are.
            self._connection.execute(
                f"ATTACH {_literal(str(target))} AS {_COPY}"
                f" (STORAGE_VERSION '{_STORAGE}')"
            )
            try:
                self._connection.execute(f"COPY FROM DATABASE {name} TO {_COPY}")
            finally:
                self._connection.execute(f"DETACH {_COPY}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits at the end; whatever is raised inside undoes everything."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            # A failed commit has ended the transaction already.
            with suppress(StoreUnavailable):
                self.run("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see the same state, and nothing can be written."""
        self.run("BEGIN TRANSACTION READ ONLY")
        try:
            yield
        finally:
            with suppress(StoreUnavailable):
                self.run("ROLLBACK")

    def another(self) -> Cursor:
        """A second connection to the same database."""
        with _translated():
            return Cursor(self._connection.cursor(), self._parsed)

    def interrupt(self) -> None:
        """Stops what this connection is doing; callable from any thread."""
        with _translated():
            self._connection.interrupt()

    def close(self) -> None:
        with _translated():
            self._connection.close()

    def _execute(
        self, sql: str, parameters: tuple[Any, ...]
    ) -> duckdb.DuckDBPyConnection:
        bound = [storable(p) if isinstance(p, str) else p for p in parameters]
        statement = self._parsed.get(sql)
        if statement is None:
            (statement,) = self._connection.extract_statements(sql)
            self._parsed[sql] = statement
        return self._connection.execute(statement, bound)


def _element(values: Sequence[Any]) -> type:
    return object if values and isinstance(values[0], str) else int


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise _translate(error) from error


def _translate(error: duckdb.Error) -> LLMChatError:
    # Only the first line: those after it quote SQL. Users see none of it.
    cause = str(error).partition("\n")[0]
    _LOG.debug("DuckDB: %s: %s", type(error).__name__, cause)
    if isinstance(error, duckdb.ConstraintException):
        return Conflict("This id stands for something else already.", "Use a new one.")
    for pattern, kind, message, hint in _KNOWN:
        if re.search(pattern, cause):
            return kind(message, hint)
    return StoreUnavailable(
        f"The database could not do this ({type(error).__name__}).",
        "Run `jupyter llmchat doctor`; the server's debug log has the details.",
    )


_IN_USE = (
    "The database file is in use by another server.",
    "Close that server or choose another database file, then restart.",
)

_KNOWN: tuple[tuple[str, type[StoreUnavailable], str, str], ...] = (
    (
        "Could not set lock|Conflicting lock|different configuration",
        Locked,
        *_IN_USE,
    ),
    (
        "version number",
        Unsupported,
        "The database file was written by a newer version of DuckDB.",
        "Upgrade jupyter-llmchat, or choose another database file.",
    ),
    (
        "replaying WAL",
        DamagedLog,
        "The log of the latest writes is damaged.",
        "Restore it from a backup.",
    ),
    (
        "not a valid DuckDB database|Corrupt database|Could not read enough bytes",
        Damaged,
        "The database file is damaged.",
        "Restore it from a backup.",
    ),
    (
        "FATAL Error|INTERNAL Error|INTERRUPT Error",
        Invalidated,
        "The database has stopped and is being opened again.",
        "Try once more.",
    ),
    (
        "No space left|File too large|Disk quota exceeded",
        StoreUnavailable,
        "There is no room left to write the database.",
        "Free some disk space; writing goes on by itself then.",
    ),
)
"""What DuckDB says → what it means. The order matters."""
