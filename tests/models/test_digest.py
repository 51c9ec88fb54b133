from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models import digest
from jupyter_llmchat.models.digest import published, verify
from jupyter_llmchat.models.gguf import check
from jupyter_llmchat.models.locate import locate

KNOWN = digest.KnownFile(
    name="known.gguf", size_bytes=4, sha256=hashlib.sha256(b"true").hexdigest()
)


@pytest.fixture(autouse=True)
def known(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "embedded" not in request.node.name:
        monkeypatch.setattr(digest, "KNOWN", (KNOWN,))


def test_the_embedded_model_is_known_and_whole() -> None:
    path = locate("").path
    assert path.name in {each.name for each in digest.KNOWN}
    verify(path)


def test_the_embedded_model_with_damaged_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / locate("").path.name
    shutil.copyfile(locate("").path, path)
    with path.open("r+b") as file:
        file.seek(50 << 20)
        flipped = bytes(byte ^ 0xFF for byte in file.read(1 << 20))
        file.seek(50 << 20)
        file.write(flipped)
    check(path)  # the header does not tell
    with pytest.raises(ModelUnavailable, match="is damaged") as caught:
        verify(path)
    assert caught.value.hint == "Download or install the model again."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("known.gguf", b"true"),
        ("known.gguf", b"another build"),
        ("other.gguf", b"fake"),
    ],
)
def test_the_same_file_and_unknown_ones_pass(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    verify(tmp_path / name)


def test_a_published_file_is_known_by_its_name_and_size() -> None:
    assert published("known.gguf", 4) is KNOWN
    assert published("known.gguf", 5) is None
    assert published("other.gguf", 4) is None


def test_one_flipped_bit_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "known.gguf").write_bytes(b"trud")
    with pytest.raises(ModelUnavailable, match="not what was published"):
        verify(tmp_path / "known.gguf")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no model"):
        verify(tmp_path / "known.gguf")
