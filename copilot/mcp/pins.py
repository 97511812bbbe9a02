"""Other programs' MCP servers as a person added them: their commands, and what their tools were at that time.

A server is pinned by one hash over its command and every tool's name, description and schema. Whatever of it changes,
the hash changes, and all of its tools are off until a person has agreed to the new one.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import msgspec

from copilot.tools.finding import Document
from engine.model.refusal import Code, Refusal, Refused, refuse

FILE = "mcp.json"
MOST_FILE, MOST_SERVERS, MOST_TOOLS = 4 * 1024 * 1024, 16, 64
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,15}$")
_TAKEN = frozenset({"vterm", "mcp", "desk", "copilot", "tool", "human"})


class OtherTool(msgspec.Struct, frozen=True):
    """A tool of another server, in that server's own words: foreign text, never shown without `safe`."""

    name: str
    description: str
    schema: Document


class OtherServer(msgspec.Struct, frozen=True):
    """A server by the name that a person gave it; `command` is run as it is, without a shell."""

    name: str
    command: tuple[str, ...]
    tools: tuple[OtherTool, ...]

    @property
    def hash(self) -> str:
        """SHA-256 over command and tools, in one spelling."""
        body = (self.command, sorted(self.tools, key=lambda tool: tool.name))
        return hashlib.sha256(msgspec.json.encode(body, order="deterministic")).hexdigest()


def checked_name(name: str) -> str:
    """A server's name: lower-case letters, digits, dashes. Raises Refused."""
    if not _NAME.match(name) or name in _TAKEN:
        fix = "use up to 16 lower-case letters, digits and dashes"
        raise refuse(Code.OUT_OF_RANGE, "that is no name for a server", fix=fix, field="name")
    return name


class ServerBook:
    """HOME/mcp.json. Methods raise Refused."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def servers(self) -> dict[str, OtherServer]:
        """All of them, by name."""
        try:
            with open(self._path, "rb") as file:
                rows = msgspec.json.decode(file.read(MOST_FILE), type=list[OtherServer])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = Refusal(Code.MALFORMED_JSON, f"{FILE} cannot be read", str(error)[:100], "mend or remove it")
            raise Refused(why) from None
        return {checked_name(row.name): row for row in rows}

    def keep(self, server: OtherServer) -> None:
        """Add a server, or replace the one of its name."""
        known = self.servers() | {checked_name(server.name): server}
        if len(known) > MOST_SERVERS:
            raise refuse(Code.OUT_OF_RANGE, f"there are {MOST_SERVERS} servers already", fix="remove one")
        self._write(known)

    def remove(self, name: str) -> None:
        """Forget a server."""
        known = self.servers()
        if name not in known:
            raise refuse(Code.UNKNOWN_TOOL, "there is no such server", fix="vterm copilot mcp list shows them")
        del known[name]
        self._write(known)

    def _write(self, known: dict[str, OtherServer]) -> None:
        part = self._path.with_suffix(".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(list(known.values())))
        part.replace(self._path)
