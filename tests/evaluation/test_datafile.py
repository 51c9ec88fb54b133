from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from jupyter_llmchat.errors import BadRequest, NotFound
from jupyter_llmchat.evaluation.datafile import MAX_BYTES, built_in, read, sample
from jupyter_llmchat.evaluation.rows import AnswerRow, DecisionRow, JudgeRow


def written(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "rows.jsonl"
    raw = (line.encode() if isinstance(line, str) else line for line in lines)
    path.write_bytes(b"\n".join(raw))
    return path


def test_a_row_a_line_and_blank_lines_between(tmp_path: Path) -> None:
    path = written(
        tmp_path, b'\xef\xbb\xbf{"question": "a"}', "", '{"question": "b"}', ""
    )
    assert [row.question for row in read(path, DecisionRow)] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": ', "truncated"),
        ('["question"]', "object"),
        ('{"question": "b", "strategy": "hard"}', "'hard'"),
        (b'{"question": "\xff"}', "utf-8"),
        ("[" * 5000, ""),
        ('{"question": "' + "b" * MAX_BYTES + '"}', "longer than"),
    ],
    ids=("cut", "no object", "wrong label", "no UTF-8", "deep", "long"),
)
def test_a_wrong_line_is_named_with_what_is_wrong(
    tmp_path: Path, line: str | bytes, said: str
) -> None:
    path = written(tmp_path, '{"question": "a"}', line)
    with pytest.raises(BadRequest) as refused:
        read(path, DecisionRow)
    assert refused.value.message.startswith(f"{path}:2: ")
    assert said in refused.value.message
    assert refused.value.hint


def test_the_hint_says_what_a_row_looks_like(tmp_path: Path) -> None:
    with pytest.raises(BadRequest) as refused:
        read(written(tmp_path, '{"question": "a"}'), JudgeRow)
    assert refused.value.hint == f"A row is {JudgeRow.FORMAT}."


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="There are no rows"):
        read(written(tmp_path, "", " "), AnswerRow)


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="cannot be read") as refused:
        read(tmp_path / name, AnswerRow)
    assert refused.value.hint


def test_a_sample_has_some_of_every_kind() -> None:
    rows = [
        DecisionRow(question=str(number), strategy=strategy)
        for strategy in ("simple", "analytical")
        for number in range(10)
    ]
    chosen = sample(rows, 5)
    assert Counter(row.strategy for row in chosen) == {"simple": 3, "analytical": 2}
    assert sample(rows, 5) == chosen
    assert sample(rows, None) == sample(rows, 99) == tuple(rows)


def test_the_answers_that_come_with_the_package() -> None:
    rows = built_in(AnswerRow)
    assert len(rows) >= 24
    assert len({row.question for row in rows}) == len(rows)
    kinds = Counter(row.stratum for row in rows)
    assert kinds["False False"] >= 10, "questions without context or code"
    assert kinds["False True"] >= 10, "questions for code"
    assert kinds["True False"] >= 8, "questions about a notebook"
    for row in rows:
        assert row.checks != AnswerRow(question="a").checks, "nothing to check"
        assert not row.context or 5 <= len(row.context.splitlines()) <= 40


@pytest.mark.parametrize(("kind", "least"), [(DecisionRow, 100), (JudgeRow, 60)])
def test_the_other_data_that_come_with_the_package(
    kind: type[DecisionRow | JudgeRow], least: int
) -> None:
    rows = built_in(kind)
    assert len(rows) >= least
    assert len({row.question for row in rows}) == len(rows)


def test_no_question_is_asked_twice_over_all_data() -> None:
    folder = Path(__file__).parents[2] / "jupyter_llmchat" / "evaluation" / "data"
    for path in folder.glob("*.jsonl"):
        lines = path.read_text(encoding="utf-8").splitlines()
        questions = [json.loads(line)["question"].lower() for line in lines]
        assert len({*questions}) == len(questions), path
