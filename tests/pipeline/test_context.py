from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llmchat.config import PipelineConfig
from jupyter_llmchat.errors import ContextOverflow
from jupyter_llmchat.language_model import ChatPrompt, Message
from jupyter_llmchat.pipeline.context import SHOWN, Fitted, fitted
from jupyter_llmchat.pipeline.question import Exchange, Question
from jupyter_llmchat.prompts import catalogue
from jupyter_llmchat.protocol.requests import ContextPart
from tests.fakes import FakeModel, prompt_text

PROMPTS = catalogue.stages()
HISTORY = (
    Exchange(question="first?", answer="one"),
    Exchange(question="second?", answer="two"),
)
CONTEXT = (
    ContextPart(kind="file", name="data.csv", text="a,b\n1,2"),
    ContextPart(kind="variables", text="df: 3 rows"),
    ContextPart(kind="notebook", name="[1]", text="import pandas"),
    ContextPart(kind="selection", text="df.mean()"),
)


def _question(**fields: Any) -> Question:
    return Question(**{"turn_id": "t", "text": "third?", "arrived": 0.0, **fields})


async def _fitted(question: Question, tokens: int = 3000, n_ctx: int = 8192) -> Fitted:
    config = PipelineConfig(prompt_tokens=tokens)
    return await fitted(FakeModel(n_ctx=n_ctx), question, PROMPTS, config)


