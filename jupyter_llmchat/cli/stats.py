"""`jupyter llmchat stats`: how many answers there were, how fast and how good."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any, get_args

import msgspec

from jupyter_llmchat.kernel.client import ChatClient
from jupyter_llmchat.kernel.quantity import OVER_TIME
from jupyter_llmchat.protocol.figures import (
    BUCKET_S,
    MAX_POINTS,
    AnswersQuery,
    Bucket,
    MetricsSeries,
    SeriesFigure,
    SeriesQuery,
)
from jupyter_llmchat.protocol.ids import Tier

from . import address
from .figure_tables import BY_DAY, by_day, by_model, whole
from .output import say, write_json
from .period import bucket_for, since, utc_offset_s


def add_to(commands: Any) -> None:
    command = commands.add_parser("stats", help="show how fast and good answers were")
    _add_which(command)
    command.add_argument("--by", choices=("model", "day"), help="a line for each")
    command.add_argument("--plot", action="store_true", help="draw it in the terminal")
    command.add_argument(
        "--png",
        type=Path,
        metavar="FILE",
        help="draw it as a picture; needs matplotlib",
    )
    command.add_argument(
        "--figure",
        choices=OVER_TIME,
        default="first_token_ms",
        metavar="NAME",
        help=f"what is drawn: {', '.join(OVER_TIME)}; default: first_token_ms",
    )
    command.add_argument("--json", action="store_true", help="for programs")
    address.add_options(command)
    command.set_defaults(run=run)


def _add_which(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--since",
        type=since,
        metavar="TIME",
        help="only answers since then: 7d, 24h, 30m, or a day such as 2026-01-31",
    )
    command.add_argument("--model", help="only of this model")
    command.add_argument("--tier", choices=get_args(Tier), help="only of this tier")
    command.add_argument("--session", metavar="ID", help="only of this session")
    command.add_argument(
        "--replays",
        action="store_true",
        help="figures of answers that were given again, too",
    )


def run(chosen: argparse.Namespace) -> int:
    with ChatClient(address.running_server(chosen)) as client:
        if chosen.plot or chosen.png is not None:
            _draw(chosen, client)
        elif chosen.by == "model":
            _by_model(chosen, client)
        elif chosen.by == "day":
            found = {each: _series(chosen, client, each, "day") for each in BY_DAY}
            _say(chosen, found, by_day(found))
        else:
            summary = client.metrics_summary(_asked(chosen))
            usage = client.usage(utc_offset_s())
            both = {"summary": summary, "usage": usage}
            _say(chosen, both, whole(summary, usage))
    return 0


def _by_model(chosen: argparse.Namespace, client: ChatClient) -> None:
    used = [each.model for each in client.usage().models]
    asked = _asked(chosen)
    summaries = {
        name: client.metrics_summary(msgspec.structs.replace(asked, model=name))
        for name in used
        if chosen.model in (None, name)
    }
    _say(chosen, summaries, by_model(summaries))


def _draw(chosen: argparse.Namespace, client: ChatClient) -> None:
    from .chart import in_terminal, to_png

    bucket: Bucket = "day"
    if chosen.since is not None and chosen.by != "day":
        bucket = bucket_for(time.time() - chosen.since)
    series = _series(chosen, client, chosen.figure, bucket)
    if not series.lines:
        say("There are no answers to draw.")
    elif chosen.png is not None:
        to_png(series, chosen.png)
        say(f"{chosen.png} is written.")
    if chosen.json:
        write_json(msgspec.to_builtins(series))
    elif chosen.plot and series.lines:
        print(in_terminal(series))


def _series(
    chosen: argparse.Namespace,
    client: ChatClient,
    figure: SeriesFigure,
    bucket: Bucket,
) -> MetricsSeries:
    asked = _asked(chosen)
    if asked.since is not None:
        longest = (MAX_POINTS - 1) * BUCKET_S[bucket]
        earliest = max(asked.since, time.time() - longest)
        asked = msgspec.structs.replace(asked, since=earliest)
    return client.metrics_series(
        SeriesQuery(
            figure=figure,
            bucket=bucket,
            utc_offset_s=utc_offset_s(),
            **msgspec.structs.asdict(asked),
        )
    )


def _asked(chosen: argparse.Namespace) -> AnswersQuery:
    return AnswersQuery(
        since=chosen.since,
        session=chosen.session,
        model=chosen.model,
        tier=chosen.tier,
        replays=chosen.replays,
    )


def _say(chosen: argparse.Namespace, found: Any, text: str) -> None:
    if chosen.json:
        write_json(msgspec.to_builtins(found))
    else:
        print(text)
