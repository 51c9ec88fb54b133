from __future__ import annotations

from jupyter_llmchat.cli.checks.finding import fail, ok, warn


def test_what_is_not_in_order_says_what_to_do() -> None:
    assert (ok("Fine.").state, ok("Fine.").action) == ("ok", "")
    assert (warn("Slow.", "Wait.").state, warn("Slow.", "Wait.").action) == (
        "warn",
        "Wait.",
    )
    assert fail("Broken.", "Mend it.").state == "fail"
