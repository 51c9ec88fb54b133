from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jupyter_llmchat.cli import FAILED, INTERRUPTED, main
from jupyter_llmchat.config import EngineConfig
from jupyter_llmchat.errors import GenerationFailed, ModelUnavailable
from jupyter_llmchat.evaluation import opening
from tests.evaluation.subjects import Scripted

Capture = pytest.CaptureFixture[str]

ROWS = {
    "decisions": [{"question": f"What is {n}?", "strategy": "simple"} for n in "abc"],
    "judge": [{"question": "a?", "good": "Good.", "bad": {"subtle": "Bad"}}],
    "answers": [{"question": f"Why {n}?", "checks": {}} for n in "abc"],
    "grounding": [{"question": "What is x?", "facts": ["x is 5."], "expected": ["5"]}],
}

SHORT = {
    "decisions": {"question": "What does len do?", "strategy": "simple"},
    "judge": {
        "question": "What does len do?",
        "good": "It returns the number of items of a list or another container.",
        "bad": {"mismatched": "The sun is a star, and the earth goes around it."},
    },
    "answers": {"question": "What is 1 + 1?", "checks": {"contains_any": ["2"]}},
    "grounding": {
        "question": "What is the value of threshold?",
        "facts": ["threshold is a float with the value 0.75."],
        "expected": ["0.75"],
    },
}
"""A row each that the model is soon done with."""


class Opened:
    """Stands for `opened`; remembers what it was called with."""

    def __init__(self, subject: Scripted) -> None:
        self.subject = subject
        self.engine = EngineConfig(model_path="")
        self.closed = False

    @asynccontextmanager
    async def __call__(
        self, engine: EngineConfig, profiles: Path | None, say: Callable[[str], None]
    ) -> AsyncIterator[Scripted]:
        self.engine = engine
        yield self.subject
        await asyncio.sleep(0)
        self.closed = True


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Opened:
    found = Opened(Scripted())
    monkeypatch.setattr(opening, "opened", found)
    return found


@pytest.fixture
def data(tmp_path: Path) -> dict[str, str]:
    """A file for each kind."""
    paths = {kind: tmp_path / f"{kind}.jsonl" for kind in ROWS}
    for kind, path in paths.items():
        path.write_text("\n".join(map(json.dumps, ROWS[kind])), encoding="utf-8")
    return {kind: str(path) for kind, path in paths.items()}


def measured(capture: Capture) -> set[str]:
    """Kinds that stand in the table."""
    out = capture.readouterr().out
    signs = {
        "decisions": "strategy: decided right",
        "judge": "judge: AUC",
        "answers": "beside plain",
        "grounding": "about the notebook",
        "deadlines": "deadlines: ",
    }
    return {kind for kind, sign in signs.items() if sign in out}


@pytest.mark.parametrize("kind", ROWS)
def test_with_a_file_its_kind_is_measured(
    model: Opened, data: dict[str, str], capsys: Capture, kind: str
) -> None:
    assert main(["eval", f"--{kind}", data[kind]]) == 0
    assert measured(capsys) == {kind}
    assert model.closed


def test_only_chooses_what_is_measured(
    model: Opened, data: dict[str, str], capsys: Capture
) -> None:
    files = ["--decisions", data["decisions"], "--answers", data["answers"]]
    wanted = ["--only", "decisions", "--only", "deadlines", "--limit", "2"]
    assert main(["eval", *files, *wanted]) == 0
    assert measured(capsys) == {"decisions", "deadlines"}
    asked = model.subject.asked
    assert asked[:2] == ["What is a?", "What is b?"]
    assert len(asked) == 4 and {*asked[2:]} < {"Why a?", "Why b?", "Why c?"}


def test_without_anything_the_data_of_the_package_are_used(
    model: Opened, capsys: Capture
) -> None:
    assert main(["eval", "--limit", "2"]) == 0
    assert measured(capsys) == {*ROWS, "deadlines"}


def test_figures_and_details_are_written(
    model: Opened, data: dict[str, str], tmp_path: Path
) -> None:
    files = {name: tmp_path / f"{name}.json" for name in ("json", "details")}
    options = [f"--{name}={path}" for name, path in files.items()]
    assert main(["eval", "--decisions", data["decisions"], *options]) == 0
    figures, details = (json.loads(path.read_text()) for path in files.values())
    assert figures[0] == {
        "measure": "strategy: decided right (3), beside uncalibrated",
        "value": 1.0,
        "unit": "share",
        "peer_value": 1.0,
        "ratio": 1.0,
        "bound": "value >= 0.9",
        "holds": True,
    }
    assert len(details["decisions"]) == 3 and details["stopped"] is False


