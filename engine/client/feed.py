"""One subscription that heals itself: whole, verified books and everything else, in one iterator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from engine.client.answer import refused_by
from engine.client.book import OutOfStep, SyncedBook
from engine.client.signer import Signer
from engine.client.wire import connect
from engine.desk import DeskUnreachable, Document
from engine.home import Home

LIVE, SYNCING, RECONNECTING = "LIVE", "SYNCING", "RECONNECTING"
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 2.0
PATH = "/v1/stream"
PACKED = Subprotocol("vterm.msgpack")
Wake = Callable[[], Awaitable[object]]


class Feed:
    """Frames of `channels` for `account`. `resyncs` counts the books that were lost and seeded again."""

    def __init__(
        self, home: Home, account: str, channels: Sequence[str], wake: Wake, signer: Signer | None = None
    ) -> None:
        self._home, self._account, self._channels, self._wake = home, account, tuple(channels), wake
        self._signer = signer
        self._books: dict[str, SyncedBook] = {}
        self._ids: dict[int, str] = {}
        self._awaited: set[str] = set()
        self._refused: set[str] = set()
        self.connected = False
        self.resyncs = 0

    @property
    def state(self) -> str:
        """LIVE, SYNCING (a book waits for its snapshot) or RECONNECTING."""
        if not self.connected:
            return RECONNECTING
        return SYNCING if self._awaited else LIVE

    async def frames(self) -> AsyncIterator[Document]:
        """Frames until closed. After a break: a {"type": "state", "state"} frame, then everything anew.

        Raises Refused where the desk does not let this reader in.
        """
        wait = FIRST_WAIT_S
        while True:
            try:
                async with unix_connect(
                    uri=f"ws://vterm{PATH}",
                    sock=await connect(self._home),
                    subprotocols=[PACKED],
                    compression=None,
                    max_size=1_048_576,
                    additional_headers=self._headers(),
                ) as socket:
                    wait = FIRST_WAIT_S
                    async for frame in self._session(socket):
                        yield frame
            except InvalidStatus as error:
                if error.response.status_code in (401, 403) and error.response.body:
                    raise refused_by(msgspec.json.decode(error.response.body)) from None
            except (DeskUnreachable, ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                pass
            if self.connected or wait == FIRST_WAIT_S:
                self.connected = False
                self._books.clear()
                yield {"type": "state", "state": RECONNECTING}
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
            await self._revive()

    def _headers(self) -> dict[str, str]:
        signed = self._signer.headers("GET", PATH) if self._signer is not None else {}
        return {"X-VTerm-Account": self._account, **signed}

    async def _revive(self) -> None:
        try:
            await self._wake()
        except DeskUnreachable:
            return  # the next round tries again; the reader has been told that this one is not live

    async def _session(self, socket: ClientConnection) -> AsyncIterator[Document]:
        self._ids.clear()
        self._awaited = {name for name in self._channels if name.startswith("orderbook:")} - self._refused
        for start in range(0, len(self._channels), 64):
            await self._say(socket, "subscribe", self._channels[start : start + 64])
        self.connected = True
        told = ""
        async for data in socket:
            for message in _messages(data):
                for frame in await self._take(socket, message):
                    yield frame
            if self.state != told:
                told = self.state
                yield {"type": "state", "state": told}

    async def _take(self, socket: ClientConnection, message: Any) -> list[Document]:
        if isinstance(message, list):
            return await self._delta(socket, message)
        kind = message.get("type")
        if kind == "snapshot":
            return await self._snapshot(socket, message)
        if kind == "ping":
            await socket.send(msgspec.msgpack.encode({"type": "pong"}))
            return []
        if kind == "own":
            book = self._books.get(message["channel"])
            if book is None:
                return []
            book.own = message["own"]
            return [book.frame()]
        if kind == "error" and message.get("channel"):
            self._refused.add(message["channel"])
            self._books.pop(message["channel"], None)
            self._awaited.discard(message["channel"])
        return [message]

    async def _snapshot(self, socket: ClientConnection, message: dict[str, Any]) -> list[Document]:
        name = message["channel"]
        self._ids[message["id"]] = name
        try:
            book = SyncedBook(message)
        except OutOfStep as lost:
            return await self._lose(socket, name, lost)
        self._books[name] = book
        self._awaited.discard(name)
        return [book.frame()]

    async def _delta(self, socket: ClientConnection, message: list[Any]) -> list[Document]:
        number, seq, prev, crc, bids, asks = message
        name = self._ids.get(number, "")
        book = self._books.get(name)
        if book is None:
            return []
        try:
            return [book.frame()] if book.apply(seq, prev, crc, bids, asks) else []
        except OutOfStep as lost:
            return await self._lose(socket, name, lost)

    async def _lose(self, socket: ClientConnection, name: str, lost: OutOfStep) -> list[Document]:
        """Clear the book, ask for a fresh snapshot, and say so."""
        self._books.pop(name, None)
        self._awaited.add(name)
        self.resyncs += 1
        await self._say(socket, "subscribe", [name])
        empty: dict[str, Any] = {"bids": [], "asks": [], "own": []}
        return [{"type": "book", "channel": name, "seq": None, "state": SYNCING, "reason": lost.reason, **empty}]

    async def _say(self, socket: ClientConnection, action: str, channels: Sequence[str]) -> None:
        await socket.send(msgspec.msgpack.encode({"action": action, "channels": channels}))


def _messages(data: str | bytes) -> list[Any]:
    """The messages of a frame: an array of them, or one alone (a delta alone is an array that begins with a number)."""
    value = msgspec.msgpack.decode(data if isinstance(data, bytes) else data.encode())
    if isinstance(value, list) and not (value and isinstance(value[0], int)):
        return value
    return [value]
