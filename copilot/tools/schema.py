"""Arguments of tools: their JSON Schema for models and other programs, and their strict reading."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from copilot.tools.finding import Document
from copilot.tools.tool import AnyTool, Args
from engine.model.refusal import Code, Refusal, Refused

MOST_BYTES = 16 * 1024
"""Of arguments as JSON."""
_KINDS = (
    ("missing required field", Code.MISSING_FIELD),
    ("unknown field", Code.UNKNOWN_FIELD),
    ("Invalid enum value", Code.ENUM_ERROR),
    ("matching regex", Code.OUT_OF_RANGE),
    ("of length", Code.OUT_OF_RANGE),
    ("`int` >", Code.OUT_OF_RANGE),
    ("`int` <", Code.OUT_OF_RANGE),
)
_FIELD = re.compile(r"`\$\.?([^`]*)`|field `([^`]*)`")


def schema(tool: AnyTool) -> Document:
    """JSON Schema (2020-12) of a tool's arguments, whole: no references, nothing beyond what is named."""
    document = msgspec.json.schema(tool.args)
    parts: Document = document.pop("$defs", {})
    whole = _inlined(document, parts)
    whole.pop("title", None)
    whole.pop("description", None)
    return {"type": "object", "properties": {}, "required": [], "additionalProperties": False, **whole}


def _inlined(value: Any, parts: Document) -> Any:
    if isinstance(value, dict):
        name = value.get("$ref")
        if name is not None:
            return _inlined(parts[name.rsplit("/", 1)[1]], parts)
        whole = {key: _inlined(each, parts) for key, each in value.items() if key != "title"}
        for kind in whole.get("anyOf", ()):  # what may be left out says of itself what its kind says
            whole |= {key: kind.pop(key) for key in ("description", "examples") if key in kind}
        return whole
    if isinstance(value, list):
        return [_inlined(each, parts) for each in value]
    return value


def read_args(tool: AnyTool, payload: bytes | str | Document) -> Args:
    """The arguments of a call, strictly. Raises Refused with the field at fault."""
    try:
        raw = msgspec.json.encode(payload) if isinstance(payload, dict) else payload
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise _refused(tool, Code.MALFORMED_JSON, "the arguments are not JSON") from error
    raw = raw.encode() if isinstance(raw, str) else raw
    if len(raw) > MOST_BYTES:
        raise _refused(tool, Code.PAYLOAD_TOO_LARGE, f"the arguments are over {MOST_BYTES // 1024} KiB")
    try:
        read: Args = msgspec.json.decode(raw or b"{}", type=tool.args)
    except msgspec.ValidationError as error:
        raise _invalid(tool, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused(tool, Code.MALFORMED_JSON, "the arguments are not JSON") from error
    return read


def _invalid(tool: AnyTool, message: str) -> Refused:
    code = next((code for words, code in _KINDS if words in message), Code.TYPE_ERROR)
    found = _FIELD.search(message)
    field = next((part for part in found.groups() if part), None) if found else None
    return _refused(tool, code, f"{tool.name}: {message[:1].lower()}{message[1:200]}", field)


def _refused(tool: AnyTool, code: Code, message: str, field: str | None = None) -> Refused:
    return Refused(Refusal(code, message, fix=f"`vterm tools show {tool.name}` has the arguments", field=field))
