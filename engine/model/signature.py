"""Signatures of requests and deliveries: HMAC-SHA256 over a timestamp and what follows it, lower-case hex.

A request signs `timestamp + method + path with its query as sent + body`; a webhook `timestamp + body`. The timestamp
is exactly ten ASCII digits, so that where it ends is never in doubt.
"""

from __future__ import annotations

import hashlib
import hmac
import re

KEY, TIMESTAMP, SIGNATURE = "X-VecTrade-Key", "X-VecTrade-Timestamp", "X-VecTrade-Signature"
"""The headers of a signed request."""
TOLERANCE_S = 300
_SECONDS = re.compile(r"[0-9]{10}\Z", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


def sign(secret: str, timestamp: str, message: bytes) -> str:
    """The signature of a message: 64 lower-case hex digits."""
    return hmac.new(secret.encode(), timestamp.encode() + message, hashlib.sha256).hexdigest()


def request_message(method: str, path: str, body: bytes) -> bytes:
    """What a request signs behind its timestamp; `path` with its query, as it is sent."""
    return f"{method}{path}".encode("latin-1") + body


def stale(timestamp: str, now: int) -> str:
    """What is wrong with a timestamp at `now` (Unix seconds); empty where nothing is."""
    if not _SECONDS.match(timestamp):
        return "the timestamp is not ten digits of Unix seconds"
    off = int(timestamp) - now
    if abs(off) > TOLERANCE_S:
        return f"the timestamp is {abs(off)} s {'ahead of' if off > 0 else 'behind'} the desk's clock"
    return ""


def proves(secret: str, timestamp: str, message: bytes, signature: str) -> bool:
    """Whether a signature is the secret's; takes as long for a wrong one as for a right one."""
    right = sign(secret, timestamp, message)
    return bool(_HEX.match(signature)) and hmac.compare_digest(right.encode(), signature.encode())
