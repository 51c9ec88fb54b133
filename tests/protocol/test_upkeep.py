from __future__ import annotations

from jupyter_llmchat.protocol.codec import decode, encode
from jupyter_llmchat.protocol.upkeep import Backup, Vacuumed


def test_what_is_left_of_the_deleted_goes_along() -> None:
    backup = Backup(name="b.duckdb", path="/b.duckdb", bytes=7, created=1.5)
    done = Vacuumed(bytes_before=9, bytes_after=5, backups=(backup,))
    assert decode(encode(done), Vacuumed) == done
