from __future__ import annotations

import itertools

from jupyter_llmchat.pipeline.budget import Room, SizedPart
from jupyter_llmchat.pipeline.excerpt import IMPORTANCE, Excerpt, LeftOut, excerpt
from jupyter_llmchat.pipeline.fitting import FAR
from jupyter_llmchat.protocol.requests import ContextPart
from tests.fakes import FakeModel

LINE = "0123456\n"
"""Two tokens of the fake model."""


def _parts(*parts: tuple[str, str, int]) -> tuple[SizedPart, ...]:
    """Of kind, name and number of lines."""
    return tuple(
        SizedPart(
            part=ContextPart(kind=kind, name=name, text=LINE * lines),  # type: ignore[arg-type]
            position=index,
            heading=2,
            text=2 * lines,
        )
        for index, (kind, name, lines) in enumerate(parts)
    )


async def _excerpt(parts: tuple[SizedPart, ...], context: int) -> Excerpt:
    room = Room(limit=500, beside=300, context=context, step=5, block=80)
    found = await excerpt(FakeModel(), parts, room, None)
    assert found.tokens <= context
    return found


def _names(found: Excerpt) -> list[str]:
    return [each.part.name for each in found.kept]


async def test_what_fits_is_kept_as_it_came() -> None:
    parts = _parts(("file", "f", 3), ("cell", "c", 3), ("notebook", "n", 3))
    found = await _excerpt(parts, 24)
    assert (found.kept, found.left_out) == (parts, ())


async def test_the_least_important_goes_first() -> None:
    given = _parts(*((kind, kind, 10) for kind in reversed(IMPORTANCE)))
    for room in (25, 50, 75, 100):
        found = await _excerpt(given, room)
        kept = [kind for kind in IMPORTANCE if kind in _names(found)]
        assert kept == [*IMPORTANCE[: room // 25]]
        assert _names(found) == kept[::-1], "in the order in which it came"
        assert {each.name for each in found.left_out} == {*IMPORTANCE} - {*kept}


async def test_of_a_long_part_the_first_lines_are_kept() -> None:
    found = await _excerpt(_parts(("file", "a.py", 50)), 22)
    assert found.kept[0].part.text == (LINE * 10).rstrip()
    assert [str(each) for each in found.left_out] == ["file a.py after line 10"]


async def test_a_part_too_long_to_be_counted_is_cut_too() -> None:
    (part,) = _parts(("file", "a.py", 5000))
    endless = SizedPart(part=part.part, position=0, heading=2, text=FAR)
    found = await _excerpt((endless,), 22)
    assert found.kept[0].part.text == (LINE * 10).rstrip()


async def test_a_line_longer_than_the_room_is_left_out() -> None:
    part = ContextPart(kind="file", name="a.json", text="x" * 1000)
    found = await _excerpt(
        (SizedPart(part=part, position=0, heading=2, text=250),), 100
    )
    assert found.kept == ()
    assert [str(each) for each in found.left_out] == ["file a.json"]


async def test_of_many_cells_the_latest_are_kept_in_blocks() -> None:
    """A cell that is added hardly ever changes where they begin."""
    firsts = []
    for number in range(1, 60):
        cells = [("notebook", str(n), 5) for n in range(number)]
        found = await _excerpt(_parts(*cells), 96)
        assert _names(found)[-1] == str(number - 1)
        assert len(found.kept) + len(found.left_out) == number
        firsts.append(found.kept[0].part.name)
    changes = sum(one != other for one, other in itertools.pairwise(firsts))
    assert changes <= 60 // 2


async def test_a_growing_cell_hardly_ever_changes_where_a_file_ends() -> None:
    ends = []
    for lines in range(1, 11):
        found = await _excerpt(_parts(("file", "f", 100), ("cell", "c", lines)), 100)
        ends.append(found.left_out[0].lines)
    assert len({*ends}) <= 5


async def test_what_changes_with_every_question_is_counted_in_steps() -> None:
    room = Room(limit=500, beside=300, context=200, step=50, block=80)
    taken = [
        Excerpt(kept=_parts(("cell", "c", 10), ("variables", "", lines))).taken(room)
        for lines in (1, 5, 20)
    ]
    assert taken == [72, 72, 72]


def test_what_is_left_out_is_said_in_words() -> None:
    assert str(LeftOut(kind="exchange", count=2)).startswith("2 earlier exchanges of")
    assert str(LeftOut(kind="exchange")).startswith("1 earlier exchange of")
    assert str(LeftOut(kind="notebook", name="[3]")) == "cell [3]"
    assert str(LeftOut(kind="variables")) == "variables"
