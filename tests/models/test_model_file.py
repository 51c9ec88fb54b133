from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models.model_file import damaged, opened, shown


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Files may be read by everyone who runs as root; this test must not."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_file_can_be_read_and_is_closed(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"GGUF")
    with opened(tmp_path / "m") as file:
        assert file.read() == b"GGUF"
    assert file.closed


def test_a_folder_is_not_a_model(tmp_path: Path) -> None:
    with (
        pytest.raises(ModelUnavailable, match=r"The folder .* is not a model"),
        opened(tmp_path),
    ):
        pass


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(ModelUnavailable, match="is not a model file"),
        opened(tmp_path / "pipe"),
    ):
        pass


@pytest.mark.parametrize("mode", ["file", "folder"])
def test_a_file_that_may_not_be_read_says_how_to_allow_it(
    mode: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "m.gguf"
    path.touch()
    (path if mode == "file" else tmp_path).chmod(0)
    request.getfixturevalue("unprivileged")
    with (
        pytest.raises(ModelUnavailable, match="may not be read") as caught,
        opened(path),
    ):
        pass
    assert "chmod" in caught.value.hint


def test_an_error_while_reading_is_told(tmp_path: Path) -> None:
    (tmp_path / "m").touch()
    with (
        pytest.raises(ModelUnavailable, match="Input/output error"),
        opened(tmp_path / "m"),
    ):
        raise OSError(5, "Input/output error")


def test_damage_names_the_file_and_what_to_do() -> None:
    error = damaged(Path("/models/m.gguf"), "it is odd")
    assert error.message == "The model file /models/m.gguf is damaged: it is odd."
    assert error.hint == "Download or install the model again."


def test_a_name_that_is_not_utf8_can_be_shown() -> None:
    assert shown(Path(os.fsdecode(b"/m/\xff.gguf"))) == "/m/?.gguf"
