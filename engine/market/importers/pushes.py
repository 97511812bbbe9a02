"""Lines of venues that push `{"arg": channel, "action": ..., "data": [...]}`: bare, or behind a local receipt."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.market.importers.decimals import BadLine, seconds_ns, whole_ns
from engine.market.importers.events import Touch
from engine.model.ids import SECOND_NS

_MS = SECOND_NS // 1000
_LATEST_MS = (1 << 63) // _MS


class Arg(msgspec.Struct):
    """What a push belongs to. Bitget also says the kind of instrument, and newer Bitget `topic` and `symbol`."""

    channel: str = ""
    instId: str = ""
    instType: str = ""
    topic: str = ""
    symbol: str = ""


class Push(msgspec.Struct):
    """One message; `event` marks the answers to a subscription, `t` and `m` the wrapping of a capture."""

    arg: Arg | None = None
    action: str = ""
    data: msgspec.Raw = msgspec.Raw(b"")
    event: str = ""
    msg: str = ""
    t: msgspec.Raw = msgspec.Raw(b"")
    m: msgspec.Raw = msgspec.Raw(b"")


_decoder = msgspec.json.Decoder(Push)
_stamps = msgspec.json.Decoder(list[dict[str, Any]])


def open_push(line: bytes) -> tuple[int, Push | None]:
    """(local receipt in ns, 0 where the line has none; the message, None where it carries no data).

    Raises BadLine or msgspec's errors where the line is not such a message.
    """
    at = 0
    body = line.strip()
    if body in (b"ping", b"pong"):
        return 0, None
    if body[:1].isdigit():
        stamp, _, body = body.partition(b" ")
        at = whole_ns(stamp)
    push = _decoder.decode(body)
    if push.m:
        at = seconds_ns(bytes(push.t).strip().strip(b'"'))
        if bytes(push.m).strip(b'" ') in (b"ping", b"pong"):
            return at, None
        push = _decoder.decode(push.m)
    if push.event == "error":
        raise BadLine(f"the venue answered with an error: {push.msg[:80]}")
    return at, push if push.arg is not None and push.data else None


def push_time(line: bytes) -> int:
    """The time of one line: its receipt, else the newest `ts` of its data. Raises BadLine or msgspec's errors."""
    at, push = open_push(line)
    if at or push is None:
        return at
    return max((venue_ns(entry.get("ts") or entry.get("T", "")) for entry in _stamps.decode(push.data)), default=0)


def venue_ns(said: str | int) -> int:
    """The venue's milliseconds since 1970 in nanoseconds. Raises BadLine."""
    text = str(said)
    if not text.isascii() or not text.isdigit() or int(text[:20]) >= _LATEST_MS:
        raise BadLine(f"ts is not a time in milliseconds: {text!r:.30}")
    return int(text) * _MS


def whole_levels(levels: list[list[str]]) -> list[list[str]]:
    """The levels, each at least [price, size]. Raises BadLine."""
    if any(len(level) < 2 for level in levels):
        raise BadLine("a level is [price, size, ...]")
    return levels


def as_sent(levels: list[list[str]]) -> list[str]:
    """Checksum fragments `price:size`, from the texts as sent."""
    return [f"{level[0]}:{level[1]}" for level in levels]


def touch(at: int, row: int, symbol: str, bid: list[int], ask: list[int]) -> Touch:
    """A statement of the best prices as of now, each side [price, size]."""
    return Touch(at, row, symbol, 0, bid[0], ask[0], bid[1], ask[1])
