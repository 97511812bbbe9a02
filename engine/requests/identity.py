"""Who a desk is to those who sign for it, and the shape in which its requests about signing come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.model.refusal import Code, Refused, refuse
from engine.requests.base import Requests
from engine.signing.codes import Denied

OWNER = "owner"
"""The one person of a home."""


class Identity(msgspec.Struct, frozen=True):
    """Who this desk is: its id (32 hex digits), how often it was restored or forked, its environment; where nonces
    (64 hex digits) and the wall's milliseconds come from."""

    engine: str
    epoch: int
    env: str
    nonce: Callable[[], str]
    wall_ms: Callable[[], int]


class Denying(Refused):
    """Carries the refusal of a signature out of a request."""

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied)  # type: ignore[arg-type]  # the same shape: code, message, cause, fix, document()


class IdentityRequests(Requests):
    """A desk with an identity; one without takes no proposals."""

    identity: Identity | None

    def _desk(self) -> Identity:
        if self.identity is None:
            raise refuse(Code.FORBIDDEN, "this desk takes no proposals", fix="use the desk of a home")
        return self.identity


def read_body(payload: bytes, kind: type[Any]) -> Any:
    """A body strictly read. Raises Refused."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except msgspec.ValidationError as error:
        code = Code.UNKNOWN_FIELD if "unknown field" in str(error) else Code.TYPE_ERROR
        code = Code.MISSING_FIELD if "missing required" in str(error) else code
        raise refuse(code, f"the body is not one: {str(error)[:160]}", fix="see docs/signing.md") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise refuse(Code.MALFORMED_JSON, "the body is not JSON", fix="send one JSON object") from None
