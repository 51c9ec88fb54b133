"""Versions 0.2 and 0.3 of the protocol: objects name their kind."""

from __future__ import annotations

from typing import Annotated, Any, Literal, assert_never

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

Role = Literal["user", "agent"]
Length = Annotated[int, msgspec.Meta(ge=0)]


class Object(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of what has no kind."""


class Kinded(Object, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """Base of what names its kind."""


class TextPart(Kinded, frozen=True, kw_only=True, tag="text"):
    text: str


class FilePart(Kinded, frozen=True, kw_only=True, tag="file"):
    """Refused by name."""


class DataPart(Kinded, frozen=True, kw_only=True, tag="data"):
    """As FilePart."""


class Message(Kinded, frozen=True, kw_only=True, tag="message"):
    message_id: str
    role: Role
    parts: tuple[TextPart | FilePart | DataPart, ...]
    context_id: str | None = None
    task_id: str | None = None
    metadata: dict[str, Any] | None = None


class Configuration(Object, frozen=True, kw_only=True):
    accepted_output_modes: tuple[str, ...] | None = None
    blocking: bool | None = None
    history_length: Length | None = None
    push_notification_config: Any = None


class MessageSendParams(Object, frozen=True, kw_only=True):
    message: Message
    configuration: Configuration | None = None
    metadata: dict[str, Any] | None = None


class TaskQueryParams(Object, frozen=True, kw_only=True):
    id: str
    history_length: Length | None = None


class TaskStatus(Object, frozen=True, kw_only=True, omit_defaults=True):
    state: own.TaskState
    timestamp: str
    message: Message | None = None


class Artifact(Object, frozen=True, kw_only=True, omit_defaults=True):
    artifact_id: str
    name: str
    parts: tuple[TextPart, ...]
    metadata: dict[str, Any] = {}


class Task(Kinded, frozen=True, kw_only=True, tag="task"):
    id: str
    context_id: str
    status: TaskStatus
    artifacts: tuple[Artifact, ...] = ()
    history: tuple[Message, ...] = ()
    metadata: dict[str, Any] = {}


class TaskStatusUpdateEvent(Kinded, frozen=True, kw_only=True, tag="status-update"):
    task_id: str
    context_id: str
    status: TaskStatus
    final: bool
    metadata: dict[str, Any] = {}


class TaskArtifactUpdateEvent(Kinded, frozen=True, kw_only=True, tag="artifact-update"):
    task_id: str
    context_id: str
    artifact: Artifact
    append: bool
    last_chunk: bool


class Version0:
    """Implements wire.Wire."""

    def sent(self, params: Any) -> Sent:
        asked = converted(params, MessageSendParams)
        message = asked.message
        how = asked.configuration or Configuration()
        check_role(message.role == "user")
        check_configuration(
            how.accepted_output_modes or (), how.push_notification_config is not None
        )
        return Sent(
            client_message_id=client_message_id(message.message_id),
            text=text_of(
                part.text if isinstance(part, TextPart) else None
                for part in message.parts
            ),
            context_id=message.context_id or None,
            task_id=message.task_id or None,
            blocking=how.blocking is not False,
            history_length=how.history_length,
            options=options_of(asked.metadata, message.metadata),
        )

    def named(self, params: Any) -> Named:
        asked = converted(params, TaskQueryParams)
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

    def reply(self, task: own.Task) -> Task:
        return self.task(task)

    def told(
        self, news: own.Task | own.Update
    ) -> Task | TaskStatusUpdateEvent | TaskArtifactUpdateEvent:
        match news:
            case own.Task():
                return self.task(news)
            case own.StatusUpdate():
                return TaskStatusUpdateEvent(
                    task_id=news.task_id,
                    context_id=news.context_id,
                    status=_status(news.status, news.task_id, news.context_id),
                    final=news.final,
                    metadata=news.metadata,
                )
            case own.ArtifactUpdate():
                return TaskArtifactUpdateEvent(
                    task_id=news.task_id,
                    context_id=news.context_id,
                    artifact=_artifact(news.artifact),
                    append=news.append,
                    last_chunk=news.last_chunk,
                )
            case _ as unreachable:
                assert_never(unreachable)


def _status(status: own.Status, task_id: str, context_id: str) -> TaskStatus:
    said = status.message
    return TaskStatus(
        state=status.state,
        timestamp=timestamp(status.timestamp),
        message=None if said is None else _message(said, task_id, context_id),
    )


def _message(message: own.Message, task_id: str, context_id: str) -> Message:
    return Message(
        message_id=message.id,
        role=message.role,
        parts=(TextPart(text=message.text),),
        context_id=context_id,
        task_id=task_id,
    )


def _artifact(artifact: own.Artifact) -> Artifact:
    return Artifact(
        artifact_id=artifact.id,
        name=artifact.id,
        parts=(TextPart(text=artifact.text),),
        metadata={"preparatory": True} if artifact.preparatory else {},
    )
