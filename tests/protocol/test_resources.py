from __future__ import annotations

import msgspec

from jupyter_llmchat.protocol import resources
from jupyter_llmchat.protocol.codec import decode, encode


def test_every_body_is_a_resource() -> None:
    structs = [
        each
        for each in vars(resources).values()
        if isinstance(each, type)
        and issubclass(each, msgspec.Struct)
        and each.__module__ == resources.__name__
    ]
    assert structs and all(issubclass(each, resources.Resource) for each in structs)


def test_a_body_survives_the_wire() -> None:
    status = resources.Status(
        version="1",
        protocol=1,
        model=resources.ModelStatus(state="ready", name="m", detail=""),
        store=resources.StoreStatus(kind="memory", path=None, detail="No folder."),
        turns_active=0,
    )
    assert decode(encode(status), resources.Status) == status


def test_a_body_is_complete_on_the_wire() -> None:
    body = resources.ModelStatus(state="starting", name="m", detail="")
    assert set(msgspec.json.decode(encode(body))) == set(body.__struct_fields__)