def test_the_model_and_its_threads(model: Opened, data: dict[str, str]) -> None:
    options = ["--decisions", data["decisions"], "--model", "a.gguf", "--threads", "3"]
    assert main(["eval", *options]) == 0
    assert (model.engine.model_path, model.engine.n_threads) == ("a.gguf", 3)
    assert model.engine.engine_dir == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--decisions", "{wrong}"], ":2: "),
        (["--judge", "missing.jsonl"], "missing.jsonl cannot be read"),
        (["--judge", "{judge}", "--only", "answers"], "--only leaves it out"),
        (["--json", "missing/out.json"], "missing/out.json cannot be written"),
    ],
    ids=("row", "file", "left out", "output"),
)
def test_what_is_wrong_is_said_before_the_model_is_loaded(
    model: Opened,
    data: dict[str, str],
    tmp_path: Path,
    capsys: Capture,
    options: list[str],
    said: str,
) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"question": "a"}\n{"question": "b", "strategy": "hard"}\n')
    given = [each.format(wrong=wrong, **data) for each in options]
    assert main(["eval", *given]) == FAILED
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err and captured.err.startswith("error: ")
    assert not model.closed


@pytest.mark.parametrize(
    "options", [["--limit", "0"], ["--only", "speed"], ["--threads", "x"]]
)
def test_bad_options_are_refused(options: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as left:
        main(["eval", *options])
    assert left.value.code == 2


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What a shell starts in the background, these tests too, ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_shows_and_writes_what_is_known(
    interruptible: None,
    model: Opened,
    data: dict[str, str],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    def decide(name: str, question: str) -> str:
        if question == "What is c?":
            os.kill(os.getpid(), signal.SIGINT)
        return "simple"

    model.subject.decision = decide
    model.subject.delay_s = 0.001
    details = tmp_path / "details.json"
    files = [f"--{kind}={path}" for kind, path in data.items()]
    assert main(["eval", *files, f"--details={details}"]) == INTERRUPTED
    captured = capsys.readouterr()
    assert "Stopped; the figures are of what was measured until then." in captured.err
    assert model.closed
    assert json.loads(details.read_text())["stopped"] is True


def test_a_model_that_is_lost_is_an_error_after_what_is_known(
    model: Opened, data: dict[str, str], capsys: Capture
) -> None:
    model.subject.failure = ModelUnavailable("It is gone.", "Start it again.")
    model.subject.fail_on = "Why"
    files = [f"--{kind}={data[kind]}" for kind in ("decisions", "answers")]
    assert main(["eval", *files]) == FAILED
    captured = capsys.readouterr()
    assert "strategy: decided right (3)" in captured.out
    assert captured.err.endswith("error: It is gone. Start it again.\n")


def test_a_row_that_fails_is_named(
    model: Opened, data: dict[str, str], capsys: Capture
) -> None:
    model.subject.failure = GenerationFailed("Too\x1b[2Jhot.")
    model.subject.fail_on = "is b"
    assert main(["eval", "--decisions", data["decisions"]]) == 0
    captured = capsys.readouterr()
    assert "Not measured: decisions: Too␛[2Jhot." in captured.err
    assert "strategy: decided right (2)" in captured.out


@pytest.mark.model
def test_the_embedded_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    async def untested(*arguments: object) -> None:
        """The self-test takes longer than all that is tried here."""

    monkeypatch.setattr(opening, "_tested", untested)
    path = tmp_path / "figures.json"
    files = {kind: tmp_path / f"{kind}.jsonl" for kind in SHORT}
    for kind, file in files.items():
        file.write_text(json.dumps(SHORT[kind]), encoding="utf-8")
    options = [f"--{kind}={file}" for kind, file in files.items()]
    assert main(["eval", *options, "--json", str(path)]) == 0, capsys.readouterr().err
    assert measured(capsys) == {*ROWS}
    figures = {each["measure"]: each for each in json.loads(path.read_text())}
    assert "rows that could not be measured" not in figures
    assert figures["judge: AUC, good against mismatched (1)"]["value"] == 1.0
    assert figures["tokens, mean, beside plain"]["peer_value"] > 0
    about = figures["about the notebook: right (1), beside without it"]
    assert (about["value"], about["peer_value"]) == (1.0, 0.0)
