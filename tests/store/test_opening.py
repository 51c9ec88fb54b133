from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.store import Store, mounts, opening

from .builders import begin, ended
from .processes import line, running


async def opened(path: Path) -> Store:
    return await Store.open(StoreConfig(path=path))


async def filled(path: Path, titles: tuple[str, ...] = ("kept",)) -> None:
    store = await opened(path)
    for title in titles:
        await store.create_session("ada", title, {})
    await store.close()


async def titles(store: Store) -> list[str]:
    return [session.title for session in await store.sessions("ada")]


async def works(store: Store) -> bool:
    begun = await begin(store)
    await store.append_text(begun.turn_id, "core", "text")
    await store.end_turn(ended(begun))
    return (await store.turn("ada", begun.turn_id)).state == "complete"


def log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def write_unmerged_log(path: Path) -> None:
    """Leaves confirmed writes in the log, as a killed process does."""
    with running("converse", path) as process:
        while not line(process).startswith("ended"):
            pass
    assert log_of(path).stat().st_size > 0


async def test_a_new_file_is_private(path: Path) -> None:
    store = await opened(path)
    await works(store)
    assert store.status.kind == "file"
    assert str(path) in store.status.detail
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    assert log_of(path).stat().st_mode & 0o777 == 0o600
    await store.close()


async def test_a_readable_file_becomes_private(path: Path) -> None:
    await filled(path)
    path.chmod(0o644)
    await (await opened(path)).close()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_killed_process_loses_nothing_that_was_confirmed(path: Path) -> None:
    asked: set[str] = set()
    said: dict[str, str] = {}
    done: set[str] = set()
    for kill in range(4):
        with running("converse", path) as process:
            assert line(process) == "file"
            for _ in range(random.Random(kill).randrange(5, 60)):
                kind, _session, turn_id, *words = line(process).split(" ", 3)
                asked.add(turn_id)
                if kind == "said":
                    said[turn_id] = said.get(turn_id, "") + words[0]
                if kind == "ended":
                    done.add(turn_id)
    store = await opened(path)
    turns: set[str] = set()
    for session in await store.sessions("ada"):
        messages = await store.messages("ada", session.id)
        assert len(messages) == session.messages
        for question, answer in zip(messages[::2], messages[1::2], strict=True):
            assert question.text.startswith("q")
            assert answer.state in ("complete", "interrupted")
            assert answer.turn_id not in done or answer.state == "complete"
            # One word may have been stored and not confirmed any more.
            assert "one two three".startswith(answer.text)
            assert answer.text.startswith(said.get(answer.turn_id, "").strip())
            turns.add(answer.turn_id)
    assert asked <= turns
    await store.close()


async def test_a_killed_answer_is_interrupted_with_the_text_so_far(path: Path) -> None:
    with running("converse", path) as process:
        while " one" not in (last := line(process)):
            pass
    _, session_id, turn_id, _ = last.split(" ", 3)
    store = await opened(path)
    question, answer = (await store.messages("ada", session_id))[:2]
    assert question.text == "q0"
    if answer.state != "complete":
        assert answer.state == "interrupted"
        assert answer.text.startswith("one")
        turn = await store.turn("ada", turn_id)
        assert (turn.state, turn.finish_reason) == ("interrupted", "interrupted")
    await store.close()


async def test_a_file_in_use_by_another_process_is_left_alone(path: Path) -> None:
    await filled(path)
    with running("hold", path) as process:
        assert [line(process), line(process)] == ["file", "open"]
        store = await opened(path)
        assert store.status.kind == "memory"
        assert "in use" in store.status.detail
        assert await works(store)
        await store.close()
    store = await opened(path)
    assert await titles(store) == ["kept"]
    await store.close()


async def test_a_process_that_is_ending_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_LOCKED_S", 60.0)
    open_file, tries = opening._open_file, []

    def counted(*arguments: Any) -> opening.Opened:
        tries.append(arguments)
        return open_file(*arguments)

    monkeypatch.setattr(opening, "_open_file", counted)
    await filled(path)
    with running("hold", path) as process:
        assert [line(process), line(process)] == ["file", "open"]
        tries.clear()
        waiting = asyncio.create_task(opened(path))
        while len(tries) < 2:
            await asyncio.sleep(0.005)
    store = await waiting
    assert await titles(store) == ["kept"]
    await store.close()


async def test_on_a_network_file_system_it_is_memory_and_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "network_file_system", lambda folder: "nfs4")
    store = await opened(path)
    assert store.status.kind == "memory"
    assert "nfs4" in store.status.detail
    assert "LLMChatApp.data_dir" in store.status.detail
    await store.close()


async def test_two_stores_in_one_process_do_not_share_a_file(path: Path) -> None:
    first = await opened(path)
    second = await opened(path)
    assert (first.status.kind, second.status.kind) == ("file", "memory")
    await second.close()
    assert await works(first)
    with running("hold", path) as process:
        assert line(process) == "memory"  # the first one's lock is still there
    await first.close()


