"""A trading key in a client's hands: it signs each request at the moment at which it is sent."""

from __future__ import annotations

import time

from engine.model.signature import KEY, SIGNATURE, TIMESTAMP, request_message, sign


class Signer:
    """A key's id and secret."""

    def __init__(self, key_id: str, secret: str) -> None:
        self.key_id, self._secret = key_id, secret

    def headers(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        """The three headers of a request; `path` with its query, as it is sent."""
        timestamp = f"{int(time.time()):010d}"
        signature = sign(self._secret, timestamp, request_message(method, path, body))
        return {KEY: self.key_id, TIMESTAMP: timestamp, SIGNATURE: signature}
