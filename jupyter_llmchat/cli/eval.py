"""`jupyter llmchat eval`: how good a model is at what is asked of it here."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_llmchat.characters import visible
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import BadRequest

from .output import say

if TYPE_CHECKING:
    from jupyter_llmchat.evaluation.plan import Findings, Plan
    from jupyter_llmchat.evaluation.rows import Row

R = TypeVar("R", bound="Row")

FILES = {
    "decisions": "questions with the right strategy, intent and expertise",
    "judge": "questions with good and bad answers",
    "answers": "questions with what to check of their answers",
    "grounding": "questions about notebooks with what the answer is",
}
"""Kinds that have data, with what these are."""

KINDS = (*FILES, "deadlines")


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "eval",
        help="measure how well a model decides, judges and answers",
        description="Measures how well a model decides, judges and answers, on the"
        " data that come with the package or on your own: one JSON object a line."
        " With data of your own, only the kinds that they are for are measured.",
    )
    for kind, what in FILES.items():
        command.add_argument(
            f"--{kind}", type=Path, metavar="FILE", help=f"{what} (JSON lines)"
        )
    command.add_argument(
        "--only",
        action="append",
        choices=KINDS,
        help="measure only this; may be given more than once",
    )
    command.add_argument(
        "--limit",
        type=_count,
        metavar="N",
        help="rows of each kind at most, some of every sort; for deadlines, answers",
    )
    _add_run_options(command)
    command.set_defaults(run=run)


def _add_run_options(command: argparse.ArgumentParser) -> None:
    """With which model, and what becomes of the results."""
    command.add_argument("--json", type=Path, metavar="FILE", help="figures, as JSON")
    command.add_argument(
        "--details", type=Path, metavar="FILE", help="every row's outcome, as JSON"
    )
    command.add_argument("--model", help="GGUF file; default: the configured one")
    command.add_argument(
        "--threads",
        type=_count,
        default=0,
        metavar="N",
        help="processor threads; default: as many as are fastest",
    )


def run(chosen: argparse.Namespace) -> int:
    """0 whatever the figures are: they are a measurement, not a test.

    Ctrl-C shows and writes what is known by then. Raises for data that are wrong.
    """
    from jupyter_llmchat.evaluation.plan import Findings

    for path in (chosen.json, chosen.details):
        _writable(path)
    plan = _plan(chosen)
    findings = Findings()
    try:
        asyncio.run(_measure(chosen, plan, findings))
    finally:
        _show(findings)
        _write(chosen.json, [each.as_json() for each in findings.figures()])
        _write(chosen.details, findings.details())
    if findings.stopped:
        say("Stopped; the figures are of what was measured until then.")
        raise KeyboardInterrupt
    return 0


async def _measure(chosen: argparse.Namespace, plan: Plan, findings: Findings) -> None:
    from jupyter_llmchat.evaluation.evaluate import evaluate
    from jupyter_llmchat.evaluation.opening import opened
    from jupyter_llmchat.evaluation.progress import ProgressLine

    from .checks.jupyter import configured

    known = configured()
    engine = EngineConfig(
        model_path=known.model if chosen.model is None else chosen.model,
        n_threads=chosen.threads,
        n_gpu_layers=known.gpu_layers,
        # What was measured before holds for as many threads as were measured.
        engine_dir=str(known.engine_dir or "") if not chosen.threads else "",
    )
    progress = ProgressLine(sys.stderr)
    async with opened(engine, known.profiles, say) as subject:
        try:
            await evaluate(subject, plan, findings, progress)
        finally:
            progress.end()


def _kinds(chosen: argparse.Namespace) -> set[str]:
    """What is measured; raises BadRequest for a file that would not be used."""
    given = {kind for kind in FILES if getattr(chosen, kind) is not None}
    kinds = {*(chosen.only or given or KINDS)}
    # Deadlines are tried with the questions that are there to be answered.
    used = kinds | ({"answers"} if "deadlines" in kinds else set())
    if unused := sorted(given - used):
        raise BadRequest(
            f"--{unused[0]} is given, but --only leaves it out.",
            f"Add --only {unused[0]}, or leave the file out.",
        )
    return kinds


def _plan(chosen: argparse.Namespace) -> Plan:
    """What the options ask for; raises NotFound or BadRequest for a file."""
    from jupyter_llmchat.evaluation import deadlines
    from jupyter_llmchat.evaluation.datafile import sample
    from jupyter_llmchat.evaluation.plan import Plan
    from jupyter_llmchat.evaluation.rows import (
        AnswerRow,
        DecisionRow,
        GroundingRow,
        JudgeRow,
    )

    kinds = _kinds(chosen)

    def rows(kind: str, of: type[R]) -> tuple[R, ...]:
        if kind not in kinds:
            return ()
        return sample(_rows(getattr(chosen, kind), of), chosen.limit)

    trials: tuple[tuple[deadlines.Trial, ...], ...] = ()
    if "deadlines" in kinds:
        questions = _rows(chosen.answers, AnswerRow)
        trials = deadlines.batches(questions, chosen.limit or deadlines.REDUCED)
    return Plan(
        decisions=rows("decisions", DecisionRow),
        judge=rows("judge", JudgeRow),
        answers=rows("answers", AnswerRow),
        grounding=rows("grounding", GroundingRow),
        deadlines=trials,
    )


def _rows(path: Path | None, kind: type[R]) -> tuple[R, ...]:
    from jupyter_llmchat.evaluation.datafile import built_in, read

    return built_in(kind) if path is None else read(path, kind)


def _show(findings: Findings) -> None:
    from jupyter_llmchat.evaluation.report import table

    for reason in findings.failed:
        say(f"Not measured: {reason}")
    figures = findings.figures()
    if figures:
        tables = [*findings.tables(), table(figures)]
        print(visible("\n\n".join(tables)))


def _writable(path: Path | None) -> None:
    """Raises BadRequest now, not after minutes of work."""
    if path is None:
        return
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be written: {error.strerror}.", "Give another file."
        ) from error


def _write(path: Path | None, value: Any) -> None:
    if path is not None:
        text = json.dumps(value, indent=1, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")


def _count(given: str) -> int:
    number = int(given)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{given} is not a number above 0")
    return number
