from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_llmchat.evaluation import sandbox
from jupyter_llmchat.evaluation.sandbox import OUTPUT_BYTES, Cell, run

SLOW_S = 60.0
"""For a machine on which much else is done; what ends by itself ends long before."""


async def error(code: str, timeout_s: float = SLOW_S) -> str:
    ran = await run([code], timeout_s=timeout_s)
    assert not ran.runs
    return ran.cells[0].error


async def test_cells_share_their_names_and_show_their_last_value() -> None:
    ran = await run(["x = 3", "print(x)\nx * 2"], timeout_s=SLOW_S)
    assert ran.cells == (Cell(compiles=True, runs=True, error=""),) * 2
    assert (ran.output, ran.runs, ran.compiles) == ("3\n6\n", True, True)


async def test_a_cell_that_is_not_python_does_not_keep_others_from_running() -> None:
    ran = await run(["def f(:", "print('on')"], timeout_s=SLOW_S)
    assert [each.compiles for each in ran.cells] == [False, True]
    assert (ran.first_runs, ran.runs, ran.compiles) == (False, False, False)
    assert "SyntaxError" in ran.cells[0].error
    assert ran.output == "on\n"


async def test_code_that_is_only_compiled_is_not_run() -> None:
    ran = await run(["print('run')"], execute=False, timeout_s=SLOW_S)
    assert (ran.compiles, ran.runs, ran.output) == (True, False, "")


async def test_without_code_there_is_nothing_to_run() -> None:
    ran = await run([])
    assert (ran.compiles, ran.runs, ran.first_runs) == (False, False, False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("input()", "EOFError"),
        ("import sys; sys.exit(3)", "exit status 3"),
        ("import os; os._exit(0)", "its process ended"),
        ("a = [0] * 10**10", "MemoryError"),
        ("import os; os.system('true')", "os.system is not allowed here"),
        ("import subprocess; subprocess.run(['true'])", "not allowed here"),
        ("import socket; socket.create_connection(('127.0.0.1', 1))", "not allowed"),
        ("import os; os.kill(os.getppid(), 9)", "os.kill is not allowed here"),
        ("open('../out', 'w')", "only the working folder can be written to"),
        ("import os; os.remove('/etc/hostname')", "only the working folder"),
        ("import shutil; shutil.rmtree('..')", "only the working folder"),
    ],
)
async def test_what_goes_wrong_or_too_far_is_an_error(code: str, said: str) -> None:
    assert said in await error(code)


async def test_what_answers_need_is_allowed() -> None:
    code = """
import asyncio, numpy, pathlib, tempfile, threading
from dataclasses import dataclass

@dataclass
class Point:
    x: int

async def later():
    return numpy.array([1, 2]).sum()

path = pathlib.Path("notes.txt")
path.write_text("hello")
path.unlink()
with tempfile.TemporaryFile() as file:
    file.write(b"x")
thread = threading.Thread(target=print, args=(Point(asyncio.run(later())),))
thread.start()
thread.join()
"""
    ran = await run([code], timeout_s=SLOW_S)
    assert ran.cells == (Cell(compiles=True, runs=True, error=""),)
    assert "Point(x=" in ran.output


async def test_time_is_limited_and_what_was_written_is_kept() -> None:
    ran = await run(["print('begun')", "while True: pass", "print('end')"], timeout_s=2)
    assert ran.timed_out
    assert [each.error for each in ran.cells] == ["", *["it took too long"] * 2]
    assert ran.output == "begun\n"


async def test_output_is_limited() -> None:
    ran = await run([f"print('x' * {3 * OUTPUT_BYTES})"], timeout_s=SLOW_S)
    assert ran.runs
    assert len(ran.output) == OUTPUT_BYTES


async def test_nothing_of_the_user_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    code = "import os; print('SECRET_TOKEN' in os.environ, os.path.expanduser('~'))"
    ran = await run([code], timeout_s=SLOW_S)
    assert ran.output.startswith("False ")
    assert str(Path.home()) not in ran.output


async def test_nothing_is_left_when_it_is_cancelled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sandbox.tempfile, "tempdir", str(tmp_path))
    code = "open('pid', 'w').write('x')\nwhile True: pass"
    running = asyncio.create_task(run([code], timeout_s=SLOW_S))
    while not [*tmp_path.glob("*/work/pid")]:
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not [*tmp_path.iterdir()]
    left = Path("/proc").glob("[0-9]*/cmdline")
    assert not [each for each in left if str(tmp_path).encode() in _read(each)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process has ended
        return b""
