"""A question and its answer → HTML. Only what is escaped here reaches the page."""

from __future__ import annotations

from html import escape

import msgspec

from jupyter_llmchat.characters import visible
from jupyter_llmchat.kernel.markdown import to_html
from jupyter_llmchat.kernel.progress import Progress
from jupyter_llmchat.kernel.render import LABELS, error_text, line_html, status_line
from jupyter_llmchat.protocol.events import Decision
from jupyter_llmchat.protocol.fold import StageState, TurnState

REPLAY = "answered before (Options: “Ask anew” asks the model again)"

_QUESTION = "white-space:pre-wrap;overflow-wrap:anywhere"
_LABEL = "margin:0.8em 0 0.3em;opacity:0.8"
_CELL = "text-align:left;padding:0 1em 0.2em 0;vertical-align:top"


def question_html(text: str) -> str:
    """As typed."""
    return f'<div style="{_QUESTION}">{escape(visible(text.strip()))}</div>'


def stage_html(stage: StageState) -> str:
    """What it says, without its label; empty as long as it says nothing."""
    return to_html(stage.text).strip() if stage.text.strip() else ""


def answer_html(state: TurnState, progress: Progress) -> str:
    """What answers the question so far, remarks, and a line of figures."""
    parts = [_understood(state), *map(_told, state.told)]
    parts += [line_html(f"Note: {each.message}") for each in state.notices]
    parts.append(line_html(error_text(state)))
    parts.append(line_html(figures_line(state, progress)))
    return "\n".join(part for part in parts if part)


def figures_line(state: TurnState, progress: Progress) -> str:
    """How far the answer is; once it has ended, what it took and how good it is."""
    metrics = state.metrics
    if not state.ended or metrics is None:
        return status_line(state, progress)
    own = msgspec.structs.replace(metrics, is_replay=False)
    parts = [status_line(msgspec.structs.replace(state, metrics=own), progress)]
    if metrics.is_replay:
        parts.insert(0, REPLAY)
    if metrics.first_token_ms is not None:
        parts.append(f"first word after {metrics.first_token_ms / 1000:.2f} s")
    if metrics.cached_tokens and metrics.prompt_tokens:
        share = metrics.cached_tokens / metrics.prompt_tokens
        parts.append(f"{share:.0%} of what it read was cached")
    return " · ".join(part for part in parts if part)


def details_html(state: TurnState) -> str:
    """What the model decided and how surely, its first attempts, what it would mend."""
    parts = [_decisions(state), _firsts(state)]
    if state.quality is not None and state.quality.improvements:
        parts.append(line_html(f"To improve: {state.quality.improvements}"))
    if state.model:
        parts.append(line_html(f"Model: {state.model}"))
    found = "\n".join(part for part in parts if part)
    return found or line_html("Nothing is known of how this answer was made.")


def _told(stage: StageState) -> str:
    text, label = stage_html(stage), LABELS[stage.stage]
    if not (text and label):
        return text
    return f'<p style="{_LABEL}"><strong>{escape(label)}</strong></p>\n{text}'


def _understood(state: TurnState) -> str:
    """How the model has put the question, if it goes by that."""
    refined = state.refinement
    used = refined is not None and refined.used
    return line_html(f"Understood as: {refined.text}") if refined and used else ""


def _decisions(state: TurnState) -> str:
    rows = "".join(map(_decision, state.decisions))
    if not rows:
        return ""
    head = "".join(
        f'<th style="{_CELL}">{name}</th>' for name in ("Decision", "Choice", "Odds")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _decision(decision: Decision) -> str:
    odds = ", ".join(f"{o.label} {o.probability:.0%}" for o in decision.options)
    if decision.source != "model":
        odds = "the safe way, not by the model"
    cells = (decision.name, decision.chosen, f"{odds} · {decision.ms:.0f} ms")
    shown = "".join(
        f'<td style="{_CELL}">{escape(visible(each))}</td>' for each in cells
    )
    return f"<tr>{shown}</tr>"


def _firsts(state: TurnState) -> str:
    """Texts that a better one has replaced."""
    return "".join(
        f'<p style="{_LABEL}"><strong>The first attempt</strong></p>\n'
        + to_html(each.first)
        for each in state.stages
        if each.first
    )
