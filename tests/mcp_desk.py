"""How a test's MCP client comes to its desk: over a connection of its own, narrowed."""

from __future__ import annotations

from copilot.mcp.desk import NarrowPeerDesk, narrowed
from copilot.mcp.peer import Connect
from engine.client import wire
from tests.signed_desk import Person


def connector(person: Person) -> Connect:
    """Connects an origin to a person's desk."""

    async def connect(origin: str) -> NarrowPeerDesk:
        return await narrowed(lambda: wire.connect(person.desk.home), person.desk.account, origin)

    return connect
