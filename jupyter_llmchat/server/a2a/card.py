"""The agent card: what others find out about us before they ask anything."""

from __future__ import annotations

import msgspec

from jupyter_llmchat._version import __version__

from .wire import OUTPUT_MODES

_TOKEN = "The token of the Jupyter server."
_SCHEME = "jupyter"


class CardPart(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """Base of everything in a card."""


class Interface(CardPart, frozen=True, kw_only=True):
    """Where one version of the protocol is spoken."""

    url: str
    protocol_binding: str
    protocol_version: str


class Capabilities(CardPart, frozen=True, kw_only=True, omit_defaults=False):
    streaming: bool = True
    push_notifications: bool = False
    state_transition_history: bool = False
    """In 0.x only."""
    extended_agent_card: bool = False


class Bearer(CardPart, frozen=True, kw_only=True):
    scheme: str
    description: str


class BearerScheme(CardPart, frozen=True, kw_only=True, tag="http", tag_field="type"):
    """In the words of 0.x, and below `http_auth_security_scheme` in those of 1."""

    scheme: str
    description: str
    http_auth_security_scheme: Bearer


class Scopes(CardPart, frozen=True, kw_only=True, omit_defaults=False):
    list: tuple[str, ...] = ()


class Requirement(CardPart, frozen=True, kw_only=True):
    schemes: dict[str, Scopes]


class Skill(CardPart, frozen=True, kw_only=True):
    id: str
    name: str
    description: str
    tags: tuple[str, ...]
    examples: tuple[str, ...]


class Card(CardPart, frozen=True, kw_only=True):
    """What versions 0.2, 0.3 and 1 each look for; each leaves the rest unread."""

    name: str
    description: str
    version: str
    supported_interfaces: tuple[Interface, ...]
    capabilities: Capabilities
    default_input_modes: tuple[str, ...]
    default_output_modes: tuple[str, ...]
    skills: tuple[Skill, ...]
    security_schemes: dict[str, BearerScheme]
    security_requirements: tuple[Requirement, ...]
    # What follows is read by 0.x.
    url: str
    preferred_transport: str
    protocol_version: str
    security: tuple[dict[str, tuple[str, ...]], ...]


def card(url: str) -> Card:
    """The card of an agent that is called at `url`."""
    bearer = Bearer(scheme="bearer", description=_TOKEN)
    return Card(
        name="Jupyter LLM chat",
        description="Answers questions about code, data and notebooks in stages, with "
        "a language model on the machine that Jupyter runs on.",
        version=__version__,
        supported_interfaces=tuple(
            Interface(url=url, protocol_binding="JSONRPC", protocol_version=each)
            for each in ("1.0", "0.3")
        ),
        capabilities=Capabilities(),
        default_input_modes=("text/plain",),
        default_output_modes=OUTPUT_MODES,
        skills=(_SKILL,),
        security_schemes={
            _SCHEME: BearerScheme(
                scheme=bearer.scheme,
                description=bearer.description,
                http_auth_security_scheme=bearer,
            )
        },
        security_requirements=(Requirement(schemes={_SCHEME: Scopes()}),),
        url=url,
        preferred_transport="JSONRPC",
        protocol_version="0.3.0",
        security=({_SCHEME: ()},),
    )


_SKILL = Skill(
    id="answer",
    name="Answer a question",
    description="One artifact for each stage of the answer: analysis, reasoning, core, "
    "detail, conclusion, as far as the question takes them.",
    tags=("question", "python", "data", "notebook", "jupyter"),
    examples=("What does len() do?", "How do I read a CSV file in pandas?"),
)
