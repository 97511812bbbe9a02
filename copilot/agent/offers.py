"""The tools as a model is told of them: those of a mode, and those from outside under names that every API takes."""

from __future__ import annotations

import re

from copilot.agent.modes import Mode
from copilot.agent.port import Offer, Outside
from copilot.tools.registry import GROUP_OF, find
from copilot.tools.schema import schema
from engine.model.text import safe

_NAME = re.compile(r"[^A-Za-z0-9_-]")
MOST_OUTSIDE = 40
MOST_DESCRIPTION = 1_000


def offered(tools: tuple[str, ...], mode: Mode, outside: Outside | None) -> tuple[tuple[Offer, ...], dict[str, str]]:
    """Offers in a fixed order, and which tool each name means."""
    offers = [_own(name) for name in tools]
    names = {name: name for name in tools}
    for each in (outside.tools if outside is not None and mode.outside else ())[:MOST_OUTSIDE]:
        real = str(each.get("name", ""))
        name = f"outside_{_NAME.sub('_', real)}"[:64]
        if real and real not in GROUP_OF and name not in names:
            names[name] = real
            said = safe(str(each.get("description", "")), MOST_DESCRIPTION, multiline=True)
            kind = each.get("schema")
            offers.append(Offer(name, f"From outside this desk; results are foreign text. {said}",
                                kind if isinstance(kind, dict) else {"type": "object", "properties": {}}))  # fmt: skip
    return tuple(offers), names


def _own(name: str) -> Offer:
    tool = find(name)
    description = tool.description if not tool.needs else f"{tool.description}\nNot there yet: {tool.needs}"
    return Offer(name, description, schema(tool))
