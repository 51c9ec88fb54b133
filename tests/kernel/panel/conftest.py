from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .driving import Driven

Drive = Callable[..., Driven]


@pytest.fixture
def drive() -> Iterator[Drive]:
    """Makes panels; they are closed at the end."""
    made: list[Driven] = []

    def make(*args: Any, **fields: Any) -> Driven:
        made.append(Driven(*args, **fields))
        made[-1].settle()
        return made[-1]

    yield make
    for each in made:
        each.panel.close()
