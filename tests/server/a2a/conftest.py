from __future__ import annotations

from typing import Any

import pytest

from .builders import Rpc


@pytest.fixture
def rpc(jp_fetch: Any) -> Rpc:
    return Rpc(jp_fetch)
