"""Version 1 of the protocol: JSON of protocol buffers, names in capitals."""

from __future__ import annotations

from typing import Annotated, Any, assert_never

import msgspec

from . import task as own
from .wire import (
    Named,
    Sent,
    check_configuration,
    check_role,
    client_message_id,
    converted,
    options_of,
    text_of,
    timestamp,
)

ROLES = {"user": "ROLE_USER", "agent": "ROLE_AGENT"}
ROLE_USER = 1
"""Enumerations may also come as numbers."""
Length = Annotated[int, msgspec.Meta(ge=0)]


class Object(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """Base of every object; what is not set is left out, as in protocol buffers."""


class Part(Object, frozen=True, kw_only=True):
    """Only text is acted on; another part has no text."""

    text: str | None = None


class Message(Object, frozen=True, kw_only=True):
    message_id: str
    role: str | int
    parts: tuple[Part, ...]
    context_id: str | None = None
    task_id: str | None = None
    metadata: dict[str, Any] | None = None


class Configuration(Object, frozen=True, kw_only=True):
    accepted_output_modes: tuple[str, ...] | None = None
    return_immediately: bool | None = None
    history_length: Length | None = None
    task_push_notification_config: Any = None


class SendMessageRequest(Object, frozen=True, kw_only=True):
    message: Message
    configuration: Configuration | None = None
    metadata: dict[str, Any] | None = None


class GetTaskRequest(Object, frozen=True, kw_only=True):
    id: str
    history_length: Length | None = None


class TaskStatus(Object, frozen=True, kw_only=True):
    state: str
    timestamp: str
    message: Message | None = None


class Artifact(Object, frozen=True, kw_only=True):
    artifact_id: str
    name: str
    parts: tuple[Part, ...]
    metadata: dict[str, Any] = {}


class Task(Object, frozen=True, kw_only=True):
    id: str
    context_id: str
    status: TaskStatus
    artifacts: tuple[Artifact, ...] = ()
    history: tuple[Message, ...] = ()
    metadata: dict[str, Any] = {}


class TaskStatusUpdateEvent(Object, frozen=True, kw_only=True):
    task_id: str
    context_id: str
    status: TaskStatus
    metadata: dict[str, Any] = {}


class TaskArtifactUpdateEvent(Object, frozen=True, kw_only=True):
    task_id: str
    context_id: str
    artifact: Artifact
    append: bool = False
    last_chunk: bool = False


class StreamResponse(Object, frozen=True, kw_only=True):
    """One of these is set."""

    task: Task | None = None
    status_update: TaskStatusUpdateEvent | None = None
    artifact_update: TaskArtifactUpdateEvent | None = None


class Version1:
    """Implements wire.Wire."""

    def sent(self, params: Any) -> Sent:
        asked = converted(params, SendMessageRequest)
        message = asked.message
        how = asked.configuration or Configuration()
        check_role(message.role in (ROLES["user"], ROLE_USER))
        check_configuration(
            how.accepted_output_modes or (),
            how.task_push_notification_config is not None,
        )
        return Sent(
            client_message_id=client_message_id(message.message_id),
            text=text_of(part.text for part in message.parts),
            context_id=message.context_id or None,
            task_id=message.task_id or None,
            blocking=not how.return_immediately,
            history_length=how.history_length,
            options=options_of(asked.metadata, message.metadata),
        )

    def named(self, params: Any) -> Named:
        asked = converted(params, GetTaskRequest)
        return Named(task_id=asked.id, history_length=asked.history_length)

    def task(self, task: own.Task) -> Task:
        return Task(
            id=task.id,
            context_id=task.context_id,
            status=_status(task.status, task.id, task.context_id),
            artifacts=tuple(map(_artifact, task.artifacts)),
            history=tuple(
                _message(each, task.id, task.context_id) for each in task.history
            ),
            metadata=task.metadata,
        )

    def reply(self, task: own.Task) -> StreamResponse:
        return StreamResponse(task=self.task(task))

    def told(self, news: own.Task | own.Update) -> StreamResponse:
        match news:
            case own.Task():
                return StreamResponse(task=self.task(news))
            case own.StatusUpdate():
                return StreamResponse(
                    status_update=TaskStatusUpdateEvent(
                        task_id=news.task_id,
                        context_id=news.context_id,
                        status=_status(news.status, news.task_id, news.context_id),
                        metadata=news.metadata,
                    )
                )
            case own.ArtifactUpdate():
                return StreamResponse(
                    artifact_update=TaskArtifactUpdateEvent(
                        task_id=news.task_id,
                        context_id=news.context_id,
                        artifact=_artifact(news.artifact),
                        append=news.append,
                        last_chunk=news.last_chunk,
                    )
                )
            case _ as unreachable:
                assert_never(unreachable)


def _status(status: own.Status, task_id: str, context_id: str) -> TaskStatus:
    said = status.message
    return TaskStatus(
        state=f"TASK_STATE_{status.state.upper()}",
        timestamp=timestamp(status.timestamp),
        message=None if said is None else _message(said, task_id, context_id),
    )


def _message(message: own.Message, task_id: str, context_id: str) -> Message:
    return Message(
        message_id=message.id,
        role=ROLES[message.role],
        parts=(Part(text=message.text),),
        context_id=context_id,
        task_id=task_id,
    )


def _artifact(artifact: own.Artifact) -> Artifact:
    return Artifact(
        artifact_id=artifact.id,
        name=artifact.id,
        parts=(Part(text=artifact.text),),
        metadata={"preparatory": True} if artifact.preparatory else {},
    )
