"""A worker process whose behaviour is the name of its model. Speaks the real protocol.

answers        says back what it is asked, word by word; scores and counts by length
endless        goes on until it is cancelled
dies           is gone after the first word
slow           loads for a second
hopeless       cannot load
stillborn      dies while loading
silent         stops all heartbeats once it is ready
stalled        reports a compute that does not end
babbles        writes something that is no message
"""

from __future__ import annotations

import os
import sys
import threading
import time

from jupyter_llmchat.calls import (
    Cancel,
    Count,
    Counted,
    Failed,
    Finished,
    Generate,
    Score,
    Scored,
    Text,
)
from jupyter_llmchat.language_model import Part, TextPrompt, Usage
from jupyter_llmchat.worker.messages import (
    FromWorker,
    Heartbeat,
    Load,
    LoadFailed,
    Ready,
    frame,
    read_to_worker,
)

cancelled: set[int] = set()


def send(message: FromWorker) -> None:
    sys.stdout.buffer.write(frame([message]))
    sys.stdout.buffer.flush()


def parts(call: Generate | Score) -> str:
    prompt = call.prompt
    found: tuple[Part, ...] = prompt.parts if isinstance(prompt, TextPrompt) else ()
    return "".join(part.text for part in found)


def generate(kind: str, call: Generate) -> None:
    request_id, text = call.request_id, parts(call)
    if text == "environment":
        text = " ".join(sorted(os.environ))
    if text == "too long":
        send(
            Failed(
                request_id=request_id,
                code="context_overflow",
                message="Too long.",
                hint="Shorten it.",
            )
        )
        return
    words = text.split(" ") if kind != "endless" else ["on"] * 10_000
    for word in words:
        if request_id in cancelled:
            break
        send(Text(request_id=request_id, text=word + " ", tokens=1))
        if kind == "dies":
            print("last words", file=sys.stderr, flush=True)
            os._exit(7)
        if kind == "endless":
            time.sleep(0.01)
    reason = "cancelled" if request_id in cancelled else "stop"
    usage = Usage(generated_tokens=len(words))
    send(Finished(request_id=request_id, reason=reason, usage=usage))


def score(call: Score) -> None:
    empty = "N/A" in parts(call)
    rows = tuple(
        (-1.0,) if empty else (-float(len(text)),) for text in call.continuations
    )
    usage = Usage(prompt_tokens=5, cached_tokens=2)
    send(Scored(request_id=call.request_id, logprobs=rows, usage=usage))


def main() -> None:
    load = read_to_worker(sys.stdin.buffer)
    assert isinstance(load, Load)
    kind = load.engine.model_path
    if kind == "stillborn":
        os._exit(9)
    if kind == "hopeless":
        send(LoadFailed(message="No such model.", hint="Set another one."))
        sys.exit(3)
    if kind == "slow":
        time.sleep(1)
    if kind == "babbles":
        os.write(1, b"\xff" * 100)
    send(Ready(load_ms=1.0, in_force={"n_ctx": 100}))
    if kind != "silent":
        beat = Heartbeat(step_s=1e6 if kind == "stalled" else 0.0)
        threading.Thread(target=pulse, args=(beat, load.heartbeat_s)).start()
    while (call := read_to_worker(sys.stdin.buffer)) is not None:
        if isinstance(call, Generate):
            threading.Thread(target=generate, args=(kind, call)).start()
        elif isinstance(call, Score):
            score(call)
        elif isinstance(call, Count):
            counts = tuple(map(len, call.texts))
            send(Counted(request_id=call.request_id, counts=counts))
        elif isinstance(call, Cancel):
            cancelled.add(call.request_id)
    os._exit(0)


def pulse(beat: Heartbeat, interval: float) -> None:
    while True:
        send(beat)
        time.sleep(interval)


if __name__ == "__main__":
    main()
