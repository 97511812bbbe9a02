"""Which part of the system may use which verb of signing. Text, tools and models read and propose; that is all."""

from __future__ import annotations

import enum

from engine.signing.codes import Denied, SigningCode


class Caller(enum.StrEnum):
    """Who is calling."""

    PERSON = "person"
    SIGNER = "signer"
    COPILOT = "copilot"
    TOOL = "tool"
    MCP = "mcp"
    STRATEGY = "strategy"
    WEBHOOK = "webhook"
    API_KEY = "api"


class Verb(enum.StrEnum):
    """What can be done with a proposal."""

    READ = "read"
    PROPOSE = "propose"
    PRESENT = "present"
    SUBMIT = "submit"
    DECLINE = "decline"
    SIGN = "sign"


MAY: dict[Caller, frozenset[Verb]] = {
    Caller.PERSON: frozenset(Verb) - {Verb.SIGN},
    Caller.SIGNER: frozenset({Verb.SIGN}),
    Caller.COPILOT: frozenset({Verb.READ, Verb.PROPOSE}),
    Caller.TOOL: frozenset({Verb.PROPOSE}),
    Caller.MCP: frozenset({Verb.READ, Verb.PROPOSE}),
    Caller.STRATEGY: frozenset({Verb.PROPOSE}),
    Caller.WEBHOOK: frozenset(),
    Caller.API_KEY: frozenset({Verb.READ}),
}
_SEES_TOOLS = frozenset({Caller.COPILOT, Caller.TOOL, Caller.MCP})


def permit(caller: Caller, verb: str) -> Denied | None:
    """Why a caller may not use a verb, or None. For callers of tools, what they may not do does not exist."""
    if verb in {one.value for one in MAY[caller]}:
        return None
    if caller in _SEES_TOOLS:
        cause = "tools read and propose; nothing else has a name here"
        return Denied(SigningCode.UNKNOWN_TOOL, "there is no such tool", cause, "propose it; a person signs")
    cause = f"a {caller} has no right to {verb if verb in set(Verb) else 'that'}"
    return Denied(SigningCode.NOT_AUTHORISED, "that may not be done from here", cause, "propose it; a person signs")