@pytest.mark.parametrize("place", ["file/chat.duckdb", "file/sub/chat.duckdb", "."])
async def test_a_path_that_cannot_be_written_means_memory(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = await opened(tmp_path / place)
    assert store.status.kind == "memory"
    assert "cannot be written" in store.status.detail
    assert "restart" in store.status.detail
    assert await works(store)
    await store.close()


@pytest.mark.parametrize(
    "name", ["nul\0.duckdb", "~no such user/chat.duckdb", "x" * 300], ids=repr
)
async def test_a_path_that_makes_no_sense_means_memory(
    tmp_path: Path, name: str
) -> None:
    store = await opened(Path(name) if name.startswith("~") else tmp_path / name)
    assert store.status.kind == "memory"
    assert "cannot be" in store.status.detail
    assert await works(store)
    await store.close()


async def test_a_folder_of_the_system_means_memory() -> None:
    store = await opened(Path("/proc/self/chat.duckdb"))
    assert store.status.kind == "memory"
    assert await works(store)
    await store.close()


def _header(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(b"\xff" * 4096 + data[4096:])


def _second_header(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * 8192 + data[12288:])


def _half(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _blocks(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(12288, len(data), 4096):
        data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        _header,
        _second_header,
        _half,
        _blocks,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("<html>not found</html>" * 1000),
    ],
    ids=["header", "second header", "half", "blocks", "empty", "text"],
)
async def test_a_damaged_file_is_kept_and_a_new_one_begun(
    path: Path, damage: Callable[[Path], object]
) -> None:
    await filled(path)
    damage(path)
    damaged = path.read_bytes()
    store = await opened(path)
    assert store.status.kind == "file"
    assert "was damaged and is kept as" in store.status.detail
    assert await titles(store) == []
    assert await works(store)
    (kept,) = path.parent.glob("chat.duckdb.damaged-*")
    assert kept.read_bytes() == damaged
    assert str(kept) in store.status.detail
    await store.close()


async def test_a_second_damaged_file_does_not_replace_the_first(path: Path) -> None:
    for number in range(3):
        await filled(path)
        path.write_bytes(b"%d" % number * 5000)
        await (await opened(path)).close()
    kept = path.parent.glob("chat.duckdb.damaged-*")
    assert sorted(each.read_bytes()[:1] for each in kept) == [b"0", b"1", b"2"]


async def test_a_damaged_log_costs_the_latest_writes_only(path: Path) -> None:
    await filled(path)
    write_unmerged_log(path)
    log = log_of(path).read_bytes()
    log_of(path).write_bytes(log[:200] + b"\xff" * 8 + log[208:])
    store = await opened(path)
    assert store.status.kind == "file"
    assert "log of the latest writes was damaged" in store.status.detail
    assert await titles(store) == ["kept"]
    assert await works(store)
    (kept,) = path.parent.glob("chat.duckdb.damaged-*.wal")
    assert kept.stat().st_size == len(log)
    await store.close()


async def test_a_log_without_its_file_is_kept(path: Path) -> None:
    write_unmerged_log(path)
    log = log_of(path).read_bytes()
    path.unlink()
    store = await opened(path)
    assert store.status.kind == "file"
    assert "file was missing" in store.status.detail
    assert await works(store)
    (kept,) = path.parent.glob("chat.duckdb.damaged-*.wal")
    assert kept.read_bytes() == log
    await store.close()


@pytest.mark.parametrize("has_log", [False, True], ids=["clean", "with log"])
async def test_a_newer_schema_is_not_touched(path: Path, has_log: bool) -> None:
    await filled(path)
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, 'later', 0)")
    if has_log:
        _copy_with_log(path, "CREATE TABLE later (x INTEGER)")
    before = [(each.name, each.read_bytes()) for each in sorted(path.parent.iterdir())]
    store = await opened(path)
    assert store.status.kind == "memory"
    assert "newer version" in store.status.detail
    assert "Upgrade" in store.status.detail
    assert await works(store)
    await store.close()
    after = [(each.name, each.read_bytes()) for each in sorted(path.parent.iterdir())]
    assert after == before


def _copy_with_log(path: Path, sql: str) -> None:
    """Runs `sql` so that its effect lies in the log only."""
    connection = duckdb.connect(path)
    connection.execute(sql)
    file, log = path.read_bytes(), log_of(path).read_bytes()
    connection.close()
    path.write_bytes(file)
    log_of(path).write_bytes(log)


async def test_a_database_of_another_program_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE sessions (mine INTEGER)")
    before = path.read_bytes()
    store = await opened(path)
    assert store.status.kind == "memory"
    assert "another program" in store.status.detail
    await store.close()
    assert path.read_bytes() == before


async def test_opening_again_changes_nothing(path: Path) -> None:
    await filled(path, ("one", "two"))
    for _ in range(3):
        store = await opened(path)
        assert store.status.detail == f"Conversations are stored in {path}."
        assert await titles(store) == ["two", "one"]
        await store.close()


async def test_a_disk_that_does_not_answer_means_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The time allowed is over at once; the opening ends later all the same.
    monkeypatch.setattr("jupyter_llmchat.store.store._OPEN_S", 0.0)
    store = await opened(path)
    assert store.status.kind == "memory"
    assert "did not answer" in store.status.detail
    assert await works(store)
    await store.close()
