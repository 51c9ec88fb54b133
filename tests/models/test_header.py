from __future__ import annotations

import os
import struct
import tracemalloc
from pathlib import Path

import pytest

from jupyter_llmchat.models.header import MAX_HEADER_BYTES, Header, Unsound

from .gguf_files import LIST, TEXT, U64, listed, text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def test_values_are_read_in_turn(path: Path) -> None:
    path.write_bytes(
        struct.pack("<IQ", 7, 1 << 40)
        + struct.pack("<IQ", U64, 5)
        + struct.pack("<I", LIST)
        + listed(TEXT, 2, text("x") + text("yy"))
        + text("end")
    )
    with path.open("rb") as file:
        header = Header(file)
        assert (header.u32(), header.u64(), header.value()) == (7, 1 << 40, 5)
        assert header.value() is None
        assert header.text() == "end"
        assert header.at == header.size


def test_only_what_can_be_printed_is_kept_of_a_text(path: Path) -> None:
    path.write_bytes(text("a\x1b[2J\nb\x00" + "c" * 1000) + text("next"))
    with path.open("rb") as file:
        header = Header(file)
        assert header.text() == "a[2Jb" + "c" * 248
        assert header.text() == "next"


def test_no_number_in_the_file_decides_how_much_memory_is_taken(path: Path) -> None:
    path.write_bytes(struct.pack("<Q", 1 << 40))
    os.truncate(path, 2 << 40)  # a hole: the text claimed would be there
    tracemalloc.start()
    try:
        with path.open("rb") as file, pytest.raises(Unsound, match="longer than"):
            Header(file).text()
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_header_without_end_is_not_read_to_its_end(path: Path) -> None:
    path.touch()
    os.truncate(path, MAX_HEADER_BYTES * 4)
    with path.open("rb") as file, pytest.raises(Unsound, match="longer than"):
        Header(file).read(MAX_HEADER_BYTES + 1)


def test_a_count_has_a_limit(path: Path) -> None:
    path.write_bytes(struct.pack("<II", 4, 5))
    with path.open("rb") as file:
        header = Header(file)
        assert header.count("things", 4, wide=False) == 4
        with pytest.raises(Unsound, match="5 things"):
            header.count("things", 4, wide=False)
