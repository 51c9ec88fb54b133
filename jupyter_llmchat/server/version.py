"""Which version of the protocol a client speaks, if it says so."""

from __future__ import annotations

from jupyter_llmchat.errors import OtherVersion
from jupyter_llmchat.protocol.ids import PROTOCOL_VERSION


def check_version(spoken: str | None) -> None:
    """Raises OtherVersion; whoever does not say it is trusted to know."""
    if spoken is not None and spoken != str(PROTOCOL_VERSION):
        named = spoken if spoken.isascii() and spoken.isdigit() else "?"
        raise OtherVersion(
            f"This page or program speaks version {named[:9]} of the protocol, "
            f"the server version {PROTOCOL_VERSION}.",
            "Reload the page or restart the kernel; if that does not help, install "
            "the same jupyter-llmchat on both sides and restart the server.",
        )
