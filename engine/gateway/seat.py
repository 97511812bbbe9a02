"""One connected reader: a bounded queue, and a rule for who cannot keep up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from engine.gateway.message import Message, array_of

if TYPE_CHECKING:
    from engine.gateway.channels import Channel

SLOW_BYTES = 1_048_576
LOST_BYTES = 4_194_304
_FRAME_BYTES = 262_144
Send = Callable[[str | bytes], Awaitable[None]]


class Seat:
    """What waits for one reader, in order. Beyond 1 MiB market messages are dropped until it has caught up, then its
    channels begin again with fresh snapshots; beyond 4 MiB of what may not be dropped it is `lost` and is let go."""

    def __init__(self, account: str, *, packed: bool) -> None:
        self.account, self.packed = account, packed
        self.channels: dict[str, Channel] = {}
        self.dropping = False
        self.lost = False
        self._waiting: list[str | bytes] = []
        self._bytes = 0
        self._wake = asyncio.Event()

    def put(self, message: Message) -> None:
        """Queue a message; it is sent with all else that waits."""
        if message.market and self.dropping:
            return
        data = message.packed() if self.packed else message.json()
        if self._bytes + len(data) > SLOW_BYTES and message.market:
            self.dropping = True
            return
        self._waiting.append(data)
        self._bytes += len(data)
        self.lost = self.lost or self._bytes > LOST_BYTES
        self._wake.set()

    async def pump(self, send: Send) -> None:
        """Send what waits, as few frames as possible; returns when the reader is lost."""
        while not self.lost:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            for frame in self._frames(batch):
                await send(frame)
            self._bytes = sum(len(data) for data in self._waiting)
            if self.dropping and not self._waiting:
                self.dropping = False
                for channel in list(self.channels.values()):
                    channel.greet(self)

    def _frames(self, batch: list[str | bytes]) -> list[str | bytes]:
        if not self.packed:
            return batch
        frames: list[str | bytes] = []
        group: list[bytes] = []
        size = 0
        for data in batch:
            assert isinstance(data, bytes)
            if size + len(data) > _FRAME_BYTES and group:
                frames.append(array_of(group))
                group, size = [], 0
            group.append(data)
            size += len(data)
        if group:
            frames.append(array_of(group))
        return frames
