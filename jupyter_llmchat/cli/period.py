"""Times as people type them: 30m, 24h, 7d, 4w, or a day."""

from __future__ import annotations

import argparse
import re
import time
from datetime import datetime

from jupyter_llmchat.protocol.figures import Bucket

UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def since(given: str) -> float:
    """Seconds since the epoch; raises ArgumentTypeError."""
    if found := re.fullmatch(r"(\d{1,6})([mhdw])", given.strip().lower()):
        count, unit = found.groups()
        return max(0.0, time.time() - int(count) * UNITS[unit])
    try:
        return max(0.0, datetime.fromisoformat(given).timestamp())
    except (ValueError, OverflowError, OSError) as error:
        raise argparse.ArgumentTypeError(
            f"{given} is no time; write 30m, 24h, 7d, 4w or a day such as 2026-01-31"
        ) from error


def utc_offset_s() -> int:
    """Seconds that this machine's clock is ahead of UTC now."""
    offset = datetime.now().astimezone().utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def bucket_for(seconds: float) -> Bucket:
    """The one that gives a readable number of points."""
    if seconds < 3 * 3600:
        return "minute"
    return "hour" if seconds < 4 * 86400 else "day"


def shown(start: float, bucket: Bucket) -> str:
    """A bucket's beginning as this machine's clock has it."""
    pattern = {"minute": "%H:%M", "hour": "%m-%d %Hh", "day": "%Y-%m-%d"}[bucket]
    return datetime.fromtimestamp(start).strftime(pattern)
