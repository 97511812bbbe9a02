"""The one form of every signature, against known vectors of deliveries (the same form with no method and path)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from engine.model.signature import TOLERANCE_S, proves, request_message, sign, stale

VECTORS = Path("../shared/security/webhook_vectors.jsonl")
NOW = 1_780_000_000


def vectors() -> list[dict[str, Any]]:
    if not VECTORS.exists():
        return []
    return [json.loads(line) for line in VECTORS.read_text(encoding="ascii").splitlines()]


@pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is not there")
def test_known_vectors_are_accepted_and_refused() -> None:
    for vector in vectors():
        timestamp, body = str(vector["timestamp"]), base64.b64decode(vector["body_b64"])
        good = not stale(timestamp, vector["now"]) and proves(vector["secret"], timestamp, body, vector["signature"])
        if good and vector["expect"] != "accept":
            with pytest.raises((ValueError, AssertionError)):  # a delivery is also a JSON object
                assert isinstance(json.loads(body), dict)
        else:
            assert good == (vector["expect"] == "accept"), vector["id"]


def test_it_is_the_plain_hmac_of_all_parts() -> None:
    body = b'{"symbol":"BTC"}'
    expected = hmac.new(b"vt_sec_x", b"1780000000POST/v1/orders?a=1" + body, hashlib.sha256).hexdigest()
    assert sign("vt_sec_x", "1780000000", request_message("POST", "/v1/orders?a=1", body)) == expected
    assert proves("vt_sec_x", "1780000000", request_message("POST", "/v1/orders?a=1", body), expected)


@pytest.mark.parametrize("change", ["upper", "short", "long", "space", "digit", "wide"])
def test_nothing_but_the_exact_signature_passes(change: str) -> None:
    right = sign("s", "1780000000", b"x")
    wrong = {
        "upper": right.upper(),
        "short": right[:-1],
        "long": right + "0",
        "space": f" {right}",
        "digit": ("0" if right[0] != "0" else "1") + right[1:],
        "wide": right[:-1] + "\uff10",
    }[change]
    assert not proves("s", "1780000000", b"x", wrong)


@pytest.mark.parametrize(
    ("timestamp", "good"),
    [
        (str(NOW), True),
        (str(NOW - TOLERANCE_S), True),
        (str(NOW + TOLERANCE_S), True),
        (str(NOW - TOLERANCE_S - 1), False),
        (str(NOW + TOLERANCE_S + 1), False),
        ("178000000", False),
        ("17800000000", False),
        ("1780000000\n", False),
        ("+780000000", False),
        ("1_80000000", False),
        ("\uff11780000000", False),
        ("", False),
    ],
)
def test_a_timestamp_is_ten_digits_near_the_clock(timestamp: str, good: bool) -> None:
    assert (stale(timestamp, NOW) == "") is good
