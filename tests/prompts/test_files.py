from __future__ import annotations

import msgspec
import pytest

from jupyter_llmchat.prompts.files import read
from jupyter_llmchat.prompts.staging import StagePrompts


def test_a_file_becomes_its_struct() -> None:
    assert read("stages.toml", StagePrompts).version.startswith("stages-")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read("judge.toml", StagePrompts)
