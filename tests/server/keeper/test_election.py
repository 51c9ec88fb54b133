from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from jupyter_llmchat.config import StoreConfig
from jupyter_llmchat.errors import StoreUnavailable
from jupyter_llmchat.server.keeper import election as module
from jupyter_llmchat.server.keeper import link
from jupyter_llmchat.server.keeper.election import Election
from jupyter_llmchat.server.keeper.listener import Listener
from jupyter_llmchat.server.keeper.ownership import Ownership
from tests.server.builders import LONG_S, eventually
from tests.server.keepers import SETTINGS, keeper

LOG = logging.getLogger("test")


class Server:
    """As much of a server as an election needs."""

    def __init__(self, path: Path | None) -> None:
        self.opened = 0
        self.election = Election(StoreConfig(path=path), self._open, LOG)

    async def _open(self) -> None:
        self.opened += 1

    async def start(self) -> None:
        await self.election.start(lambda: Listener([], SETTINGS))

    async def keeps_data(self) -> bool:
        async with asyncio.timeout(LONG_S):
            return await self.election.keeper() is None

    async def stop(self) -> None:
        await self.election.withdraw()
        await self.election.leave()


New = Callable[[Path | None], Server]


@pytest.fixture
async def new() -> AsyncIterator[New]:
    made: list[Server] = []

    def add(path: Path | None) -> Server:
        made.append(Server(path))
        return made[-1]

    yield add
    for each in made:
        await each.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.duckdb"


async def test_in_memory_there_is_nothing_to_share(new: New) -> None:
    servers = [new(None), new(None)]
    for each in servers:
        await each.start()
    assert [each.opened for each in servers] == [1, 1]
    assert [await each.keeps_data() for each in servers] == [True, True]


async def test_the_second_follows_and_takes_over(new: New, path: Path) -> None:
    first, second = new(path), new(path)
    await first.start()
    assert await first.keeps_data()
    await second.start()
    assert not await second.keeps_data()
    way = second.election.link
    assert way is not None
    assert await second.election.link_by(0.0) is way
    assert (first.opened, second.opened) == (1, 0)
    await first.stop()
    assert await second.election.keeper(other_than=way) is None
    assert (first.opened, second.opened) == (1, 1)


async def test_of_many_at_once_one_keeps_the_data(new: New, path: Path) -> None:
    servers = [new(path) for _ in range(5)]
    await asyncio.gather(*(each.start() for each in servers))
    kept = [await each.keeps_data() for each in servers]
    assert (kept.count(True), sum(each.opened for each in servers)) == (1, 1)


@pytest.mark.parametrize("name", ["file/chat.duckdb", "a\0b/chat.duckdb", "folder"])
async def test_where_nothing_can_be_kept_each_is_alone(
    new: New, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for _ in range(2):
        server = new(tmp_path / name)
        await server.start()
        assert await server.keeps_data()
        assert server.opened == 1


async def test_on_a_network_file_system_each_is_alone(
    new: New, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_llmchat.store import mounts

    monkeypatch.setattr(mounts, "network_file_system", lambda folder: "nfs4")
    for _ in range(2):
        server = new(path)
        await server.start()
        assert await server.keeps_data()
    assert not path.parent.exists()


async def test_a_disk_that_does_not_answer_does_not_hold_the_server_up(
    new: New, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    server = new(path)
    await server.start()
    assert await server.keeps_data()


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"version": "0.0.1"}, "version 0.0.1"), ({"host": "far"}, "on far")],
)
async def test_a_keeper_that_is_not_understood_is_told_until_it_ends(
    new: New, path: Path, changes: dict[str, object], said: str
) -> None:
    other = Ownership(path.parent)
    other.claim()
    other.announce(keeper(pid=77, **changes))
    server = new(path)
    await server.start()
    with pytest.raises(StoreUnavailable, match="in use by another") as caught:
        await server.keeps_data()
    assert "process 77" in str(caught.value)
    assert said in str(caught.value)
    assert server.election.trouble is caught.value
    other.release()
    await eventually(lambda: server.opened)
    assert server.election.trouble is None


async def test_requests_do_not_wait_for_ever_for_a_holder_that_says_nothing(
    new: New, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.01)
    other = Ownership(path.parent)
    other.claim()
    server = new(path)
    await server.start()
    with pytest.raises(StoreUnavailable):
        await server.keeps_data()
    await eventually(lambda: server.election.trouble)
    assert str(path.parent) in str(server.election.trouble)
    other.release()
    await eventually(lambda: server.opened)


async def test_a_notice_of_a_dead_server_is_no_hindrance(new: New, path: Path) -> None:
    path.parent.mkdir()
    notice = path.with_name("owner.json")
    notice.write_bytes(msgspec.json.encode(keeper(pid=77)))
    server = new(path)
    await server.start()
    assert await server.keeps_data()
    assert b'"pid":77,' not in notice.read_bytes()


async def test_a_silent_keeper_is_told_until_it_speaks_again(
    new: New, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = new(path), new(path)
    await first.start()
    assert await first.keeps_data()
    await second.start()
    assert not await second.keeps_data()
    monkeypatch.setattr(link, "SILENT_S", 0.0)
    # The next look at it is overdue at once.
    way = second.election.link
    assert way is not None
    listener = first.election._listener
    assert listener is not None
    await listener._server.close_all_connections()
    await eventually(lambda: second.election.trouble)
    assert "does not answer" in str(second.election.trouble)
    assert second.opened == 0
    monkeypatch.undo()
    await eventually(lambda: second.election.link)
    assert second.election.link is not way


async def test_a_folder_without_room_does_not_keep_the_server_from_its_work(
    new: New, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Ownership, announced: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Ownership, "announce", full)
    server = new(path)
    await server.start()
    assert await server.keeps_data()
    assert server.opened == 1


async def test_who_withdraws_before_it_is_decided_has_opened_nothing(
    new: New, path: Path
) -> None:
    other = Ownership(path.parent)
    other.claim()
    server = new(path)
    await server.start()
    await server.stop()
    other.release()
    assert server.opened == 0
    assert other.keeper() is None
