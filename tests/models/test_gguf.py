from __future__ import annotations

import os
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.gguf import GgufInfo, check
from jupyter_llmchat.models.locate import locate

from .gguf_files import (
    HUGE,
    LIST,
    SETTINGS,
    TENSORS,
    TEXT,
    U32,
    WEIGHTS,
    gguf,
    setting,
    tensor,
    text,
    write,
)

HEADER_BYTES = len(gguf()) - len(WEIGHTS)


def test_what_a_sound_file_says(tmp_path: Path) -> None:
    assert check(write(tmp_path)) == GgufInfo(
        name="Tiny",
        architecture="llama",
        quantization="Q4_1",
        parameters=160,
        context_length=2048,
        size_bytes=len(gguf()),
        n_tensors=2,
    )


def test_what_the_embedded_model_says() -> None:
    info = check(locate("").path)
    assert (info.architecture, info.quantization) == ("llama", "Q4_1")
    assert (info.context_length, info.n_tensors) == (8192, 272)
    assert info.parameters == 134_515_008


def test_what_is_not_said_is_unknown(tmp_path: Path) -> None:
    info = check(write(tmp_path, settings=SETTINGS[:1]))
    assert (info.name, info.quantization, info.context_length) == ("tiny", None, None)


DAMAGE: dict[str, tuple[dict[str, Any], str]] = {
    "version 0": ({"version": 0}, "version 0"),
    "version 99": ({"version": 99}, "version 99"),
    "big-endian": ({"version": 3 << 24}, "version 50331648"),
    "countless tensors": ({"n_tensors": HUGE}, f"{HUGE} tensors"),
    "countless settings": ({"n_settings": HUGE}, f"{HUGE} settings"),
    "an endless key": ({"settings": [text("x", HUGE)]}, "within its header"),
    "an endless text": (
        {"settings": [setting("k", TEXT, text("x", HUGE))]},
        "within its header",
    ),
    "countless numbers": (
        {"settings": [setting("k", LIST, struct.pack("<IQ", U32, HUGE))]},
        "within its header",
    ),
    "countless texts": (
        {"settings": [setting("k", LIST, struct.pack("<IQ", TEXT, HUGE))]},
        f"{HUGE} texts",
    ),
    "a list of lists": (
        {"settings": [setting("k", LIST, struct.pack("<IQ", LIST, 1))]},
        "unknown type 9",
    ),
    "an unknown setting": ({"settings": [setting("k", 77, b"")]}, "unknown type 77"),
    "no architecture": ({"settings": SETTINGS[1:]}, "architecture"),
    "an adapter": (
        {"settings": [*SETTINGS, setting("general.type", TEXT, text("adapter"))]},
        "'adapter'",
    ),
    "an odd alignment": (
        {
            "settings": [
                *SETTINGS,
                setting("general.alignment", U32, struct.pack("<I", 33)),
            ]
        },
        "alignment",
    ),
    "no tensors": ({"tensors": []}, "no weights"),
    "many dimensions": ({"tensors": [tensor("a", 32, 1, 1, 1, 1)]}, "5 dimensions"),
    "no dimensions": ({"tensors": [tensor("a")]}, "does not fit"),
    "an unknown packing": ({"tensors": [tensor("a", 32, kind=4)]}, "unknown type 4"),
    "half a block": ({"tensors": [tensor("a", 33)]}, "does not fit"),
    "a crooked place": ({"tensors": [tensor("a", 32, offset=1)]}, "does not fit"),
    "weights beyond": ({"tensors": [tensor("a", 32, offset=HUGE)]}, "are missing"),
    "endless weights": ({"tensors": [tensor("a", *[HUGE] * 4)]}, "are missing"),
    "one byte short": ({"weights": WEIGHTS[:-1]}, "1 of its"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_named(case: str, tmp_path: Path) -> None:
    changes, reason = DAMAGE[case]
    with pytest.raises(ModelUnavailable) as caught:
        check(write(tmp_path, **changes))
    assert reason in caught.value.message
    assert "tiny.gguf" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"GG", "something else"),
        (b"GGUF", "within its header"),
        (b"<!DOCTYPE html><html>Sign in</html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"PK\x03\x04pytorch", "a ZIP archive"),
        (b"ggml" + b"\0" * 100, "something else"),
    ],
)
def test_what_is_no_model_is_named(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=reason):
        check(tmp_path / "m.gguf")


@pytest.mark.parametrize("share", [0.999, 0.9, 0.5, 0.02, 0.001])
def test_a_cut_download_is_noticed(share: float, tmp_path: Path) -> None:
    whole = locate("").path
    cut = tmp_path / "cut.gguf"
    with whole.open("rb") as file:
        cut.write_bytes(file.read(4 << 20))
    # The weights are not read, so that a hole may stand for them.
    os.truncate(cut, int(whole.stat().st_size * share))
    with pytest.raises(ModelUnavailable, match=r"missing|within its header"):
        check(cut)
    os.truncate(cut, whole.stat().st_size)
    assert share < 0.05 or check(cut).n_tensors == 272


def test_every_cut_of_a_header_is_noticed(tmp_path: Path) -> None:
    whole = gguf()
    path = tmp_path / "cut.gguf"
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(ModelUnavailable):
            check(path)


def outcome(path: Path) -> GgufInfo | None:
    """None when the file is refused; nothing else may happen."""
    try:
        return check(path)
    except ModelUnavailable as error:
        assert error.message and error.hint
        return None


@pytest.mark.parametrize("seed", range(300))
def test_flipped_bytes_never_surprise(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    data = bytearray(gguf())
    for _ in range(chance.choice([1, 1, 2, 8])):
        data[chance.randrange(HEADER_BYTES)] ^= 1 << chance.randrange(8)
    path = tmp_path / "flipped.gguf"
    path.write_bytes(data)
    info = outcome(path)
    assert info is None or info.n_tensors <= len(TENSORS)


@settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    at=st.integers(0, HEADER_BYTES - 8),
    number=st.sampled_from([0, 1, 255, 1 << 16, 1 << 31, 1 << 32, HUGE, (1 << 64) - 1]),
    end=st.integers(0, len(gguf())),
)
def test_extreme_numbers_anywhere_never_surprise(
    at: int, number: int, end: int, tmp_path: Path
) -> None:
    data = bytearray(gguf())
    data[at : at + 8] = struct.pack("<Q", number)
    path = tmp_path / "extreme.gguf"
    path.write_bytes(data[:end] if end % 2 else data)
    outcome(path)


@pytest.mark.parametrize("seed", range(10))
def test_the_embedded_model_with_flipped_bytes_never_surprises(
    seed: int, tmp_path: Path
) -> None:
    whole = locate("").path
    chance = random.Random(seed)
    with whole.open("rb") as file:
        data = bytearray(file.read(2 << 20))
    for _ in range(4):
        data[chance.randrange(chance.choice([200, len(data)]))] ^= 0xFF
    path = tmp_path / "flipped.gguf"
    path.write_bytes(data)
    os.truncate(path, whole.stat().st_size)
    outcome(path)
