"""`python -m tests.server.fake_server`: a real server process with a fake model.

Its address is in Jupyter's runtime folder, its data in LLMCHAT_DATA_DIR. What else is
given goes to Jupyter as it is.
"""

from __future__ import annotations

import sys

from jupyter_llmchat.cli import main
from jupyter_llmchat.server.app import LLMChatApp
from jupyter_llmchat.server.services import Services

from .builders import HostedFake, Script


def new_services(app: LLMChatApp) -> Services:
    """As the extension's own, with a model that says the same every time."""
    return Services(
        app.server_settings(),
        HostedFake(),
        answer=Script(),
        beat=app._beat,
        log=app.log,
    )


if __name__ == "__main__":
    LLMChatApp.new_services = new_services  # type: ignore[method-assign]
    sys.exit(main(["serve", "--", *sys.argv[1:]]))
