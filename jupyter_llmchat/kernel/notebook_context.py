"""What of the running notebook goes along with a question.

The cells that have run, the last error if the last cell failed, and what the variables
are, as facts in short sentences.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from jupyter_llmchat.protocol.requests import ContextPart
from jupyter_llmchat.redaction import Redactor

from .cell_graph import Cell, CellGraph
from .cell_log import CellLog, LogEntries, Ran, only_asks_us
from .cell_names import ignore_warnings_about_cells
from .facts.collect import variables
from .facts.inquiry import Clock, Inquiry, Memory, TimeBudget
from .last_error import CellError, cell_numbers, is_interrupt, read_error
from .shown_value import shown

ASKED_S: Final = 0.03
"""Seconds that reading cells and values may take while somebody waits for an answer."""
BETWEEN_S: Final = 1.0
"""The same between two cells, when nobody waits."""


@dataclass(frozen=True)
class _Snapshot:
    """What is known at one moment."""

    window: tuple[ContextPart, ...]
    entries: LogEntries
    redact: Redactor


class NotebookContext:
    """What one shell's notebook holds.

    `begin` and `note` belong to the shell's thread and take no time; the others, which
    take longer, to any.
    """

    def __init__(
        self,
        shell: Any,
        environment: Mapping[str, str] = os.environ,
        clock: Clock = perf_counter,
    ) -> None:
        ignore_warnings_about_cells()
        self._shell = shell
        self._history = shell.history_manager
        self._environment = environment
        self._clock = clock
        self._next = 1
        """Number of the next cell to look at."""
        self._noted: deque[Ran | None] = deque()
        """What was not taken yet; None where everything began anew."""
        self._log = CellLog()
        self._redact = Redactor()
        self._memory = Memory()
        """What was found out about values; it holds until a cell runs."""
        self._graph: tuple[tuple[Cell, ...], CellGraph] = ((), CellGraph(()))
        """The cells of the last collection, and theirs."""
        self._is_running = False
        self._ended: Callable[[], object] = lambda: None
        """The result that was looked at last."""
        self._error: CellError | None = None
        self._has_failed = False
        """Whether the last cell did."""
        self._lock = threading.Lock()

    def begin(self, _info: object = None) -> None:
        """A cell begins to run: its values are left alone until it has ended."""
        self._is_running = True

    def note(self, result: Any = None) -> None:
        """Remembers what has run since the last call, and its results as they are.

        `result` is IPython's, of the cell that has just ended; without it `begin` has
        no end.
        """
        sources = self._history.input_hist_raw
        if len(sources) < self._next:
            # %reset: the numbers begin again, and what the cells made is gone.
            self._noted.append(None)
            self._next = 1
            self._has_failed = False
            self._error = None
        results = self._history.output_hist
        for number in range(self._next, len(sources)):
            value = shown(results[number]) if number in results else ""
            self._noted.append(Ran(number, sources[number], value))
            self._next = number + 1
        if result is None:
            result = getattr(self._shell, "last_execution_result", None)
        else:
            self._is_running = False
        if result is not None and result is not self._ended():
            # What it holds is the user's, to be freed when the user no longer needs it.
            self._ended = weakref.ref(result)
            self._note_end(result)

    def _note_end(self, result: Any) -> None:
        source = getattr(result.info, "raw_cell", None)
        if type(source) is str and only_asks_us(source):
            return
        self._memory = Memory()
        error = result.error_before_exec or result.error_in_exec
        self._has_failed = error is not None and not is_interrupt(error)
        if self._has_failed:
            self._error = read_error(error, cell_numbers(self._shell))

    def parts(self, question: str = "") -> tuple[ContextPart, ...]:
        """What goes along with this question: what changes seldom comes first.

        Each cell stays as it is once it was given. Names that begin with `_` are never
        told, nor values that are secrets.
        """
        return self._collected(question, ASKED_S)

    def preview(self, question: str = "") -> tuple[ContextPart, ...]:
        """Exactly what would be sent with this question."""
        return self.parts(question)

    def parts_between_cells(self) -> tuple[ContextPart, ...] | None:
        """The same for whichever question may come; None if a cell runs meanwhile.

        For a thread of its own. Takes its time, so that `parts` need not.
        """
        if self._is_running:
            return None
        parts = self._collected("", BETWEEN_S, stop=lambda: self._is_running)
        return None if self._is_running else parts

    def last_error(self) -> ContextPart | None:
        """The last exception with the lines of cells that it came through."""
        error = self._error
        return None if error is None else error.part(Redactor.of(self._environment))

    def cells_of_last_error(self) -> tuple[ContextPart, ...]:
        """The cells that the last exception came through."""
        error = self._error
        return () if error is None else self._snapshot().entries.of(error.cells)

    def _collected(
        self, question: str, seconds: float, stop: Callable[[], bool] = lambda: False
    ) -> tuple[ContextPart, ...]:
        time_to_read = TimeBudget(seconds / 2, self._clock, stop)
        time = TimeBudget(seconds, self._clock, stop)
        now = self._snapshot()
        cells = now.entries.read(time_to_read.left)
        graph = self._graph_of(cells)
        inquiry = Inquiry(
            time=time,
            redact=now.redact,
            question=question,
            memory=self._memory,
        )
        namespace = getattr(self._shell, "user_ns", {})
        hidden = getattr(self._shell, "user_ns_hidden", {})
        about = variables(namespace, hidden, cells, graph, inquiry)
        error = self._error if self._has_failed else None
        failed = () if error is None else (error.part(now.redact),)
        return (*now.window, *now.entries.needed(graph, question), *about, *failed)

    def _graph_of(self, cells: tuple[Cell, ...]) -> CellGraph:
        known, graph = self._graph
        if known != cells:
            graph = CellGraph(cells)
            self._graph = (cells, graph)
        return graph

    def _snapshot(self) -> _Snapshot:
        redact = Redactor.of(self._environment)
        with self._lock:
            if redact != self._redact:
                self._redact = redact
                self._log.forget_texts()
            while self._noted:
                if (cell := self._noted.popleft()) is None:
                    self._log.clear()
                else:
                    self._log.take(cell)
            return _Snapshot(
                self._log.window(redact), self._log.entries(redact), redact
            )
