"""The house rules that a program can check; `make check` runs the same tools."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "jupyter_llmchat"
TESTS = ROOT / "tests"
LONGEST = 400
VAGUE = {"common", "handlers", "helpers", "misc", "util", "utils"}

WITHOUT_TEST = {
    "_version.py": "one constant, compared where the version is shown",
    "calls.py": "data only; sent through pipes in worker/test_messages",
    "engine/model.py": "protocols only; held by test_llama and the engine's fake",
    "engine/step.py": "data only; what test_scheduler and test_sequence compare",
    "evaluation/subject.py": "data and a protocol; what every test there measures",
    "kernel/magics/subcommands.py": "data only; what test_line_commands runs",
    "pipeline/question.py": "data only; what every test of the pipeline asks",
    "server/openai/writing.py": "data only; what test_plain and test_staged compare",
    "store/chunks.py": "SQL of one table, tested through the facade in test_store",
    "store/decisions.py": "as chunks",
    "store/faults.py": "classes only; raised and mapped in test_db and test_opening",
    "store/messages.py": "as chunks",
    "store/records.py": "data only",
    "store/sessions.py": "as chunks",
    "store/turns.py": "as chunks",
}
"""Besides `__init__` and `__main__`, which the tests of their package cover."""


def modules() -> list[str]:
    found = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return sorted(str(each) for each in found if not each.name.startswith("__"))


def sources() -> list[Path]:
    folders = (PACKAGE, TESTS, ROOT / "benchmarks", ROOT / "labextension" / "src")
    kinds = (".py", ".ts", ".tsx")
    found = (path for folder in folders for path in folder.rglob("*"))
    return sorted(path for path in found if path.suffix in kinds)


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    """Runs a console script of the environment that the tests run in."""
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, timeout=280
    )


@pytest.mark.parametrize("module", modules())
def test_a_module_has_its_test(module: str) -> None:
    path = TESTS / Path(module).with_name(f"test_{Path(module).name}")
    assert path.exists() != (module in WITHOUT_TEST), f"expected {path}"


def test_what_needs_no_test_exists() -> None:
    assert {*WITHOUT_TEST} <= {*modules()}


def test_no_file_is_long() -> None:
    written = [path for path in sources() if path.name != "protocol.ts"]  # generated
    sizes = {path: len(path.read_bytes().splitlines()) for path in written}
    assert not {path: size for path, size in sizes.items() if size > LONGEST}


def test_a_module_says_what_it_is_about() -> None:
    assert not [path for path in sources() if path.stem in VAGUE]


def test_every_test_package_can_be_imported() -> None:
    folders = {path.parent for path in TESTS.rglob("*.py")}
    assert not [each for each in folders if not (each / "__init__.py").exists()]


@pytest.mark.parametrize(
    "command",
    [
        ("lint-imports", "--no-cache"),
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        pytest.param(("mypy",), marks=pytest.mark.timeout(300)),
    ],
    ids=" ".join,
)
def test_a_tool_finds_nothing(command: tuple[str, ...]) -> None:
    done = tool(*command)
    assert done.returncode == 0, f"run: make check\n{done.stdout}{done.stderr}"
