"""What a question may set, and what its session sets for all of them."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_llmchat.errors import BadRequest
from jupyter_llmchat.protocol.requests import AskOptions
from jupyter_llmchat.protocol.resources import Session


def check_session_config(config: dict[str, Any]) -> AskOptions:
    """The options that a session sets for its questions; raises BadRequest.

    Other keys are the client's own and are kept as they are.
    """
    known = {
        key: value
        for key, value in config.items()
        if key in AskOptions.__struct_fields__
    }
    try:
        return msgspec.convert(known, AskOptions)
    except msgspec.ValidationError as error:
        raise BadRequest(
            f"The session's settings do not fit: {error}.", "Correct the named field."
        ) from error


def in_session(asked: AskOptions, session: Session) -> AskOptions:
    """With what the session sets where the question sets nothing."""
    return msgspec.structs.replace(
        check_session_config(session.config), **set_options(asked)
    )


def set_options(options: AskOptions) -> dict[str, Any]:
    """Those that say something."""
    return {
        name: value
        for name, value in msgspec.structs.asdict(options).items()
        if value is not None
    }
