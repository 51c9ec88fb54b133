from __future__ import annotations

from jupyter_llmchat.kernel.cell_graph import CellGraph
from jupyter_llmchat.kernel.cell_log import (
    NEEDED_CHARS,
    REMEMBERED,
    CellLog,
    Ran,
    only_asks_us,
)


def as_it_is(text: str) -> str:
    return text


def log(*sources: str) -> CellLog:
    found = CellLog()
    for number, source in enumerate(sources, 1):
        found.take(Ran(number, source, ""))
    return found


def needed(found: CellLog, question: str) -> list[str]:
    entries = found.entries(as_it_is)
    graph = CellGraph(entries.read(lambda: True))
    return [each.name for each in entries.needed(graph, question)]


FILL = [f"y{n} = {n}  # {'.' * 500}" for n in range(60)]


def test_cells_in_the_order_in_which_they_last_ran() -> None:
    found = log("a = 1", "b = 2", "a = 1", "", "%%chat\nWhy?")
    assert [each.name for each in found.window(as_it_is)] == ["In [2]", "In [3]"]
    found.clear()
    assert found.window(as_it_is) == ()


def test_earlier_cells_that_a_question_is_about_come_again() -> None:
    found = log("x = 3", "def f(): return x", *FILL)
    assert "In [1]" not in [each.name for each in found.window(as_it_is)]
    assert needed(found, "What does f return?") == ["In [1]", "In [2]"]
    assert needed(found, "What is y59?") == []
    assert needed(found, "") == []


def test_where_there_is_room_for_all_none_comes_again() -> None:
    assert needed(log("x = 3", "y = x"), "What is x?") == []


def test_of_too_many_the_most_important_come() -> None:
    chain = ["x0 = 1"] + [
        f"x{n} = x{n - 1}  # {'.' * 1000}" for n in range(1, 2 * NEEDED_CHARS // 1000)
    ]
    found = log(*chain, *FILL)
    last = len(chain)
    names = needed(found, f"What is x{last - 1}?")
    assert names[-1] == f"In [{last}]"
    assert 3 < len(names) < 7


def test_unread_cells_define_nothing() -> None:
    entries = log("x = 1", "y = x").entries(as_it_is)
    chances = iter([True])
    cells = entries.read(lambda: next(chances, False))
    assert [{*each.names.defines} for each in cells] == [set(), {"y"}]
    again = entries.read(lambda: True)
    assert again[1] is cells[1]
    assert again[0].names.defines == {"x"}


def test_cells_by_number() -> None:
    entries = log("x = 1", "y = 2").entries(as_it_is)
    assert [each.text for each in entries.of([2, 7])] == ["y = 2"]


def test_a_secret_that_becomes_known_later() -> None:
    found = log("print('correct horse')", "x = 1")
    first = found.window(as_it_is)
    assert found.window(as_it_is)[0] is first[0]
    found.forget_texts()
    later = found.window(lambda text: text.replace("correct horse", "…"))
    assert [each.text for each in later] == ["print('…')", "x = 1"]


def test_not_more_than_some_cells_are_remembered() -> None:
    found = log(*(f"x = {n}" for n in range(REMEMBERED + 50)))
    assert len(found.entries(as_it_is).read(lambda: False)) == REMEMBERED


def test_cells_that_only_ask_us() -> None:
    assert only_asks_us("%%chat\nWhy?")
    assert not only_asks_us("x = 1")
