from __future__ import annotations

from typing import get_args

from jupyter_llmchat.protocol import ids


def test_the_stages_are_those_of_the_type_in_reading_order() -> None:
    assert get_args(ids.Stage) == ids.STAGES


def test_an_id_is_fresh_and_safe_in_a_path() -> None:
    some = {ids.new_id() for _ in range(1000)}
    assert len(some) == 1000
    assert all(len(each) == 32 and each.isalnum() for each in some)
