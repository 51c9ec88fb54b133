from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_llmchat.cli.checks import store
from jupyter_llmchat.cli.checks.store import check_store
from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "llmchat" / "llmchat.duckdb"


async def make(path: Path) -> None:
    opened = await Store.open(StoreConfig(path=path))
    await opened.create_session("someone", "A title", {})
    await opened.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_a_database_that_does_not_exist_yet_is_not_made(path: Path) -> None:
    finding = check_store(StoreConfig(path=path))
    assert finding.state == "ok" and "will be made" in finding.message
    assert not path.parent.exists()
    path.parent.mkdir()
    assert check_store(StoreConfig(path=path)).state == "ok"
    assert not path.exists()


def test_a_sound_database_stays_as_it_is(path: Path) -> None:
    asyncio.run(make(path))
    before = contents(path.parent)
    finding = check_store(StoreConfig(path=path))
    assert (finding.state, finding.message) == (
        "ok",
        f"The database {path} opens and can be written.",
    )
    assert contents(path.parent) == before


def test_a_damaged_database_stays_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is not a database" * 1000)
    before = contents(path.parent)
    finding = check_store(StoreConfig(path=path))
    assert finding.state == "warn"
    assert "damaged" in finding.message and "backup" in finding.action
    assert contents(path.parent) == before


def test_a_running_server_is_not_disturbed(path: Path) -> None:
    asyncio.run(make(path))
    hold = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1]);"
        "print('held', flush=True);"
        "sys.stdin.read(); c.execute('SELECT count(*) FROM sessions').fetchall()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        finding = check_store(StoreConfig(path=path))
        holder.communicate(timeout=30)
    assert holder.returncode == 0
    assert finding.state == "ok"
    assert f"in use by process {holder.pid}" in finding.message


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = check_store(StoreConfig(path=tmp_path / "file" / "x" / "llmchat.duckdb"))
    assert finding.state == "fail"
    assert f"{tmp_path / 'file'} is not writable" in finding.message


def test_a_folder_in_the_databases_place_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    finding = check_store(StoreConfig(path=path))
    assert finding.state == "fail"
    assert str(path) in finding.message and finding.action


def test_memory_only_is_a_warning() -> None:
    assert check_store(StoreConfig(path=None)).state == "warn"


def test_a_large_database_is_not_copied(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(make(path))
    monkeypatch.setattr(store, "COPY_BYTES", 10)
    assert "too large to try" in check_store(StoreConfig(path=path)).message
