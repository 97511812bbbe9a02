"""Chat completions, as OpenAI documents them and local servers answer them, at any base URL."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import msgspec

from copilot.agent.assembly import Assembly
from copilot.agent.claude import SILENT_S, object_of
from copilot.agent.port import Done, Found, Message, Piece, Request, Spent, Use, Words
from copilot.agent.trouble import broken_off, check, no_key, of_kind, of_status, unreadable
from copilot.tools.finding import Document

HOME = "https://api.openai.com/v1"
_STOPS = {"tool_calls": "tools", "function_call": "tools", "length": "length", "content_filter": "refusal"}


class Completions:
    """One client, made at the first step."""

    def __init__(self, name: str, key: str, base_url: str = "", *, silent_s: float = SILENT_S) -> None:
        self.label = f"{name or 'a model'} ({'OpenAI' if not base_url else 'own endpoint'})"
        self._name, self._key, self._silent_s = name, key, silent_s
        self._base_url = (base_url or HOME).rstrip("/")
        self._client: Any = None

    async def step(self, request: Request) -> AsyncGenerator[Piece, None]:
        """See copilot.agent.port.Model."""
        if not self._key and self._base_url == HOME:
            raise no_key("OpenAI")
        check(self._base_url, self._key)
        wire = await asyncio.to_thread(importlib.import_module, "httpx2")
        if self._client is None:
            waits = wire.Timeout(self._silent_s, connect=min(5.0, self._silent_s))
            heads = {"authorization": f"Bearer {self._key}"} if self._key else {}
            self._client = await asyncio.to_thread(wire.AsyncClient, timeout=waits, headers=heads)
        body = _body(self._name, request, own=self._base_url != HOME)
        try:
            async with self._client.stream("POST", f"{self._base_url}/chat/completions", json=body) as response:
                if response.status_code >= 300:
                    said = _said((await response.aread())[:4_096])
                    raise of_status(response.status_code, said, self._key, response.headers)
                async for piece in self._pieces(wire.EventSource(response)):
                    yield piece
        except wire.SSEError as error:
            raise unreadable("it is no stream of events") from error
        except wire.TimeoutException as error:
            raise broken_off(f"said nothing for {self._silent_s:g} s") from error
        except (wire.HTTPError, wire.StreamError) as error:
            raise broken_off("cannot be reached, or cut the connection") from error

    async def close(self) -> None:
        """Give back connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _pieces(self, events: Any) -> AsyncGenerator[Piece, None]:
        step, stop, whole, told = Assembly(), "", False, _Usage()
        calls = _Calls(step)
        async for event in events:
            if event.data.strip() == "[DONE]":
                whole = True
                break
            chunk = _chunk(event.data)
            if chunk.error is not None:
                raise of_kind(chunk.error.get("type") or chunk.error.get("code"), chunk.error.get("message"), self._key)
            if chunk.usage is not None:
                yield chunk.usage.beyond(told)  # some servers tell the sum with every chunk
                told = chunk.usage
            for choice in chunk.choices[:1]:
                stop = choice.finish_reason or stop
                if choice.delta.content:
                    step.words("text", choice.delta.content)
                    yield Words(choice.delta.content)
                if not calls.take(choice.delta.tool_calls or ()):
                    yield Done("tools", step.parts(), step.dropped)
                    return
        if not stop and not whole:
            raise broken_off("ended its answer in the middle")
        yield Done("tools" if step.uses and stop != "length" else _STOPS.get(stop, "end"), step.parts(), step.dropped)


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function = msgspec.field(default_factory=_Function)


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def beyond(self, told: _Usage) -> Spent:
        """What was not told yet."""
        return Spent(max(0, self.prompt_tokens - told.prompt_tokens),
                     max(0, self.completion_tokens - told.completion_tokens))  # fmt: skip


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Document | None = None


def _chunk(data: str) -> _Chunk:
    try:
        return msgspec.json.decode(data, type=_Chunk)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise unreadable("a chunk is not of the documented shape") from error


class _Calls:
    """Which call a fragment belongs to: by its index; where a server gives none, or the same to all, by its id."""

    def __init__(self, step: Assembly) -> None:
        self._step = step
        self._begun: dict[int | None, tuple[int, str | None]] = {}
        self._count = 0

    def take(self, calls: Sequence[_Call]) -> bool:
        """False once the arguments of one are too long to be any."""
        for call in calls:
            if call.function.name and self._fresh(call):
                self._count += 1
                self._begun[call.index] = (self._count, call.id)
                self._step.use(("call", self._count), call.id or "", call.function.name)
            slot = self._begun.get(call.index, (0, None))[0]
            if call.function.arguments and not self._step.more(("call", slot), call.function.arguments):
                return False
        return True

    def _fresh(self, call: _Call) -> bool:
        known = self._begun.get(call.index)
        return known is None or call.index is None or (call.id is not None and call.id != known[1])


def _said(raw: bytes) -> str:
    try:
        document = msgspec.json.decode(raw)
        error = document.get("error", document) if isinstance(document, dict) else {}
        return str(error.get("message", "") if isinstance(error, dict) else error)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""


def _body(name: str, request: Request, *, own: bool) -> Document:
    messages: list[Document] = [{"role": "system", "content": request.system}]
    for message in request.messages:
        messages += _messages(message)
    body: Document = {
        "model": name,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens" if own else "max_completion_tokens": request.most_tokens,
    }
    if request.offers:
        body["tools"] = [
            {"type": "function",
             "function": {"name": offer.name, "description": offer.description, "parameters": offer.schema}}
            for offer in request.offers
        ]  # fmt: skip
        body["tool_choice"] = "none" if request.closed else "auto"
    return body


def _messages(message: Message) -> list[Document]:
    text = "\n\n".join(part.text for part in message.parts if isinstance(part, Words))
    found: list[Document] = [
        {"role": "tool", "tool_call_id": part.call, "content": part.text}
        for part in message.parts
        if isinstance(part, Found)
    ]
    uses = [
        {"id": part.call, "type": "function",
         "function": {"name": part.tool, "arguments": msgspec.json.encode(object_of(part.args)).decode()}}
        for part in message.parts
        if isinstance(part, Use)
    ]  # fmt: skip
    said: Document = {"role": message.role, "content": text, **({"tool_calls": uses} if uses else {})}
    return [*found, *([said] if text or uses else [])]