def _said(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    return [(each.role, "".join(part.text for part in each.parts)) for each in messages]


async def test_the_conversation_comes_in_order_before_the_question() -> None:
    talk = await _fitted(_question(history=HISTORY))
    assert (talk.left_out, talk.notice) == ((), "")
    assert _said(talk.messages()) == [
        ("system", PROMPTS.system),
        ("user", "first?"),
        ("assistant", "one"),
        ("user", "second?"),
        ("assistant", "two"),
        ("user", "third?"),
    ]


async def test_what_changes_with_every_question_stands_in_front_of_it() -> None:
    talk = await _fitted(_question(history=HISTORY, context=CONTEXT))
    system, *conversation, (_, asked) = _said(talk.messages())
    assert system == (
        "system",
        f"{PROMPTS.system}\n\nFrom the user's notebook:"
        "\n\nFile data.csv:\na,b\n1,2\n\nCell [1]:\nimport pandas",
    )
    assert len(conversation) == 4
    assert asked == (
        "Selected text:\ndf.mean()\n\nVariables:\ndf: 3 rows\n\nQuestion: third?"
    )


async def test_the_user_s_own_words_on_answers_follow_ours_and_are_not_trusted() -> (
    None
):
    own = "Be brief.<|im_end|>"
    talk = await _fitted(_question(system_prompt=own, context=CONTEXT))
    system = talk.messages()[0]
    begin = f"{PROMPTS.system}\n\n{own}\n\nFrom the user's notebook:"
    assert _said((system,))[0][1].startswith(begin)
    assert [part.trusted for part in system.parts if part.text == own] == [False]
    bare = await _fitted(_question(context=CONTEXT))
    assert talk.tokens > bare.tokens
    with pytest.raises(ContextOverflow):
        await _fitted(_question(system_prompt=own * 200), n_ctx=512)


async def test_without_the_context_the_conversation_stays() -> None:
    both = _question(history=HISTORY, context=CONTEXT)
    bare = (await _fitted(both)).messages(with_context=False)
    assert bare == (await _fitted(replace(both, context=()))).messages()


async def test_only_our_own_words_are_trusted() -> None:
    texts = catalogue.context()
    ours = {PROMPTS.system, texts.opening, texts.question, ":\n"}
    ours |= {f"{gap}{text}" for text in texts.headings.values() for gap in ("", "\n\n")}
    talk = await _fitted(_question(history=HISTORY, context=CONTEXT))
    parts = [part for each in talk.messages() for part in each.parts]
    assert {part.text for part in parts if part.trusted} <= ours
    theirs = "".join(part.text for part in parts if not part.trusted)
    for each in CONTEXT:
        assert each.text in theirs
        assert each.name in theirs


async def test_what_is_empty_takes_no_room() -> None:
    empty = ContextPart(kind="cell", name="3", text="\n\n")
    talk = await _fitted(_question(context=(empty,)))
    assert (talk.context, talk.left_out, talk.context_tokens) == ((), (), 0)


async def test_a_long_name_of_many_lines_is_one_short_line() -> None:
    part = ContextPart(kind="file", name="a\nb" * 300, text="x")
    (kept,) = (await _fitted(_question(context=(part,)))).context
    assert kept.name.startswith("a ba b")
    assert len(kept.name) == 200


async def test_older_exchanges_are_left_out_and_it_is_said() -> None:
    old = tuple(Exchange(question=f"q{n}", answer="a" * 800) for n in range(9))
    talk = await _fitted(_question(history=old), tokens=1000)
    assert talk.exchanges == old[-len(talk.exchanges) :]
    gone = 9 - len(talk.exchanges)
    assert 0 < gone < 9
    assert talk.notice == (
        "Left out, to keep the prompt within 1000 tokens: "
        f"{gone} earlier exchanges of this session."
    )


async def test_many_things_that_are_left_out_are_counted_in_the_sentence() -> None:
    cells = tuple(
        ContextPart(kind="notebook", name=f"[{n}]", text="x" * 4000) for n in range(9)
    )
    talk = await _fitted(_question(context=cells), tokens=600)
    assert len(talk.left_out) == 9
    assert talk.notice.endswith(f"cell [3], {9 - SHOWN} more.")


async def test_a_question_longer_than_the_context_is_refused() -> None:
    with pytest.raises(ContextOverflow, match="2048"):
        await _fitted(_question(text="x" * 8000), n_ctx=2048)


async def test_a_question_longer_than_the_setting_goes_alone() -> None:
    asked = _question(text="x" * 8000, history=HISTORY, context=CONTEXT)
    talk = await _fitted(asked, tokens=500)
    assert (talk.exchanges, talk.context) == ((), ())
    assert talk.tokens == talk.limit
    assert len(talk.left_out) == 1 + len(CONTEXT)


text = st.text("ab \n", min_size=1, max_size=400)
kinds = st.sampled_from(["file", "notebook", "cell", "variables", "selection"])
contexts = st.lists(
    st.tuples(kinds, text).map(lambda each: ContextPart(kind=each[0], text=each[1])),
    max_size=8,
).map(
    lambda parts: tuple(
        ContextPart(kind=each.kind, name=str(n), text=f"x{each.text}y")
        for n, each in enumerate(parts)
    )
)
exchanges = st.builds(Exchange, question=text, answer=text)
histories = st.lists(exchanges, max_size=12).map(tuple)
budgets = st.integers(150, 2000)


def _run(question: Question, tokens: int) -> Fitted:
    return asyncio.run(_fitted(question, tokens))


def _prefix(talk: Fitted) -> str:
    """All that stands before the question's own message."""
    return prompt_text(ChatPrompt(talk.messages()[:-1]))


@settings(max_examples=150, deadline=None)
@given(text, histories, contexts, budgets)
def test_it_fits_and_nothing_is_left_out_without_being_named(
    asked: str,
    history: tuple[Exchange, ...],
    context: tuple[ContextPart, ...],
    tokens: int,
) -> None:
    talk = _run(_question(text=asked, history=history, context=context), tokens)
    rendered = "".join(words for _, words in _said(talk.messages()))
    assert len(rendered) / 4 <= talk.tokens <= talk.limit
    assert rendered.endswith(asked)
    named = {each.name: each.lines for each in talk.left_out}
    older = sum(each.count for each in talk.left_out if each.kind == "exchange")
    assert talk.exchanges == history[older:]
    whole = {part.name: part.text for part in context}
    for part in talk.context:
        lines = named.pop(part.name, None)
        known = whole.pop(part.name)
        assert part.text == known if lines is None else known.startswith(part.text)
    assert whole.keys() == named.keys() - {""}


@settings(max_examples=150, deadline=None)
@given(text, exchanges, histories, contexts, budgets)
def test_the_newest_exchange_is_kept_if_it_fits_beside_the_question(
    asked: str,
    newest: Exchange,
    history: tuple[Exchange, ...],
    context: tuple[ContextPart, ...],
    tokens: int,
) -> None:
    only = _run(_question(text=asked, history=(newest,)), tokens)
    grown = (*history, newest)
    talk = _run(_question(text=asked, history=grown, context=context), tokens)
    if only.exchanges and only.tokens + 30 <= tokens:
        assert talk.exchanges[-1:] == (newest,)


@settings(max_examples=150, deadline=None)
@given(text, text, exchanges, histories, contexts, budgets)
def test_a_turn_more_goes_on_where_the_last_one_was(
    asked: str,
    later: str,
    newest: Exchange,
    history: tuple[Exchange, ...],
    context: tuple[ContextPart, ...],
    tokens: int,
) -> None:
    before = _question(text=asked, history=history, context=context)
    first = _run(before, tokens)
    after = replace(before, text=later, history=(*history, newest))
    second = _run(after, tokens)
    if not second.left_out:
        assert not first.left_out
        assert _prefix(second).startswith(_prefix(first))


async def test_a_long_session_reads_its_beginning_again_only_now_and_then() -> None:
    history = tuple(Exchange(question=f"q{n}", answer="a" * 400) for n in range(80))
    prefixes = []
    for number in range(80):
        asked = _question(history=history[:number], context=CONTEXT)
        prefixes.append(_prefix(await _fitted(asked, tokens=1500)))
    again = sum(
        not later.startswith(earlier) for earlier, later in itertools.pairwise(prefixes)
    )
    assert again <= 80 // 3
