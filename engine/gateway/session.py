"""One WebSocket: what a reader asks for, and what keeps it alive."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.failures import failure
from engine.gateway.hub import Hub
from engine.gateway.key_file import Key
from engine.gateway.key_headers import account_of, account_under, presented_by, sent_path
from engine.gateway.keys import Keys
from engine.gateway.message import Message
from engine.gateway.narrow import no_stream
from engine.gateway.seat import Seat
from engine.model.refusal import Code, Refused, refuse
from engine.ports import StoreError

PACKED = "vterm.msgpack"
PING_S = 5.0
MAX_CHANNELS = 64
MAX_SEATED = 512
LOOK_S = 0.5
"""How often a stream looks whether its key is still good."""
_TRY_AGAIN, _POLICY = 1013, 1008


class Request(msgspec.Struct):
    """What a client may say. Fields that later versions add are ignored."""

    action: str = ""
    type: str = ""
    channels: list[str] = []


async def stream(websocket: WebSocket) -> None:
    """Serve one reader until it goes away or cannot keep up."""
    hub: Hub = websocket.app.state.hub
    packed = PACKED in websocket.scope.get("subprotocols", ())
    keys: Keys = websocket.app.state.keys
    try:
        no_stream(websocket.scope)
        account, key = _who(websocket, keys)
    except (Refused, StoreError) as error:
        await _turn_away(websocket, error)
        return
    seat = Seat(account, packed=packed)
    await websocket.accept(subprotocol=PACKED if packed else None)
    send: Callable[[str | bytes], Awaitable[None]] = websocket.send_bytes if packed else websocket.send_text  # type: ignore[assignment]
    works = [seat.pump(send), _ping(hub, seat), _listen(websocket, hub, seat)]
    ended = asyncio.create_task(_until_over(keys, key)) if key is not None else None
    tasks = [*(asyncio.create_task(work) for work in works), *([ended] if ended else [])]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if seat.lost:
            await websocket.close(_TRY_AGAIN, "too slow")
        elif ended in done:
            await websocket.close(_POLICY, "the key was revoked or has expired")
        for task in done:
            _settle(task)
    finally:
        hub.leave(seat)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _who(websocket: WebSocket, keys: Keys) -> tuple[str, Key | None]:
    """The account that the reader reads, and the key that it proved by its upgrade request, if it presents one."""
    named = websocket.headers.get("x-vterm-account")
    key = keys.verify(presented_by(websocket.headers), "GET", sent_path(websocket.scope), b"")
    return (account_of(named), None) if key is None else (account_under(key, named), key)


async def _turn_away(websocket: WebSocket, error: Exception) -> None:
    """Answer the upgrade with the refusal instead."""
    known = failure(error)
    assert known is not None
    body, status, _ = known
    await websocket.send_denial_response(Response(msgspec.json.encode(body), status, media_type="application/json"))


async def _until_over(keys: Keys, key: Key) -> None:
    """Return when a key is no longer good."""
    while keys.alive(key):
        await asyncio.sleep(LOOK_S)


def _settle(task: asyncio.Task[None]) -> None:
    """Raise what ended a task, except that the reader has gone."""
    error = task.exception()
    if error is not None and not isinstance(error, WebSocketDisconnect):
        raise error


async def _ping(hub: Hub, seat: Seat) -> None:
    while True:
        await asyncio.sleep(PING_S)
        seat.put(Message({"type": "ping", "at": hub.view.clock().get("now")}))


async def _listen(websocket: WebSocket, hub: Hub, seat: Seat) -> None:
    while True:
        frame = await websocket.receive()
        if frame["type"] == "websocket.disconnect":
            return
        try:
            _obey(hub, seat, _read(frame))
        except Refused as refused:
            seat.put(_error(refused))


def _read(frame: Any) -> Request:
    text, data = frame.get("text"), frame.get("bytes")
    try:
        if text is not None:
            return msgspec.json.decode(text, type=Request)
        return msgspec.msgpack.decode(data, type=Request)
    except msgspec.ValidationError as error:
        raise refuse(Code.TYPE_ERROR, str(error), fix='send {"action": "subscribe", "channels": […]}') from None
    except (ValueError, RecursionError):
        raise refuse(Code.MALFORMED_JSON, "the frame is not one JSON object", fix="send one object a frame") from None


def _obey(hub: Hub, seat: Seat, request: Request) -> None:
    if request.action not in ("subscribe", "unsubscribe"):
        if request.type == "pong" and not request.action:
            return
        fix = "actions are subscribe and unsubscribe"
        raise refuse(Code.ENUM_ERROR, "there is no such action", fix=fix, field="action")
    if len(request.channels) > MAX_CHANNELS:
        fix = f"send at most {MAX_CHANNELS} channels a message"
        raise refuse(Code.OUT_OF_RANGE, "too many channels in one message", fix=fix, field="channels")
    for name in request.channels:
        if request.action == "unsubscribe":
            hub.unsubscribe(seat, name)
            continue
        try:
            if len(seat.channels) >= MAX_SEATED and name not in seat.channels:
                fix = "unsubscribe some, or open another connection"
                raise refuse(Code.OUT_OF_RANGE, f"a connection carries {MAX_SEATED} channels at most", fix=fix)
            hub.subscribe(seat, name)
        except Refused as refused:
            seat.put(_error(refused, name))


def _error(refused: Refused, channel: str = "") -> Message:
    document: dict[str, Any] = {"type": "error", **refused.refusal.document()}
    if channel:
        document["channel"] = channel[:80]
    return Message(document)
