"""Every Python that has this folder on its PYTHONPATH reads this first.

The servers that clients start by themselves have a fake model then.
"""

from __future__ import annotations

import sys

if "serve" in sys.orig_argv:
    from jupyter_llmchat.server.app import LLMChatApp
    from tests.server.fake_server import new_services

    LLMChatApp.new_services = new_services  # type: ignore[method-assign]
