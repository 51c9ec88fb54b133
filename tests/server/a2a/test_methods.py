from __future__ import annotations

import pytest

from jupyter_llmchat.server.a2a.methods import Verb, method_of
from jupyter_llmchat.server.a2a.rpc import Kind, RpcError
from jupyter_llmchat.server.a2a.wire_v0 import Version0
from jupyter_llmchat.server.a2a.wire_v1 import Version1

NAMES = {
    Verb.SEND: ("message/send", "SendMessage"),
    Verb.STREAM: ("message/stream", "SendStreamingMessage"),
    Verb.GET: ("tasks/get", "GetTask"),
    Verb.CANCEL: ("tasks/cancel", "CancelTask"),
    Verb.LISTEN: ("tasks/resubscribe", "SubscribeToTask"),
}


@pytest.mark.parametrize("verb", Verb)
def test_each_verb_has_a_name_in_both_versions(verb: Verb) -> None:
    old, new = NAMES[verb]
    assert method_of(old, "").verb is method_of(new, "").verb is verb
    assert isinstance(method_of(old, "").wire, Version0)
    assert isinstance(method_of(new, "").wire, Version1)


def test_two_verbs_are_answered_by_streams() -> None:
    assert {each for each in Verb if each.streams} == {Verb.STREAM, Verb.LISTEN}


@pytest.mark.parametrize("version", ["", "0.2", "0.3.0", "1", "1.0", "1.2.3"])
def test_known_versions_are_let_in(version: str) -> None:
    assert method_of("GetTask", version).verb is Verb.GET


@pytest.mark.parametrize("version", ["2.0", "10.0", "1.x", "1.0.0.0", "1." + "9" * 99])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(RpcError) as caught:
        method_of("GetTask", version)
    assert caught.value.kind is Kind.VERSION_NOT_SUPPORTED


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tasks/pushNotificationConfig/set", Kind.PUSH_NOT_SUPPORTED),
        ("CreateTaskPushNotificationConfig", Kind.PUSH_NOT_SUPPORTED),
        ("ListTasks", Kind.UNSUPPORTED_OPERATION),
        ("GetExtendedAgentCard", Kind.UNSUPPORTED_OPERATION),
        ("agent/getAuthenticatedExtendedCard", Kind.UNSUPPORTED_OPERATION),
        ("getTask", Kind.METHOD_NOT_FOUND),
        ("", Kind.METHOD_NOT_FOUND),
    ],
)
def test_what_is_not_offered_is_named(name: str, kind: Kind) -> None:
    with pytest.raises(RpcError) as caught:
        method_of(name, "")
    assert caught.value.kind is kind
    assert caught.value.hint
