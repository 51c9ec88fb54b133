"""Every error a user can meet.

LLMChatError              code                status
├── BadRequest            bad_request         400  names the JSON path or the field
├── OtherVersion          other_version       400  of the protocol: reload the page
├── Forbidden             forbidden           403  an authorizer said no
├── NotFound              not_found           404
├── Conflict              conflict            409  the id stands for something else
├── TooLarge              too_large           413  carries limit and size
├── ContextOverflow       context_overflow    413  prompt longer than the context
├── Busy                  busy                429  retryable: the queue is full
├── GenerationFailed      generation_failed   500  retryable: this turn only
├── PromptFileError       prompt_file         500  names the file and the field
├── ModelUnavailable      model_unavailable   503  retryable: says what to set
├── WorkerLost            worker_lost         503  retryable: it is being restarted
├── StoreUnavailable      store_unavailable   503  retryable: database not usable
├── ServerUnreachable     server_unreachable  503  retryable: raised by clients only
└── TimedOut              timed_out           504  retryable: raised by clients only

A message names the cause, a hint the next step; both are plain sentences that
may be shown to anyone (no secrets, no traceback).
"""

from __future__ import annotations

from typing import ClassVar


class LLMChatError(Exception):
    """Base of the tree above."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadRequest(LLMChatError):
    code = "bad_request"
    status = 400


class OtherVersion(LLMChatError):
    code = "other_version"
    status = 400


class Forbidden(LLMChatError):
    code = "forbidden"
    status = 403


class NotFound(LLMChatError):
    code = "not_found"
    status = 404


class Conflict(LLMChatError):
    code = "conflict"
    status = 409


class TooLarge(LLMChatError):
    code = "too_large"
    status = 413


class ContextOverflow(LLMChatError):
    code = "context_overflow"
    status = 413


class Busy(LLMChatError):
    code = "busy"
    status = 429
    retryable = True


class GenerationFailed(LLMChatError):
    code = "generation_failed"
    retryable = True


class PromptFileError(LLMChatError):
    code = "prompt_file"


class ModelUnavailable(LLMChatError):
    code = "model_unavailable"
    status = 503
    retryable = True


class WorkerLost(LLMChatError):
    code = "worker_lost"
    status = 503
    retryable = True


class StoreUnavailable(LLMChatError):
    code = "store_unavailable"
    status = 503
    retryable = True


class ServerUnreachable(LLMChatError):
    code = "server_unreachable"
    status = 503
    retryable = True


class TimedOut(LLMChatError):
    code = "timed_out"
    status = 504
    retryable = True


def error_types() -> dict[str, type[LLMChatError]]:
    """Code → class, for every class of the tree, the base included."""
    classes: list[type[LLMChatError]] = [LLMChatError, *LLMChatError.__subclasses__()]
    return {each.code: each for each in classes}
