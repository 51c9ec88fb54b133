from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_llmchat.store.search_query import parse
from jupyter_llmchat.store.snippets import LENGTH, Snippet, snippet


def marked(found: Snippet) -> list[str]:
    return [found.text[first:last] for first, last in found.ranges]


def test_a_short_text_is_shown_whole() -> None:
    found = snippet("Use read_csv for files.", parse("csv files "))
    assert found.text == "Use read_csv for files."
    assert marked(found) == ["csv", "files"]


def test_the_best_stretch_of_a_long_text_is_shown() -> None:
    text = f"sort {'x ' * 200}\nuse sort\tand group here {'y ' * 200}"
    found = snippet(text, parse("sort group "))
    assert marked(found) == ["sort", "group"]
    assert "use sort and group here" in found.text
    assert found.text.startswith("…") and found.text.endswith("…")
    assert len(found.text) < LENGTH + 40


def test_the_beginning_is_shown_where_nothing_is_found() -> None:
    found = snippet("word " * 100, parse("other "))
    assert found.text.startswith("word word")
    assert found.ranges == ()


def test_a_word_at_the_very_end_is_shown() -> None:
    for length in range(100, 400, 7):
        assert marked(snippet("word " * length + "zebra", parse("zebra "))) == ["zebra"]


def test_a_whole_and_its_parts_are_marked_once() -> None:
    found = snippet("df.groupby(x)", parse("df.groupby df groupby "))
    assert marked(found) == ["df.groupby"]


def test_places_are_code_points() -> None:
    found = snippet("🎉🎉 Café 数据库", parse("cafe 数据库 "))
    assert marked(found) == ["Café", "数据库"]


@given(st.text(max_size=600), st.text(max_size=20))
def test_ranges_lie_in_the_snippet_and_do_not_overlap(text: str, query: str) -> None:
    found = snippet(text, parse(query))
    end = 0
    for first, last in found.ranges:
        assert end <= first < last <= len(found.text)
        end = last
    assert "\n" not in found.text
    assert len(found.text) <= LENGTH + 2 * 16 + 2
