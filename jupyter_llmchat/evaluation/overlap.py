"""How much of a stage an earlier stage of the same answer has said already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

from jupyter_llmchat.protocol.ids import Stage

RUN = 5
"""Words in a row that count as the same: fewer are the same by chance."""

_WORD = re.compile(r"\w+")


def overlaps(stages: Mapping[Stage, str]) -> dict[tuple[Stage, Stage], float]:
    """(earlier, later) → share of the later one's runs of words that the earlier one
    has, 0 to 1. Stages are in reading order; one shorter than a run is left out."""
    runs = {stage: _runs(text) for stage, text in stages.items()}
    return {
        (earlier, later): sum(each in known for each in repeated) / len(repeated)
        for (earlier, found), (later, repeated) in combinations(runs.items(), 2)
        if repeated and (known := frozenset(found))
    }


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return [tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]
