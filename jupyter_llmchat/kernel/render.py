"""State of a turn → what is shown: HTML for notebooks, lines of text elsewhere.

The HTML stands alone in a saved notebook: no script, no style sheet, no class.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from jupyter_llmchat.characters import visible
from jupyter_llmchat.protocol.events import Decision
from jupyter_llmchat.protocol.fold import StageState, TurnState
from jupyter_llmchat.protocol.ids import PREPARATORY, FinishReason, Stage

from .forms import Form, form_html, form_text
from .markdown import to_html
from .progress import Progress

LABELS: Final[dict[Stage, str]] = {
    "analysis": "Analysis",
    "reasoning": "Reasoning",
    "core": "",
    "detail": "In detail",
    "conclusion": "In short",
}
"""The core answer needs no heading."""

_WRITING: Final[dict[Stage, str]] = {
    "analysis": "Analysing the question",
    "reasoning": "Reasoning",
    "core": "Answering",
    "detail": "Going into detail",
    "conclusion": "Concluding",
}

_REASONS: Final[dict[FinishReason, str]] = {
    "stop": "",
    "length": "token limit reached",
    "deadline": "time limit reached",
    "cancelled": "stopped by you",
    "interrupted": "interrupted: the model process ended",
}

REPLAY: Final = "answered before; %%chat --fresh asks again"

_QUIET = "margin:0.5em 0 0;opacity:0.7;font-size:0.9em"
_LABEL = "margin:0.8em 0 0.3em;opacity:0.8"


def html(state: TurnState, progress: Progress, form: Form = "markdown") -> str:
    """The whole answer so far."""
    parts = [_understood(state)] if state.refinement else []
    if form == "markdown":
        parts += [_stage_html(each) for each in state.stages]
    else:
        # One text: what is not Markdown has no place for headings.
        prepared = (each for each in state.stages if each.stage in PREPARATORY)
        parts += [_stage_html(each) for each in prepared]
        parts.append(form_html(state.text, form) if state.text else "")
    parts.append(decisions_html(state.decisions))
    parts += [line_html(each.message, "ⓘ ") for each in state.notices]
    if state.error is not None:
        parts.append(_error_html(state.error.message, state.error.hint))
    parts.append(line_html(status_line(state, progress)))
    return "<div>" + "\n".join(part for part in parts if part) + "</div>"


def plain(state: TurnState, progress: Progress, form: Form = "markdown") -> str:
    """The answer's text; with a last line if it is not whole, or not new."""
    lines = [form_text(state.text, form)] if state.text else []
    if state.error is not None:
        lines.append(error_text(state))
    elif _needs_remark(state) or not lines:
        lines.append(f"[{status_line(state, progress)}]")
    return "\n\n".join(lines)


def _needs_remark(state: TurnState) -> bool:
    """Whether its text alone would pass for an answer that was made just now, whole."""
    reason = _REASONS[state.finish_reason or "stop"]
    return not state.ended or bool(reason) or _is_replay(state)


def _is_replay(state: TurnState) -> bool:
    return state.metrics is not None and state.metrics.is_replay


def error_text(state: TurnState) -> str:
    """What went wrong, and on a second line the next step."""
    if state.error is None:
        return ""
    return visible(f"Error: {state.error.message}\n{state.error.hint}").strip()


def line_html(text: str, mark: str = "") -> str:
    """A quiet line; nothing for an empty text."""
    if not text:
        return ""
    return f'<p style="{_QUIET}">{mark}{escape(visible(text))}</p>'


def status_line(state: TurnState, progress: Progress) -> str:
    """Where the answer stands, or how it ended; empty where nothing is known."""
    return _footer(state) if state.ended else _running(state, progress)


def _running(state: TurnState, progress: Progress) -> str:
    parts = [_activity(state), _time(progress)]
    if progress.tokens_per_s is not None:
        parts.append(f"{progress.tokens_per_s:.0f} tokens/s")
    return " · ".join(parts)


def _time(progress: Progress) -> str:
    passed = f"{progress.elapsed_s:.0f} s"
    limit = progress.deadline_s
    return passed if limit is None else f"{passed} of at most {limit:.0f} s"


def _activity(state: TurnState) -> str:
    if state.status == "waiting":
        if state.position == 1:
            return "Waiting: one other question goes first"
        if state.position:
            return f"Waiting: {state.position} other questions go first"
        return "Reading the question"
    written = [each.stage for each in state.stages if not each.done]
    return _WRITING[written[0]] if written else "Deciding how to go on"


def _footer(state: TurnState) -> str:
    parts = [REPLAY] if _is_replay(state) else []
    metrics = state.metrics
    if metrics is not None:
        parts.append(metrics.strategy or "")
        parts.append(f"{metrics.total_ms / 1000:.1f} s")
        if metrics.generated_tokens:
            parts.append(f"{metrics.generated_tokens} tokens")
        if metrics.tokens_per_s is not None:
            parts.append(f"{metrics.tokens_per_s:.0f} tokens/s")
    if state.quality is not None:
        parts.append(_quality(state))
    if state.finish_reason is not None:
        parts.append(_REASONS[state.finish_reason])
    return " · ".join(part for part in parts if part)


def _stage_html(stage: StageState) -> str:
    if not stage.text.strip():
        return ""
    label, text = LABELS[stage.stage], to_html(stage.text).strip()
    if stage.stage in PREPARATORY:
        return _folded(label, text)
    head = f'<p style="{_LABEL}"><strong>{label}</strong></p>\n' if label else ""
    first = _folded("The first attempt", to_html(stage.first)) if stage.first else ""
    return head + text + first


def decisions_html(decisions: Sequence[Decision]) -> str:
    """What was decided and how surely, folded up; nothing without any."""
    if not decisions:
        return ""
    rows = "".join(f"<li>{escape(visible(_decided(each)))}</li>" for each in decisions)
    return _folded("What the model decided", f"<ul>{rows}</ul>")


def _decided(decision: Decision) -> str:
    if decision.source != "model":
        return f"{decision.name}: {decision.chosen} (the safe way, not by the model)"
    shares = ", ".join(
        f"{each.label} {each.probability:.0%}" for each in decision.options
    )
    return f"{decision.name}: {decision.chosen} ({shares}; {decision.ms:.0f} ms)"


def _quality(state: TurnState) -> str:
    """The score of the answer as it stands, and how far the judge is to be trusted."""
    quality, metrics = state.quality, state.metrics
    assert quality is not None
    final = None if metrics is None else metrics.quality
    sure = quality.reliability
    trust = "" if sure is None else f" (judge right in {sure:.0%})"
    return f"quality {quality.score if final is None else final:.0f}/100{trust}"


def _understood(state: TurnState) -> str:
    """How the model has put the question, if it goes by that."""
    refined = state.refinement
    if refined is None or not refined.used:
        return ""
    return line_html(f"Understood as: {refined.text}")


def _folded(label: str, inner: str) -> str:
    return f'<details style="{_QUIET}"><summary>{label}</summary>{inner}</details>'


def _error_html(message: str, hint: str) -> str:
    colour = "color:var(--jp-error-color1,#d32f2f)"
    strong = f'<strong style="{colour}">{escape(visible(message))}</strong>'
    return f"<p>{strong} {escape(visible(hint))}".rstrip() + "</p>"
