from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from jupyter_llmchat._version import __version__
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION
from jupyter_llmchat.server.keeper.ownership import Ownership
from tests.server.keepers import keeper


def test_one_of_two_has_the_folder_until_it_lets_it_go(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first, second = Ownership(folder), Ownership(folder)
    assert (first.claim(), first.claim(), second.claim()) == (True, True, False)
    first.announce(keeper(secret="s3cret"))
    assert second.keeper() == keeper(secret="s3cret")
    notice = folder / "owner.json"
    assert notice.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    first.release()
    first.release()
    assert not notice.exists()
    assert second.claim()
    second.release()


def test_who_has_given_up_gets_it_no_more(tmp_path: Path) -> None:
    ownership = Ownership(tmp_path)
    ownership.release()
    assert not ownership.claim()
    other = Ownership(tmp_path)
    assert other.claim()
    other.release()


def test_who_does_not_have_it_takes_nothing_away(tmp_path: Path) -> None:
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    first.claim()
    first.announce(keeper())
    second.release()
    assert second.keeper() == keeper()
    first.release()


def test_what_a_dead_server_has_left_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "owner.json").write_bytes(msgspec.json.encode(keeper(pid=1)))
    ownership = Ownership(tmp_path)
    assert ownership.claim()
    assert ownership.keeper() is None
    ownership.release()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff"])
def test_a_notice_that_is_none_is_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "owner.json").write_bytes(content)
    assert Ownership(tmp_path).keeper() is None


def test_a_place_that_cannot_be_locked_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Ownership(tmp_path / "file").claim()
    with pytest.raises(ValueError, match="null"):
        Ownership(tmp_path / "a\0b").claim()


def test_only_the_same_version_is_understood() -> None:
    assert keeper(version=__version__).is_understood
    assert not keeper(version="0").is_understood
    assert not keeper(protocol=PROTOCOL_VERSION + 1).is_understood
