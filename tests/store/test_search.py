from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from jupyter_llmchat.protocol.search import SearchPage
from jupyter_llmchat.store import Store

from .builders import begin, ended

Find = Callable[..., Awaitable[SearchPage]]


@pytest.fixture
def find(store: Store) -> Find:
    async def find(query: str, owner: str = "ada", **given: int) -> SearchPage:
        await store.indexing.catch_up()
        return await store.search.find(owner, query, **given)

    return find


async def ask(store: Store, question: str, owner: str = "ada", **given: str) -> str:
    """The id of the question, which has been answered."""
    begun = await begin(store, owner, question=question, **given)
    await store.end_turn(ended(begun))
    return begun.message_id


async def test_a_hit_says_where_it_is(store: Store, find: Find) -> None:
    session = await store.create_session("ada", "Files", {})
    asked = await ask(store, "How do I read_csv?", session_id=session.id)
    (hit,) = (await find("csv ")).hits
    assert (hit.message_id, hit.session_id) == (asked, session.id)
    assert (hit.session_title, hit.role, hit.is_current) == ("Files", "user", True)
    assert hit.snippet == "How do I read_csv?"
    assert [hit.snippet[a:b] for a, b in hit.ranges] == ["csv"]
    assert hit.score > 0


async def test_answers_are_found(store: Store, find: Find) -> None:
    await ask(store, "What does len() do?")
    (hit,) = (await find("counts ")).hits
    assert (hit.role, hit.snippet) == ("assistant", "It counts.")


async def test_a_title_is_found(store: Store, find: Find) -> None:
    session = await store.create_session("ada", "Plans for summer", {})
    (hit,) = (await find("summer")).hits
    assert (hit.role, hit.session_id, hit.message_id) == ("title", session.id, None)
    await store.change_session("ada", session.id, title="Plans for winter")
    assert (await find("summer")).hits == ()
    assert len((await find("winter")).hits) == 1


async def test_a_title_that_repeats_a_question_is_no_hit_of_its_own(
    store: Store, find: Find
) -> None:
    await ask(store, "Where is the zoo?\nThanks!")
    assert [hit.role for hit in (await find("zoo")).hits] == ["user"]


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("Naïve Café", ["naive", "CAFÉ ", "cafe\u0301 ", "na"]),
        ("pd.read_csv(path)", ["read_csv ", "csv ", "pd.read_csv ", "read_"]),
        ("df.groupby('a').agg", ["df.groupby ", "groupby", "group"]),
        ("class DataFrame:", ["DataFrame ", "frame ", "dataframe"]),
        ("请问数据库怎么用", ["数据库", "数据", "库", "怎么用"]),
        ("データベースの使い方", ["データ", "使い方"]),
        ("한국어 검색", ["한국", "검색", "국어"]),
        ("In C++ or C#?", ["c++", "c# "]),
    ],
)
async def test_texts_are_found(
    store: Store, find: Find, text: str, queries: list[str]
) -> None:
    await ask(store, f"first line\n{text}")
    await ask(store, "something else entirely")
    for query in queries:
        hits = (await find(query)).hits
        assert [hit.role for hit in hits] == ["user"], query
        assert hits[0].ranges, query


async def test_others_see_nothing_of_it(store: Store, find: Find) -> None:
    await ask(store, "the secret word", owner="eve")
    assert (await find("secret ")).hits == ()
    assert len((await find("secret ", owner="eve")).hits) >= 1


async def test_a_phrase_must_be_there_in_its_order(store: Store, find: Find) -> None:
    await ask(store, "x\ngroup by column")
    await ask(store, "x\nby group and column")
    (hit,) = (await find('"group by"')).hits
    assert hit.snippet == "x group by column"


async def test_pages_follow_one_another(store: Store, find: Find) -> None:
    for number in range(7):
        await ask(store, f"line\nzebra number {number}")
    first = await find("zebra ", limit=3)
    assert (len(first.hits), first.next) == (3, 3)
    rest = await find("zebra ", limit=10, start=3)
    assert (len(rest.hits), rest.next) == (4, None)
    assert len({hit.message_id for hit in (*first.hits, *rest.hits)}) == 7


async def test_deleted_is_not_found(store: Store, find: Find) -> None:
    session = await store.create_session("ada", "About zebras", {})
    await ask(store, "zebra one", session_id=session.id)
    assert len((await find("zebra")).hits) == 2
    await store.remove_session("ada", session.id)
    assert (await find("zebra")).hits == ()


async def test_a_query_without_words_finds_nothing(find: Find) -> None:
    for query in ("", "  ", "?!", '""', "\x00"):
        assert (await find(query)).hits == ()


async def test_a_query_is_data_not_sql(store: Store, find: Find) -> None:
    await ask(store, "it's 100% fine")
    for query in ("it's'; DROP TABLE messages; --", "100%", "%", "_", "\ud800"):
        await find(query)
    assert len((await find("fine ")).hits) >= 1
