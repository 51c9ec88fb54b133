"""Runs code cells in a process that can do little harm: the far end of sandbox.py.

Limits on time, memory and files; a network, process and user namespace of its own where
the system allows that; and an audit hook that refuses what goes beyond the working
folder. It keeps code from doing damage by mistake, which is what a model's code does;
it is no wall against code that was written to get out.
"""

from __future__ import annotations

import ast
import json
import os
import resource
import sys
import types
import warnings
from typing import Any, TextIO

MEMORY_BYTES = 2 << 30
FILE_BYTES = 16 << 20
PROCESSES = 32
"""Threads of number libraries count as processes too."""

# Of linux/sched.h: Python has names for them from 3.12 on.
NEW_USER, NEW_IPC, NEW_PID, NEW_NET = 0x10000000, 0x08000000, 0x20000000, 0x40000000

REFUSED = (
    *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"),
    *("subprocess.Popen", "pty.spawn", "os.kill", "os.killpg"),
    *("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
    *("socket.sendmsg", "socket.sendto"),
)
"""Audit events of what no answer needs to show that its code is right."""

CHANGES = (
    *("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename"),
    *("os.rmdir", "os.symlink", "os.truncate", "os.utime", "shutil.rmtree"),
)
"""Audit events whose arguments are paths of what is changed."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def main() -> None:
    """Cells and limits as JSON on stdin; what became of them to the file named."""
    order = json.loads(sys.stdin.buffer.read())
    # Open from here on: later the hook would refuse it.
    with open(sys.argv[1], "w", encoding="utf-8") as results:  # noqa: PTH123
        limit(order["seconds"])
        isolated = isolate()
        note(results, {"isolated": isolated})
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
        warnings.simplefilter("ignore")
        trees = [parsed(cell, results) for cell in order["cells"]]
        if order["run"]:
            run(trees, results)


def limit(seconds: int) -> None:
    """Of this process and of all that come from it."""
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def isolate() -> bool:
    """Moves into namespaces without network and without other processes."""
    import ctypes

    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    apart = NEW_NET | NEW_PID | NEW_IPC
    if unshare is None or (unshare(NEW_USER | apart) and unshare(apart)):
        return False
    # The first process of a process namespace takes all others with it.
    if (child := os.fork()) != 0:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    return True


def parsed(cell: str, results: TextIO) -> ast.Module | None:
    """None for a cell that is not Python."""
    try:
        tree = ast.parse(cell)
        compile(tree, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        note(results, {"compiles": False, "error": said(error)})
        return None
    note(results, {"compiles": True, "error": ""})
    return tree


def run(trees: list[ast.Module | None], results: TextIO) -> None:
    """One cell after the other in one namespace, as in a notebook."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    sys.addaudithook(guard(os.path.realpath(".")))
    for tree in trees:
        error = "it is not Python" if tree is None else executed(tree, module.__dict__)
        sys.stdout.flush()
        note(results, {"runs": not error, "error": error})


def executed(tree: ast.Module, names: dict[str, Any]) -> str:
    """What went wrong; empty if nothing did. Shows the last value, as notebooks do."""
    last = (
        tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    )
    try:
        exec(compile(tree, "<cell>", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
            if value is not None:
                print(repr(value))
    except SystemExit as left:
        return f"exit status {left.code}" if left.code else ""
    except BaseException as error:  # noqa: BLE001 whatever code raises is its result
        return said(error)
    return ""


def guard(folder: str) -> Any:
    """The audit hook that refuses what goes beyond `folder`."""

    def inside(path: Any) -> bool:
        where = os.path.realpath(os.fsdecode(path))
        return where == os.devnull or f"{where}/".startswith(f"{folder}/")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in REFUSED:
            raise PermissionError(f"{event} is not allowed here")
        if event == "open":
            path, _, flags = arguments
            changed = [path] if (flags or 0) & WRITING else []
        else:
            changed = list(arguments) if event in CHANGES else []
        if not all(inside(each) for each in changed if isinstance(each, str | bytes)):
            raise PermissionError("only the working folder can be written to")

    return hook


def said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def note(results: TextIO, value: dict[str, Any]) -> None:
    """At once: the process may be ended at any time."""
    results.write(json.dumps(value) + "\n")
    results.flush()


if __name__ == "__main__":
    main()
