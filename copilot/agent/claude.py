"""The Messages API of Anthropic through its SDK, which is imported in a thread when the first step is asked for.

The SDK's own retries are off: the loop tries again, within the turn's time. What never changes between steps (tools,
system prompt) and the conversation so far are marked for the provider's prompt cache.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from copilot.agent.assembly import Assembly
from copilot.agent.port import Done, Found, Message, Opaque, Part, Piece, Request, Spent, Use, Words
from copilot.agent.trouble import broken_off, check, no_key, of_kind, of_status, unreadable
from copilot.tools.finding import Document

HOME = "https://api.anthropic.com"
MODEL = "claude-sonnet-5-5"
SILENT_S = 20.0
"""Without a byte for so long (the API pings), a connection counts as dead."""
_STOPS = {"tool_use": "tools", "max_tokens": "length", "model_context_window_exceeded": "length",
          "pause_turn": "pause", "refusal": "refusal"}  # fmt: skip
_CACHED = {"type": "ephemeral"}


class Claude:
    """One client, made at the first step."""

    def __init__(self, name: str, key: str, base_url: str = "", *, silent_s: float = SILENT_S) -> None:
        self.label = f"{name or MODEL} (Anthropic)"
        self._name, self._key, self._base_url, self._silent_s = name or MODEL, key, base_url or HOME, silent_s
        self._client: Any = None

    async def step(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See copilot.agent.port.Model."""
        if not self._key and self._base_url == HOME:
            raise no_key("Anthropic")
        check(self._base_url, self._key)
        sdk = await asyncio.to_thread(importlib.import_module, "anthropic")
        wire = importlib.import_module("httpx2")
        if self._client is None:
            self._client = await asyncio.to_thread(self._made, sdk, wire)
        try:
            async with self._client.messages.stream(**_body(self._name, request)) as stream:
                async for piece in _pieces(stream):
                    yield piece
        except sdk.APIStatusError as error:
            raise self._status(error) from error
        except sdk.APITimeoutError as error:
            raise broken_off(f"said nothing for {self._silent_s:g} s") from error
        except (sdk.APIError, wire.HTTPError, wire.StreamError) as error:
            silent = isinstance(error, wire.TimeoutException)
            raise broken_off(f"said nothing for {self._silent_s:g} s" if silent else "cut the connection") from error

    async def close(self) -> None:
        """Give back connections."""
        if self._client is not None:
            await self._client.close()

    def _made(self, sdk: Any, wire: Any) -> Any:
        waits = wire.Timeout(self._silent_s, connect=min(5.0, self._silent_s))
        return sdk.AsyncAnthropic(api_key=self._key or "none", base_url=self._base_url, max_retries=0, timeout=waits)

    def _status(self, error: Any) -> Exception:
        if error.status_code < 400:  # the stream had begun well
            return of_kind(error.type, error.api_message, self._key)
        return of_status(error.status_code, error.api_message or error.type, self._key, error.response.headers)


async def _pieces(stream: Any) -> AsyncGenerator[Piece, None]:
    step, stop, output, here = Assembly(), "", 0, None
    events = aiter(stream)
    while True:
        try:
            event = await anext(events, None)
        except (ValueError, TypeError, LookupError, AttributeError, RuntimeError) as error:
            if not isinstance(error, ValueError) or not step.has(here):
                raise unreadable("an event is not of the documented shape") from error
            step.spoil(here)  # the SDK gives up at arguments that are no JSON: the model is told, and may mend them
            yield Done("tools", step.parts(), step.dropped)
            return
        if event is None or event.type == "message_stop":
            break
        if event.type == "message_start":
            yield Spent(input=_read(event.message.usage))
        elif event.type == "content_block_start":
            here = event.index
            if event.content_block.type == "tool_use":
                step.use(here, event.content_block.id, event.content_block.name)
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            step.words(event.index, event.delta.text)
            yield Words(event.delta.text)
        elif event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            if not step.more(event.index, event.delta.partial_json):
                yield Done("tools", step.parts(), step.dropped)
                return
        elif event.type == "content_block_stop":
            here = None
            if event.content_block.type not in ("text", "tool_use"):
                step.opaque(event.index, event.content_block.to_dict())
        elif event.type == "message_delta":
            stop = event.delta.stop_reason or stop
            yield Spent(output=max(0, event.usage.output_tokens - output))
            output = max(output, event.usage.output_tokens)
    if not stop:
        raise broken_off("ended its answer in the middle")
    yield Done(_STOPS.get(stop, "end"), step.parts(), step.dropped)


def _read(usage: Any) -> int:
    kinds = (usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens)
    return sum(kind or 0 for kind in kinds)


def _body(name: str, request: Request) -> Document:
    messages = [_message(message) for message in request.messages]
    messages[-1]["content"][-1]["cache_control"] = _CACHED
    tools: list[Document] = [
        {"name": offer.name, "description": offer.description, "input_schema": offer.schema} for offer in request.offers
    ]
    body: Document = {
        "model": name,
        "max_tokens": request.most_tokens,
        "system": [{"type": "text", "text": request.system, "cache_control": _CACHED}],
        "messages": messages,
    }
    if tools:
        tools[-1]["cache_control"] = _CACHED
        body["tools"] = tools
        body["tool_choice"] = {"type": "none" if request.closed else "auto"}
    return body


def _message(message: Message) -> Document:
    return {"role": message.role, "content": [_block(part) for part in message.parts]}


def _block(part: Part) -> Document:
    if isinstance(part, Words):
        return {"type": "text", "text": part.text}
    if isinstance(part, Use):
        return {"type": "tool_use", "id": part.call, "name": part.tool, "input": object_of(part.args)}
    if isinstance(part, Found):
        return {"type": "tool_result", "tool_use_id": part.call, "content": part.text, "is_error": not part.ok}
    assert isinstance(part, Opaque)
    return dict(part.block)


def object_of(args: str) -> Document:
    """Arguments as an object, empty where they are none: a conversation is sent back only with what can be read."""
    try:
        found = msgspec.json.decode(args)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
