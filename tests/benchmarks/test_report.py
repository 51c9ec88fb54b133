from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from benchmarks.report import (
    Bound,
    Figure,
    add_json_option,
    compared,
    percentile_95,
    publish,
    table,
)

AT_MOST = Bound(of="ratio", limit=1.05)
AT_LEAST = Bound(of="ratio", limit=1.0, at_least=True)
ABSOLUTE = Bound(of="value", limit=50)


def figure(value: float, peer: float | None, bound: Bound | None) -> Figure:
    return Figure(measure="time", value=value, unit="ms", peer_value=peer, bound=bound)


@pytest.mark.parametrize(
    ("value", "peer", "bound", "holds"),
    [
        (10.5, 10.0, AT_MOST, True),
        (10.6, 10.0, AT_MOST, False),
        (10.0, 10.0, AT_LEAST, True),
        (9.9, 10.0, AT_LEAST, False),
        (50.0, None, ABSOLUTE, True),
        (50.1, 1000.0, ABSOLUTE, False),
        (99.0, 1.0, None, None),
    ],
)
def test_a_figure_knows_whether_its_bound_holds(
    value: float, peer: float | None, bound: Bound | None, holds: bool | None
) -> None:
    assert figure(value, peer, bound).holds is holds


@pytest.mark.parametrize("peer", [None, 0.0])
def test_a_ratio_that_is_missing_does_not_hold(peer: float | None) -> None:
    without = figure(1.0, peer, AT_MOST)
    assert (without.ratio, without.holds) == (None, False)


def test_compared_takes_medians() -> None:
    found = compared("time", "ms", [1.0, 100.0, 2.0], [4.0, 3.0, 5.0, 90.0], AT_MOST)
    assert found == figure(2.0, 4.5, AT_MOST)


def test_the_95th_percentile_lies_between_the_two_slowest_of_twenty() -> None:
    assert percentile_95([float(each) for each in range(1, 21)]) == pytest.approx(19.05)


def test_every_bound_says_what_it_is_about() -> None:
    said = [str(bound) for bound in (AT_MOST, AT_LEAST, ABSOLUTE)]
    assert said == ["ratio <= 1.05", "ratio >= 1", "value <= 50"]


def test_the_table_has_a_line_for_each_figure() -> None:
    figures = [figure(10.6, 10.0, AT_MOST), figure(1234.5, None, None)]
    assert table(figures).splitlines() == [
        "measure    value   beside   ratio          bound",
        "time     10.6 ms  10.0 ms  1.06 x  ratio <= 1.05  MISSED",
        "time     1234 ms",
    ]


def test_publish_prints_the_table_and_writes_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    figures = [figure(9.0, 10.0, AT_MOST), figure(7.0, None, None)]
    publish(figures, path)
    assert capsys.readouterr().out == table(figures) + "\n"
    first, second = json.loads(path.read_text(encoding="utf-8"))
    assert first == {
        "measure": "time",
        "value": 9.0,
        "unit": "ms",
        "peer_value": 10.0,
        "ratio": 0.9,
        "bound": "ratio <= 1.05",
        "holds": True,
    }
    assert [second[key] for key in ("peer_value", "ratio", "bound", "holds")] == [
        None
    ] * 4


def test_no_file_is_written_unless_asked_for() -> None:
    parser = argparse.ArgumentParser()
    add_json_option(parser)
    assert parser.parse_args([]).json is None
    assert parser.parse_args(["--json", "a.json"]).json == Path("a.json")
