from __future__ import annotations

from jupyter_llmchat.cli.figure_tables import BY_DAY, by_day, by_model, whole
from jupyter_llmchat.protocol.figures import FigureName
from tests.protocol import samples


def test_without_answers_there_are_no_numbers() -> None:
    out = whole(samples.summary(), samples.usage())
    assert out.splitlines()[:3] == [
        "answers  none yet",
        "tokens   0 read (- from the cache), 0 written",
        "in all   0 sessions, 0 messages, 0 days of use",
    ]
    figures = out.splitlines()[5:]
    assert len(figures) == 6
    assert all(line.split()[-5:] == ["0", "-", "-", "-", "-"] for line in figures)


def test_counts_and_figures() -> None:
    counts = samples.counts(
        complete=2, cancelled=1, replays=1, prompt_tokens=1000, generated_tokens=20
    )
    summary = samples.summary(
        counts=counts, cached_share=0.75, quality=samples.figure(20.0)
    )
    used = samples.usage(favourite_strategy="simple", sessions=2, active_days=1)
    lines = whole(summary, used).splitlines()
    assert lines[0] == "answers  2 complete, 1 cancelled; 1 given again"
    assert lines[1] == "tokens   1,000 read (75% from the cache), 20 written"
    assert lines[2].endswith("1 day of use, mostly simple")
    (quality,) = (line for line in lines if line.startswith("quality"))
    assert quality.split()[2:] == ["3", "20.0", "40.0", "60.0", "80.0"]


def test_models_stand_under_each_other() -> None:
    fast = samples.summary(
        counts=samples.counts(answers=4), first_token_ms=samples.figure(100.0)
    )
    head, tiny, big = by_model({"tiny": fast, "big": samples.summary()}).splitlines()
    assert head.startswith("model  answers  first token p50")
    assert tiny.split() == ["tiny", "4", "200", "ms", "300", "ms", *"----"]
    assert big.split()[:2] == ["big", "0"]


def test_a_day_has_what_was_measured_on_it() -> None:
    found: dict[FigureName, object] = {
        "first_token_ms": samples.series(100.0),
        "total_ms": samples.series(2000.0, 3000.0, figure="total_ms"),
        "tokens_per_s": samples.series(figure="tokens_per_s"),
    }
    assert (*found,) == BY_DAY
    _, first, second = by_day(found).splitlines()  # type: ignore[arg-type]
    assert first.split()[2:] == [
        "100",
        "ms",
        "200",
        "ms",
        *["2.0", "s", "4.0", "s", "-"],
    ]
    assert second.split()[2:] == ["-", "-", "3.0", "s", "6.0", "s", "-"]
