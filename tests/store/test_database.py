from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.store.database import Database
from jupyter_llmchat.store.db import Cursor
from jupyter_llmchat.store.faults import Invalidated

from .processes import output


def prepare(cursor: Cursor) -> None:
    cursor.run("CREATE TABLE IF NOT EXISTS numbers (n BIGINT)")


def add(number: int) -> Callable[[Cursor], None]:
    return lambda cursor: cursor.run("INSERT INTO numbers VALUES (?)", number)


def total(cursor: Cursor) -> int:
    row = cursor.row("SELECT coalesce(sum(n), 0)::BIGINT AS total FROM numbers")
    assert row is not None
    return int(row["total"])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(
        tmp_path / "numbers.duckdb", prepare, group_size=8, window_s=0.001, log_bytes=1
    )
    yield database
    assert database.close(10)


def test_a_full_disk_refuses_one_write_and_the_next_one_works(path: Path) -> None:
    lines = output("fill_disk", path)
    assert lines[0] == "file"
    assert lines[1].startswith("refused There is no room left")
    assert lines[2] == "small one saved"
    assert (
        lines[3] == f"answer {len('small, large again') + 100_000} 'small, large' file"
    )


def test_a_fatal_error_at_a_checkpoint_costs_nothing(path: Path) -> None:
    file, *lines = output("fill_disk_at_checkpoint", path)
    assert file == "file"
    # The checkpoint follows the write, beside what reads it; what is indexed then may
    # meet the error too.
    (answer,) = (line for line in lines if line.startswith("answer"))
    assert any("has stopped" in line for line in lines)
    assert answer.split()[1] == "15000000"


def test_a_fatal_error_is_repaired_and_the_write_made_once(database: Database) -> None:
    database.write(add(1)).result(10)
    failures = iter([Invalidated("fatal")])

    def work(cursor: Cursor) -> None:
        add(2)(cursor)
        for failure in failures:
            raise failure

    database.write(work).result(10)
    assert database.read(total) == 3


def test_a_reader_that_meets_a_fatal_error_tries_again(database: Database) -> None:
    database.write(add(1)).result(10)
    failures = iter([Invalidated("fatal")])

    def work(cursor: Cursor) -> int:
        for failure in failures:
            raise failure
        return total(cursor)

    assert database.read(work) == 1


def test_a_file_that_cannot_be_opened_again_is_tried_at_the_next_write(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.write(add(1)).result(10)

    def refuse(cursor: Cursor) -> None:
        raise Invalidated("fatal")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_prepare", refuse)
        with pytest.raises(StoreUnavailable):
            database.write(refuse).result(10)
        assert not database.is_usable
        with pytest.raises(StoreUnavailable):
            database.read(total)
    assert database.read(total) == 1
    assert database.is_usable


def test_the_log_is_merged_and_private_again_after_each_checkpoint(
    database: Database, tmp_path: Path
) -> None:
    log = tmp_path / "numbers.duckdb.wal"
    for number in range(5):
        database.write(add(number)).result(10)
        assert log.stat().st_mode & 0o777 == 0o600
    assert database.read(total) == 10


def test_a_reader_keeps_its_snapshot_while_others_write(database: Database) -> None:
    def work(cursor: Cursor) -> tuple[int, int]:
        before = total(cursor)
        database.write(add(5)).result(10)
        return before, total(cursor)

    assert database.read(work) == (0, 0)
    assert database.read(total) == 5


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreUnavailable):
        database.read(add(1))
    assert database.read(total) == 0


def test_readers_in_many_threads_see_whole_transactions(database: Database) -> None:
    seen: list[int] = []

    def work(cursor: Cursor) -> None:
        add(1)(cursor)
        add(-1)(cursor)

    def look() -> None:
        seen.extend(database.read(total) for _ in range(30))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        database.write(work).result(10)
    for thread in threads:
        thread.join(30)
    assert seen == [0] * 120


def test_closing_interrupts_a_reader_that_does_not_end(tmp_path: Path) -> None:
    database = Database(None, prepare, group_size=8, window_s=0.0)
    started = threading.Event()
    errors: list[Exception] = []

    def work(cursor: Cursor) -> None:
        started.set()
        cursor.rows(
            "SELECT sum(a.range * b.range) FROM range(9999999) a, range(9999999) b"
        )

    def look() -> None:
        try:
            database.read(work)
        except StoreUnavailable as error:
            errors.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    assert started.wait(10)
    threading.Event().wait(0.2)  # until the query runs
    assert database.close(10)
    thread.join(10)
    assert len(errors) == 1


def test_a_forked_child_is_refused(database: Database) -> None:
    child = os.fork()
    if child == 0:  # no pytest in the child: it leaves at once, whatever happens
        status = 1
        try:
            database.write(add(1))
        except StoreUnavailable:
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert database.read(total) == 0
