from __future__ import annotations

import argparse
import time
from datetime import datetime

import pytest

from jupyter_llmchat.cli.period import bucket_for, shown, since, utc_offset_s


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("30m", 1800), ("24h", 86400), ("7D", 604800), ("2w", 1209600)],
)
def test_a_length_of_time_ends_now(
    given: str, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert since(given) == 2e9 - seconds


def test_a_day_begins_at_midnight_here() -> None:
    assert since("2026-01-31") == datetime(2026, 1, 31).timestamp()
    assert since("999999w") == 0.0


@pytest.mark.parametrize(
    "given", ["", "7", "d7", "-7d", "1.5h", "31.01.2026", "7 days"]
)
def test_what_is_no_time_is_refused(given: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no time"):
        since(given)


def test_this_machines_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert utc_offset_s() == 19800
        assert shown(0.0, "minute") == "05:30"
        assert shown(0.0, "hour") == "01-01 05h"
        assert shown(0.0, "day") == "1970-01-01"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_longer_time_has_larger_buckets() -> None:
    lengths = (60, 10_799, 10_800, 3 * 86400, 4 * 86400)
    found = [bucket_for(each) for each in lengths]
    assert found == ["minute", "minute", "hour", "hour", "day"]
