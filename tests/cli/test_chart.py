from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_llmchat.cli.chart import HEIGHT, in_terminal, to_png
from jupyter_llmchat.errors import BadRequest, LLMChatError
from jupyter_llmchat.kernel.quantity import OVER_TIME
from jupyter_llmchat.protocol.figures import SeriesFigure
from tests.protocol.samples import series


@pytest.mark.parametrize("figure", OVER_TIME)
@pytest.mark.parametrize("values", [(250.0,), (100.0, 900.0, 400.0), (0.0, 0.0)])
def test_every_figure_can_be_drawn(
    figure: SeriesFigure, values: tuple[float, ...]
) -> None:
    title, *lines = in_terminal(series(*values, figure=figure)).splitlines()
    assert title == f"{OVER_TIME[figure]}: o median, x 95 % are below"
    assert len(lines) >= HEIGHT
    # Where both are the same, only the last is seen.
    assert "x" in "".join(lines)
    assert "\x1b" not in "".join(lines)


def test_the_drawing_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        drawn = in_terminal(series(100.0, 900.0, 400.0)).splitlines()[1:]
        assert max(map(len, drawn)) <= max(columns, 48)


def test_times_are_in_seconds_from_zero_on() -> None:
    drawn = in_terminal(series(1000.0, 2000.0))
    numbers = [line.split()[0] for line in drawn.splitlines() if " | " in line]
    assert "0" in numbers
    assert all(float(each) <= 6.0 for each in numbers if each[0].isdigit())


def test_without_matplotlib_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(LLMChatError) as raised:
        to_png(series(1.0), tmp_path / "a.png")
    assert "jupyter-llmchat[plots]" in raised.value.hint


def test_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "a.png"
    to_png(series(100.0, 300.0), path)
    assert path.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadRequest, match="cannot be written"):
        to_png(series(1.0), tmp_path / "none" / "a.png")
