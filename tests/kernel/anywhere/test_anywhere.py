"""Questions from where no Jupyter server runs: the real path but for the model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pexpect
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from .conftest import ANSWER, LONG_S, Nowhere, within
from .notebook_kernel import notebook_kernel

pytestmark = pytest.mark.timeout(180)

QUESTION = "%%chat\nHow many?"
SCRIPT = "from jupyter_llmchat import ask; print(ask('How many?'))"


def python(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 0, err
    return out


def notebook(folder: Path) -> Path:
    cells = [new_code_cell("%load_ext jupyter_llmchat"), new_code_cell(QUESTION)]
    path = folder / "asks.ipynb"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": spec}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def answer_in(executed: Path) -> str:
    cell = nbformat.read(executed, as_version=4).cells[-1]
    return str(cell.outputs[-1]["data"]["text/plain"])


@pytest.mark.parametrize(
    "command",
    [
        ("nbconvert", "--to", "notebook", "--execute", "--output", "done.ipynb"),
        ("papermill",),
    ],
    ids=lambda command: str(command[0]),
)
def test_a_notebook_without_a_front_end(
    nowhere: Nowhere, command: tuple[str, ...]
) -> None:
    path = notebook(nowhere.work)
    target = () if command[0] == "nbconvert" else ("done.ipynb",)
    output(python("-m", *command, str(path), *target, folder=nowhere.work))
    assert answer_in(nowhere.work / "done.ipynb").startswith(ANSWER)
    # It outlives the kernel that has started it, for the next one.
    (pid,) = nowhere.servers()
    output(python("-c", SCRIPT, folder=nowhere.work))
    assert nowhere.servers() == [pid]


def test_plain_ipython_on_a_terminal(nowhere: Nowhere) -> None:
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"],
        cwd=str(nowhere.work),
        timeout=LONG_S,
        encoding="utf-8",
    )
    try:
        terminal.expect_exact("In [1]: ")
        terminal.sendline("%load_ext jupyter_llmchat")
        terminal.expect_exact("In [2]: ")
        terminal.sendline(QUESTION + "\n\n")
        terminal.expect_exact("Starting a Jupyter server in the background")
        terminal.expect_exact(ANSWER)
        terminal.expect_exact("In [3]: ")
        terminal.sendline("exit")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)
    assert len(nowhere.servers()) == 1


def test_a_kernel_that_an_editor_has_started(nowhere: Nowhere) -> None:
    with notebook_kernel() as kernel:
        assert kernel.run(QUESTION).startswith(ANSWER)
        assert kernel.shown[0].startswith("Starting a Jupyter server")
        (first,) = nowhere.servers()
        server = psutil.Process(first)
        assert "JPY_PARENT_PID" not in server.environ()
        nowhere.kill_server()
        assert kernel.run(QUESTION).startswith(ANSWER)
        (second,) = nowhere.servers()
    assert second != first


def test_kernels_that_ask_at_once_share_one_server(nowhere: Nowhere) -> None:
    processes = [python("-c", SCRIPT, folder=nowhere.work) for _ in range(4)]
    assert {output(each) for each in processes} == {ANSWER + "\n"}
    assert len(nowhere.servers()) == 1
    log = (nowhere.runtime / "llmchat-serve.log").read_text()
    assert log.count("Serving at") == 1


def test_a_server_that_refuses_its_settings_is_told_in_one_sentence(
    nowhere: Nowhere,
) -> None:
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    setting = "c.LLMChatApp.n_ctx = 5\n"
    (folder / "jupyter_server_config.py").write_text(setting)
    with notebook_kernel() as kernel:
        said = kernel.run(QUESTION)
    assert said.startswith("Error: The Jupyter server started in the background ended")
    assert "'n_ctx'" in said
    assert "Traceback" not in said


def test_what_a_script_has_started_outlives_its_death(nowhere: Nowhere) -> None:
    process = python("-c", SCRIPT, folder=nowhere.work)
    within(lambda: nowhere.servers() or process.poll() is not None)
    process.kill()
    process.communicate(timeout=LONG_S)
    assert output(python("-c", SCRIPT, folder=nowhere.work)) == ANSWER + "\n"
    assert len(nowhere.servers()) == 1
