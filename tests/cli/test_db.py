from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_llmchat.cli import FAILED, address, db, main
from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import ServerUnreachable
from jupyter_llmchat.kernel.discover import ServerAddress
from jupyter_llmchat.protocol.upkeep import Backup, DatabaseCheck, Reindexed, Vacuumed
from jupyter_llmchat.store import Store
from tests.store.builders import begin, ended

from .fakes import ADDRESS, FakeClient

BACKUP = Backup(name="llmchat-1.duckdb", path="/b/llmchat-1.duckdb", bytes=5, created=0)


class Keeper(FakeClient):
    """A server that has the database."""

    def check_database(self) -> DatabaseCheck:
        return DatabaseCheck(
            path="/data/llmchat.duckdb",
            bytes=2_000_000,
            sessions=1,
            turns=2,
            messages=4,
            indexed=3,
            waiting=2,
            problems=("2 turns have lost their answer.",),
        )

    def backups(self) -> tuple[Backup, ...]:
        return (BACKUP,)

    def back_up(self) -> Backup:
        return BACKUP

    def vacuum(self) -> Vacuumed:
        return Vacuumed(
            bytes_before=9_000_000, bytes_after=5_000_000, backups=(BACKUP,)
        )

    def rebuild_index(self) -> Reindexed:
        return Reindexed(waiting=4)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "ChatClient", Keeper())
    monkeypatch.setattr(address, "find_server", lambda: ADDRESS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a database that no server has open."""

    def none(chosen: Any) -> ServerAddress:
        raise ServerUnreachable("None runs.")

    monkeypatch.setattr(address, "running_server", none)

    async def talk(store: Store) -> None:
        await store.end_turn(ended(await begin(store, question="a zebra")))

    with_store(tmp_path / "data", talk)
    return tmp_path / "data"


def with_store(folder: Path, work: Callable[[Store], Any]) -> Any:
    async def run() -> Any:
        store = await Store.open(StoreConfig(path=folder / "llmchat.duckdb"))
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def titles(folder: Path) -> list[str]:
    async def work(store: Store) -> list[str]:
        return [each.title for each in await store.sessions("ada")]

    found: list[str] = with_store(folder, work)
    return found


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("action", "out", "err", "status"),
    [
        ("check", "problem   2 turns have lost their answer.", "", db.PROBLEMS),
        ("backup", "/b/llmchat-1.duckdb, 0 MB", "Copying", 0),
        ("backups", "llmchat-1.duckdb", "", 0),
        ("vacuum", "9 MB before, 5 MB now", "may still hold", 0),
        ("rebuild-index", "in the background: 4 messages", "", 0),
    ],
)
def test_a_server_that_has_the_database_is_asked(
    capsys: pytest.CaptureFixture[str], action: str, out: str, err: str, status: int
) -> None:
    assert main(["db", action]) == status
    shown = capsys.readouterr()
    assert out in shown.out
    assert err in shown.err
    assert main(["db", action, "--json"]) == status
    assert json.loads(capsys.readouterr().out)


def of(folder: Path, *arguments: str) -> list[str]:
    return ["db", *arguments, "--data-dir", str(folder)]


def test_without_a_server_the_file_is_opened(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(of(folder, "rebuild-index")) == 0
    assert "anew." in capsys.readouterr().out
    assert main(of(folder, "check")) == 0
    shown = capsys.readouterr().out
    assert "1 conversation, 1 turn, 2 messages" in shown
    assert "3 texts can be found" in shown
    assert "all is well" in shown
    assert main(of(folder, "vacuum", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["bytes_after"] > 0


def test_a_backup_is_made_listed_and_restored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "my.duckdb"
    assert main(of(folder, "backup", str(elsewhere))) == 0
    assert main(of(folder, "backups", "--json")) == 0
    (backup,) = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert elsewhere.read_bytes() == Path(backup["path"]).read_bytes()

    async def forget(store: Store) -> None:
        for each in await store.sessions("ada"):
            await store.remove_session("ada", each.id)

    with_store(folder, forget)
    assert titles(folder) == []
    assert main(of(folder, "restore", backup["name"])) == 0
    assert "is kept as" in capsys.readouterr().err
    assert titles(folder) == ["a zebra"]


def test_a_file_from_elsewhere_must_be_trusted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "my.duckdb"
    assert main(of(folder, "backup", str(elsewhere))) == 0
    assert main(of(folder, "restore", str(elsewhere))) == FAILED
    assert "--trust" in capsys.readouterr().err
    assert main(of(folder, "restore", str(elsewhere), "--trust", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["kept"]
    assert titles(folder) == ["a zebra"]


def test_nothing_is_written_over(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("precious")
    assert main(of(folder, "backup", str(mine))) == FAILED
    assert "exists already" in capsys.readouterr().err
    assert mine.read_text() == "precious"


def test_what_is_not_there_is_said_so(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(of(tmp_path / "nowhere", "check")) == FAILED
    assert "There is no database" in capsys.readouterr().err
    assert main(of(folder, "restore", "nothing")) == FAILED
    assert "There is no backup" in capsys.readouterr().err
    assert main(of(folder, "backups")) == 0
    assert "no backups" in capsys.readouterr().err
