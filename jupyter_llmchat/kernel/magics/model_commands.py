"""%chat models, stats and decisions."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_llmchat.errors import NotFound
from jupyter_llmchat.kernel.page import Line, Page, Table, lines
from jupyter_llmchat.kernel.quantity import (
    NAMES,
    counted,
    duration,
    memory,
    quantity,
    share,
)
from jupyter_llmchat.protocol.events import Decision
from jupyter_llmchat.protocol.figures import MetricsSummary, Usage
from jupyter_llmchat.protocol.resources import StoredDecision
from jupyter_llmchat.protocol.setup import Model

from . import taking
from .desk import Desk

_BY = {"model": "the model", "default": "nobody: the safe way"}


def show_models(desk: Desk, words: Sequence[str]) -> None:
    taking.nothing(words)
    found = desk.call(lambda client: client.models())
    table = Table(
        headings=("tier", "model", "state", "memory", "decides"),
        rows=tuple(map(_model, found.models)),
        right=("memory",),
    )
    details = (f"{each.tier}: {each.detail}" for each in found.models if each.detail)
    Page((table, *(Line(text=each) for each in details))).show()


def show_stats(desk: Desk, words: Sequence[str]) -> None:
    taking.nothing(words)
    summary = desk.call(lambda client: client.metrics_summary())
    usage = desk.call(lambda client: client.usage())
    if not summary.counts.answers:
        lines("There are no answers yet: ask something.").show()
        return
    headings = ("figure", "average", "median", "95 % below")
    rows = tuple(_figures(summary))
    table = Table(headings=headings, rows=rows, right=headings[1:])
    Page((*(Line(text=each) for each in _counts(summary, usage)), table)).show()


def show_decisions(desk: Desk, words: Sequence[str]) -> None:
    """Of the last answer of this kernel, or else of its session."""
    taking.nothing(words)
    taken = _decisions(desk)
    if not taken:
        lines("Nothing was decided about the last answer.").show()
        return
    table = Table(
        headings=("decision", "chosen", "how sure", "others", "time", "by"),
        rows=tuple(map(_decision, taken)),
        right=("how sure", "time"),
    )
    by_model = sum(each.source == "model" for each in taken)
    told = f"{by_model} of {counted(len(taken), 'decision')} by the model."
    Page((table, Line(text=told))).show()


def _decisions(desk: Desk) -> Sequence[Decision | StoredDecision]:
    if desk.last is not None and desk.last.session_id:
        return desk.last.decisions
    if not (session_id := desk.conversation.session_id):
        raise NotFound("This kernel has had no answer yet.", "Ask something first.")
    messages = desk.call(lambda client: client.messages(session_id))
    if not messages:
        return ()
    turn_id = messages[-1].turn_id
    return desk.call(lambda client: client.decisions(turn_id))


def _decision(taken: Decision | StoredDecision) -> tuple[str, ...]:
    chances = {each.label: each.probability for each in taken.options}
    others = ", ".join(
        f"{label} {chance:.0%}"
        for label, chance in chances.items()
        if label != taken.chosen
    )
    sure = f"{chances[taken.chosen]:.0%}" if taken.chosen in chances else "-"
    by = _BY[taken.source]
    return (taken.name, taken.chosen, sure, others, duration(taken.ms), by)


def _model(model: Model) -> tuple[str, ...]:
    decides = "yes" if model.decides else ""
    size = memory(model.memory_bytes)
    return (model.tier, model.name, model.state, size, decides)


def _counts(summary: MetricsSummary, usage: Usage) -> Sequence[str]:
    counts = summary.counts
    again = f", {counts.replays:,} of them given again" if counts.replays else ""
    return (
        f"{counted(counts.answers, 'answer')} in {counted(usage.sessions, 'session')}"
        f"{again}: {counts.complete:,} complete, {counts.cancelled:,} stopped, "
        f"{counts.interrupted:,} interrupted, {counts.failed:,} failed.",
        f"{counts.prompt_tokens:,} tokens read, {share(summary.cached_share)} of them "
        f"from the cache; {counts.generated_tokens:,} written.",
    )


def _figures(summary: MetricsSummary) -> Sequence[tuple[str, ...]]:
    found = ((name, title, getattr(summary, name)) for name, title in NAMES.items())
    return [
        (title, *(quantity(name, each) for each in (one.avg, one.p50, one.p95)))
        for name, title, one in found
    ]
