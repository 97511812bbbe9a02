"""One HTTP request, read strictly: its account, its query, its body; each thing wrong with it is a refusal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from engine.gateway.key_headers import account_of, account_under, out_of_scope, presented_by, sent_path
from engine.gateway.served import ServedRunner
from engine.model.command import ORIGINS
from engine.model.origin import UNDER_KEY
from engine.model.refusal import Code, refuse

if TYPE_CHECKING:
    from engine.gateway.key_file import Key
    from engine.gateway.keys import Keys

MAX_BODY = 65_536
SENT_WITHIN_S = 10.0
_DRAINED = 4_194_304
_PATIENCE_S = 1.0
T = TypeVar("T")


def origin_of(header: str | None) -> str:
    """Who sends an order: a person, unless the request names a strategy. It gives no rights, only a name."""
    origin = header or ORIGINS[0]
    if origin not in ORIGINS:
        raise refuse(Code.ENUM_ERROR, "there is no such origin", fix=f"use {', '.join(ORIGINS)}", field="origin")
    return origin


class Call:
    """A request to `runner` on behalf of `account`, under `key` where it presents one."""

    def __init__(self, request: Request, runner: ServedRunner, keys: Keys) -> None:
        self.request, self.runner, self.view, self.keys = request, runner, runner.view, keys
        self.account = account_of(request.headers.get("x-vterm-account"))
        self.origin = origin_of(request.headers.get("x-vterm-origin"))
        self.key: Key | None = None
        self._taken: bytes | None = None
        # Only a Unix socket has peers without an address: nobody on a network can ask to be read leniently.
        self.strict = request.client is not None or request.headers.get("x-vterm-source") != "local"

    async def authenticate(self, scope: str) -> None:
        """Verify the key that the request presents, if it presents one, and that it has `scope` ("": no key has).

        Raises Refused: UNAUTHENTICATED, or FORBIDDEN where the key is good but may not do this.
        """
        presented = presented_by(self.request.headers)
        if not any(presented.values()):
            return
        body = await self._whole()
        self.key = self.keys.verify(presented, self.request.method, sent_path(self.request.scope), body)
        assert self.key is not None
        self.account = account_under(self.key, self.request.headers.get("x-vterm-account"))
        self.origin = f"{UNDER_KEY}{self.key.id}"
        if scope not in self.key.scopes:
            raise out_of_scope(self.key, scope)

    def path(self, name: str) -> str:
        """A part of the path, never longer than any real name."""
        value = str(self.request.path_params[name])
        if len(value) > 80:
            code = Code.UNKNOWN_SYMBOL if name == "symbol" else Code.UNKNOWN_ORDER
            raise refuse(code, f"no {name} is that long", fix="check it")
        return value

    def only(self, *names: str) -> None:
        """Refuse query parameters that the route does not know: a typing error must not pass in silence."""
        for name in self.request.query_params:
            if name not in names:
                known = ", ".join(names) or "none"
                raise refuse(Code.UNKNOWN_FIELD, "unknown query parameter", fix=f"known are: {known}", field=name[:40])

    def text(self, name: str, default: str = "") -> str:
        """A query parameter as it is."""
        return self.request.query_params.get(name, default)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A query parameter as a whole number in [low, high]."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high):
            fix = f"give a whole number from {low} to {high}"
            raise refuse(Code.OUT_OF_RANGE, f"{name} is not in its range", fix=fix, field=name)
        return int(text)

    def choice(self, name: str, words: tuple[str, ...], default: str) -> str:
        """A query parameter that is one of `words`."""
        text = self.text(name, default)
        if text not in words:
            raise refuse(Code.ENUM_ERROR, f"{name} is none of its words", fix=f"use {', '.join(words)}", field=name)
        return text

    async def body(self, most: int = MAX_BODY) -> bytes:
        """The body of a JSON request of at most `most` bytes."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            if self._taken is None:
                await self._take(-1)
            fix = "send Content-Type: application/json"
            raise refuse(Code.UNSUPPORTED_MEDIA_TYPE, "the body is not declared as JSON", fix=fix)
        return await self._whole(most)

    async def _whole(self, most: int = MAX_BODY) -> bytes:
        """The body of whatever kind, read once."""
        if self._taken is not None:
            return self._taken
        length = self.request.headers.get("content-length", "0")
        announced = int(length[:12]) if length.isascii() and length.isdigit() else 0
        body = await self._take(-1 if announced > most else most)
        if body is None:
            fix = "send one order a request" if most == MAX_BODY else "send it in parts"
            raise refuse(Code.PAYLOAD_TOO_LARGE, f"the body is larger than {most // 1024} KiB", fix=fix)
        self._taken = body
        return body

    async def read(self, shape: type[T], most: int = MAX_BODY) -> T:
        """The body as a `shape`; unknown fields are refused by shapes that forbid them."""
        try:
            return msgspec.json.decode(await self.body(most), type=shape)
        except msgspec.ValidationError as error:
            code = Code.UNKNOWN_FIELD if "unknown field" in str(error) else Code.TYPE_ERROR
            raise refuse(code, str(error), fix="see docs/commands.md for the fields") from None
        except (ValueError, RecursionError):
            raise refuse(Code.MALFORMED_JSON, "the body is not JSON", fix="send one JSON object") from None

    async def _take(self, most: int) -> bytes | None:
        """The body, or None where it is larger than `most` (-1: whatever it is).

        What is too much is let through unread for a moment, so that a well-meant sender finishes and reads the answer.
        """
        parts: list[bytes] = []
        have = 0
        try:
            async with asyncio.timeout(SENT_WITHIN_S if most >= 0 else _PATIENCE_S) as limit:
                async for piece in self.request.stream():
                    have += len(piece)
                    if have <= most:
                        parts.append(piece)
                    elif have > _DRAINED:
                        return None
                    elif have - len(piece) <= most:
                        limit.reschedule(asyncio.get_running_loop().time() + _PATIENCE_S)
        except (TimeoutError, ClientDisconnect):
            if have <= most:
                raise refuse(Code.MALFORMED_JSON, "the body did not arrive", fix="send it again") from None
        return b"".join(parts) if have <= most else None
