"""What a user may set for the next questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

import ipywidgets as widgets
import msgspec

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.ids import Strategy
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.protocol.setup import Model

from .look import Look, Widget

FREE: Final = "Left to the model"


@dataclass(frozen=True)
class _Number:
    """A number that may be left out."""

    name: str
    label: str
    kind: type[int] | type[float]
    range: str
    tooltip: str


_NUMBERS: Final = (
    _Number(
        "deadline_s",
        "Seconds",
        float,
        "more than 0 and at most 3600",
        "Time that an answer may take at most, in seconds",
    ),
    _Number(
        "temperature",
        "Temperature",
        float,
        "from 0 to 2",
        "0 for the most likely words, up to 2 for more varied ones",
    ),
    _Number(
        "max_tokens",
        "Tokens",
        int,
        "a whole number from 1 to 8192",
        "Length of each stage of an answer at most, in tokens",
    ),
)


class OptionsForm:
    """Folded up; what is empty is left to the session and the model."""

    def __init__(self, look: Look) -> None:
        self.strategy = _choice(look, "Strategy", "How much an answer takes")
        named = ((each, each) for each in get_args(Strategy))
        self.strategy.options = ((FREE, ""), *named)
        self.tier = _choice(look, "Model", "Which of several models answers")
        self.numbers = {
            each.name: look.field(
                widgets.Text,
                each.label,
                placeholder="as usual",
                tooltip=each.tooltip,
                continuous_update=False,
            )
            for each in _NUMBERS
        }
        self.fresh = _box(
            look, "Ask anew", "Ask the model again what it has been asked before"
        )
        self.context = _box(
            look,
            "Use the notebook",
            "Send along the cells that have run in this notebook",
        )
        self.context.value = True
        fields = look.line(self.strategy, self.tier, *self.numbers.values())
        boxes = look.line(self.context, self.fresh)
        self.widget = look.folded(("Options",), (look.column(boxes, fields),))

    def read(self) -> AskOptions:
        """Raises BadRequest, which names the field."""
        given: dict[str, Any] = {
            each.name: _number(each, str(self.numbers[each.name].value))
            for each in _NUMBERS
        }
        return AskOptions(
            **given,
            strategy=self.strategy.value or None,
            tier=self.tier.value or None,
            fresh=self.fresh.value or None,
        )

    def offer(self, models: Sequence[Model]) -> None:
        """A choice among models, where there are several."""
        several = models if len(models) > 1 else ()
        named = ((f"{each.tier}: {each.name}", each.tier) for each in several)
        offered = ((FREE, ""), *named)
        if tuple(self.tier.options) == offered:
            return
        chosen = self.tier.value
        self.tier.options = offered
        if chosen in [value for _, value in offered]:
            self.tier.value = chosen


def _choice(look: Look, label: str, tooltip: str) -> Widget:
    return look.field(widgets.Dropdown, label, options=[(FREE, "")], tooltip=tooltip)


def _box(look: Look, text: str, tooltip: str) -> Widget:
    return look.own(
        widgets.Checkbox(
            description=text, tooltip=tooltip, indent=False, layout=look.fit
        )
    )


def _number(field: _Number, typed: str) -> float | int | None:
    if not typed.strip():
        return None
    try:
        number = field.kind(typed.strip().replace(",", "."))
        msgspec.convert({field.name: number}, AskOptions)
    except (ValueError, OverflowError, msgspec.ValidationError):
        raise BadRequest(
            f"Options: {field.label} is {typed.strip()[:30]!r}; "
            f"it has to be {field.range}.",
            "Correct it, or leave it empty.",
        ) from None
    return number
