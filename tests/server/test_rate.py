from __future__ import annotations

from jupyter_llmchat.server.rate import (
    EXCESS_BURST,
    FRAMES_BURST,
    Allowance,
    FrameGate,
    Verdict,
)


def test_a_burst_passes_then_the_rate_holds() -> None:
    now = [0.0]
    allowance = Allowance(per_s=2.0, burst=3, now=lambda: now[0])
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 1.0
    assert [allowance.take() for _ in range(3)] == [True, True, False]


def test_permissions_do_not_pile_up() -> None:
    now = [0.0]
    allowance = Allowance(per_s=2.0, burst=3, now=lambda: now[0])
    now[0] = 1000.0
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]


def test_a_client_that_floods_is_warned_and_then_cut_off() -> None:
    gate = FrameGate(lambda: 0.0)
    accepted = [gate.judge() for _ in range(FRAMES_BURST)]
    assert set(accepted) == {Verdict.ACCEPT}
    excess = [gate.judge() for _ in range(EXCESS_BURST + 1)]
    assert (excess[0], excess[-1]) == (Verdict.WARN, Verdict.CLOSE)
    assert set(excess[1:-1]) == {Verdict.DROP}


def test_a_flood_that_goes_on_is_cut_off_though_some_frames_pass() -> None:
    now = [0.0]
    gate = FrameGate(lambda: now[0])
    verdicts = []
    for _ in range(1000):
        now[0] += 0.01
        verdicts.append(gate.judge())
    assert Verdict.CLOSE in verdicts
    assert verdicts.count(Verdict.WARN) <= 10


def test_a_client_that_slows_down_goes_on() -> None:
    now = [0.0]
    gate = FrameGate(lambda: now[0])
    for _ in range(FRAMES_BURST + 10):
        gate.judge()
    now[0] = 60.0
    assert gate.judge() is Verdict.ACCEPT
