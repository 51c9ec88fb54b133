"""A figure over time as a picture: in the terminal, or as a PNG file."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.kernel.quantity import OVER_TIME
from jupyter_llmchat.protocol.figures import (
    Bucket,
    MetricsSeries,
    SeriesFigure,
    SeriesPoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable

HEIGHT = 15
"""Lines."""
MARGIN = 24
"""Columns beside the picture, for the numbers."""

TICKS: dict[Bucket, str] = {"minute": "%H:%M", "hour": "%m-%d %Hh", "day": "%m-%d"}
"""Below the picture, where there is room for nine characters."""

LINES: tuple[tuple[str, str, Callable[[SeriesPoint], float]], ...] = (
    ("median", "o", lambda point: point.p50),
    ("95 % are below", "x", lambda point: point.p95),
)
"""What is drawn, the mark for it in a terminal, and its value."""


def in_terminal(series: MetricsSeries) -> str:
    """As many lines as HEIGHT, with a title and axes."""
    import plotille

    points, ticks = _points(series), TICKS[series.bucket]
    figure = plotille.Figure()
    figure.with_colors = False
    figure.width = max(20, shutil.get_terminal_size().columns - MARGIN)
    figure.height = HEIGHT
    figure.x_label, figure.y_label = series.bucket, _unit(series.figure)
    _set_limits(figure, series, points)
    figure.x_ticks_fkt = lambda at, _: datetime.fromtimestamp(at).strftime(ticks)
    figure.y_ticks_fkt = lambda value, _: f"{value:.3g}"
    for name, mark, value in LINES:
        xs = [point.start for point in points]
        ys = [value(point) * _scale(series.figure) for point in points]
        figure.plot(xs, ys, label=name, marker=mark)
    drawn = str(figure.show(legend=False))
    legend = ", ".join(f"{mark} {name}" for name, mark, _ in LINES)
    return f"{OVER_TIME[series.figure]}: {legend}\n{drawn}"


def to_png(series: MetricsSeries, path: Path) -> None:
    """Raises LLMChatError without matplotlib, BadRequest for a file it cannot write."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LLMChatError(
            "Pictures need matplotlib, which is not installed.",
            "pip install 'jupyter-llmchat[plots]', or use --plot for the terminal.",
        ) from error
    points = _points(series)
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    # Dates are drawn, though its types do not say so.
    times: Any = [datetime.fromtimestamp(point.start) for point in points]
    for name, _, value in LINES:
        ys = [value(point) * _scale(series.figure) for point in points]
        axes.plot(times, ys, marker="o", label=name)
    axes.set(title=OVER_TIME[series.figure], ylabel=_unit(series.figure))
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.autofmt_xdate()
    try:
        figure.savefig(path, format="png", dpi=120)
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be written: {error.strerror}.", "Give another file."
        ) from error


def _points(series: MetricsSeries) -> tuple[SeriesPoint, ...]:
    return series.lines[0].points if series.lines else ()


def _set_limits(
    figure: Any, series: MetricsSeries, points: tuple[SeriesPoint, ...]
) -> None:
    """From zero, so that small changes look small; one point has room around it."""
    tops = [value(point) for point in points for _, _, value in LINES]
    top = max(tops, default=0.0) * _scale(series.figure)
    figure.set_y_limits(min_=0.0, max_=top * 1.1 or 1.0)
    starts = [point.start for point in points] or [series.since]
    if len({*starts}) == 1:
        figure.set_x_limits(min_=starts[0] - 1, max_=starts[0] + 1)
    else:
        room = (starts[-1] - starts[0]) / 50
        figure.set_x_limits(min_=starts[0], max_=starts[-1] + room)


def _scale(figure: SeriesFigure) -> float:
    """Times are shown in seconds unless they are those of a token."""
    return 1e-3 if figure in ("first_token_ms", "total_ms") else 1.0


def _unit(figure: SeriesFigure) -> str:
    if figure in ("first_token_ms", "total_ms"):
        return "s"
    units = {"token_ms": "ms", "tokens_per_s": "tokens/s", "quality": "0-100"}
    return units.get(figure, "share")
