from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import BadRequest, NotFound, StoreUnavailable
from jupyter_llmchat.store import Store, backups, db
from jupyter_llmchat.store.faults import Locked

from .builders import begin, ended

CANARY = "xylophonecanary"


async def say(store: Store, question: str = "Why?", **given: str) -> str:
    """The id of the session."""
    begun = await begin(store, question=question, **given)
    await store.end_turn(ended(begun))
    return (await store.turn("ada", begun.turn_id)).session_id


def holding(folder: Path, text: str) -> list[str]:
    """Names of the files with the text in them."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return sorted(each.name for each in files if text.encode() in each.read_bytes())


async def test_a_check_counts_what_there_is(store: Store, path: Path) -> None:
    await say(store)
    await store.indexing.catch_up()
    found = await store.upkeep.check()
    assert (found.path, found.problems) == (str(path), ())
    assert (found.sessions, found.turns, found.messages) == (1, 1, 2)
    assert (found.indexed, found.waiting) == (3, 0)


async def test_a_check_names_what_does_not_fit_together(store: Store) -> None:
    await say(store)
    await store.indexing.catch_up()
    for sql in (
        "DELETE FROM messages WHERE role = 'user'",
        "INSERT INTO turns SELECT * REPLACE ('t' AS id, 'x' AS session_id) FROM turns",
        "INSERT INTO message_chunks VALUES ('gone', 0, 'core', '')",
    ):
        await store._access.write(lambda cursor, sql=sql: cursor.run(sql))
    problems = " ".join((await store.upkeep.check()).problems)
    for word in ("question", "no conversation", "pieces", "wrongly", "search index"):
        assert word in problems


async def test_a_backup_of_a_store_in_use_has_all_that_was_confirmed(
    store: Store, path: Path
) -> None:
    going_on = True

    async def talk() -> int:
        count = 0
        while going_on:
            await say(store)
            count += 1
        return count

    talking = [asyncio.create_task(talk()) for _ in range(3)]
    for _ in range(5):
        await say(store, "before")
    backup = await store.upkeep.back_up()
    going_on = False
    said = sum(await asyncio.gather(*talking))
    copy = Path(backup.path)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert copy.parent == path.parent / "backups"
    restored = await Store.open(StoreConfig(path=copy))
    found = await restored.upkeep.check()
    await restored.close()
    assert 5 <= found.turns <= said + 5
    assert found.problems == ()
    assert [each.name for each in await store.upkeep.backups()] == [backup.name]


async def test_a_backup_takes_the_place_of_the_database(
    store: Store, path: Path
) -> None:
    session = await say(store, "kept")
    backup = await store.upkeep.back_up()
    await store.remove_session("ada", session)
    await say(store, "newer")
    source = backups.find(path, backup.name)
    assert backups.is_ours(path, source)
    with pytest.raises(Locked):
        backups.restore(path, source)
    await store.close()
    kept = backups.restore(path, source)
    assert kept is not None and kept.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    restored = await Store.open(StoreConfig(path=path))
    assert [each.title for each in await restored.sessions("ada")] == ["kept"]
    await restored.close()
    before = await Store.open(StoreConfig(path=kept))
    assert [each.title for each in await before.sessions("ada")] == ["newer"]
    await before.close()


async def test_a_damaged_database_can_be_replaced(store: Store, path: Path) -> None:
    await say(store, "kept")
    backup = await store.upkeep.back_up()
    await store.close()
    path.write_bytes(b"no database")
    assert backups.restore(path, Path(backup.path)) is not None
    restored = await Store.open(StoreConfig(path=path))
    assert len(await restored.sessions("ada")) == 1
    await restored.close()


def test_only_our_own_files_are_restored(tmp_path: Path) -> None:
    path = tmp_path / "data" / "chat.duckdb"
    foreign, empty, text = (tmp_path / name for name in ("foreign", "empty", "text"))
    cursor = db.connect(foreign)
    cursor.run("CREATE TABLE sessions (mine INTEGER)")
    cursor.close()
    db.connect(empty).close()
    text.write_text("no database")
    for each in (foreign, empty):
        with pytest.raises(BadRequest):
            backups.restore(path, each)
    with pytest.raises(StoreUnavailable):
        backups.restore(path, text)
    assert not path.exists()


def test_a_backup_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    for name in ("nothing", "../nothing", str(tmp_path), "a\0b"):
        with pytest.raises(NotFound):
            backups.find(tmp_path / "chat.duckdb", name)


async def test_vacuuming_removes_what_was_deleted(store: Store, path: Path) -> None:
    for number in range(50):
        await say(store, f"kept {number}")
    gone = await say(store, f"{CANARY} {'text ' * 500}")
    await store.indexing.catch_up()
    before = await store.upkeep.back_up()
    assert len((await store.search.find("ada", CANARY)).hits) == 1
    await store.remove_session("ada", gone)
    found = await store.upkeep.vacuum()
    assert holding(path.parent, CANARY) == [before.name]
    assert [each.name for each in found.backups] == [before.name]
    assert found.bytes_after == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    check = await store.upkeep.check()
    assert (check.sessions, check.problems) == (50, ())
    Path(before.path).unlink()
    await store.close()
    assert holding(path.parent, CANARY) == []


async def test_vacuuming_a_store_in_use_costs_nothing(store: Store) -> None:
    async def talk() -> None:
        for number in range(10):
            await say(store, f"q{number}")
            await store.sessions("ada")

    talking = [asyncio.create_task(talk()) for _ in range(4)]
    for _ in range(3):
        await store.upkeep.vacuum()
    await asyncio.gather(*talking)
    check = await store.upkeep.check()
    assert (check.turns, check.problems) == (40, ())


async def test_vacuuming_that_fails_leaves_all_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await say(store, "kept")

    def fail(cursor: db.Cursor, target: Path) -> None:
        target.write_bytes(b"half")
        raise StoreUnavailable("There is no room.", "Free some.")

    monkeypatch.setattr(db.Cursor, "copy_to", fail)
    for work in (store.upkeep.vacuum, store.upkeep.back_up):
        with pytest.raises(StoreUnavailable, match="no room"):
            await work()
    monkeypatch.undo()
    assert await store.upkeep.backups() == ()
    assert len(await store.messages("ada", session)) == 2
    await say(store, "goes on")


async def test_in_memory_there_is_no_file_to_look_after() -> None:
    store = await Store.open(StoreConfig(path=None))
    await say(store)
    for work in (store.upkeep.vacuum, store.upkeep.back_up, store.upkeep.backups):
        with pytest.raises(StoreUnavailable, match="memory"):
            await work()
    assert (await store.upkeep.check()).messages == 2
    await store.close()


async def test_the_index_is_built_again(store: Store) -> None:
    await say(store, "a zebra")
    await store.indexing.catch_up()
    assert (await store.upkeep.rebuild_index()).waiting == 2
    assert await store.indexing.catch_up() >= 0
    assert len((await store.search.find("ada", "zebra ")).hits) == 1
    assert (await store.upkeep.check()).waiting == 0
