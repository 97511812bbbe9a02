"""Bad orders: each has its class over REST and on the command line, and none has an effect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT, Desk, desk

CORPUS = ROOT.parent / "shared" / "security" / "malformed_orders.jsonl"
ORDER = {"asset_class": "crypto", "symbol": "BTC", "side": "buy", "type": "market", "quantity": "0.01"}
SMALL = 4096
OWN: tuple[tuple[str, str], ...] = (
    ("[]", "TYPE_ERROR"),
    ("null", "TYPE_ERROR"),
    ("{}", "MISSING_FIELD"),
    ('{"symbol": "BTC"', "MALFORMED_JSON"),
    (json.dumps(ORDER) * 2, "MALFORMED_JSON"),
    ("[" * 50_000, "MALFORMED_JSON"),
    (json.dumps({**ORDER, "quantity": "1e2"}), "NUMBER_FORMAT"),
    (json.dumps({**ORDER, "quantity": "0"}), "OUT_OF_RANGE"),
    (json.dumps({**ORDER, "symbol": "NOPE"}), "UNKNOWN_SYMBOL"),
    (json.dumps({**ORDER, "colour": "red"}), "UNKNOWN_FIELD"),
    (json.dumps({k: v for k, v in ORDER.items() if k != "asset_class"}), "MISSING_FIELD"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("malformed") / "home") as it:
        it.ask("quote", "BTC")
        yield it


async def post(it: Desk, body: bytes, content_type: str) -> tuple[int, dict[str, Any], int]:
    """POST as a stranger would: (status, document, size of the answer)."""
    reader, writer = await asyncio.open_unix_connection(it.home.socket)
    head = f"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(answer.partition("content-length:")[2].split()[0])
    document = json.loads(await reader.readexactly(length))
    writer.close()
    return int(answer.split()[1]), document, length


def bodies(case: dict[str, Any]) -> bytes:
    """The body of a case of the corpus."""
    made = case.get("body_gen")
    text = made["prefix"] + made["unit"] * made["count"] + made["suffix"] if made else case["body"]
    return str(text).encode("utf-8", "surrogatepass")


def check(it: Desk, case: dict[str, Any]) -> None:
    """One case over REST and, where its body is declared as JSON, on the command line."""
    before = it.ask("orders")["orders"]
    body = bodies(case)
    status, document, size = asyncio.run(post(it, body, case["content_type"]))
    accepted = case.get("accept_classes") or [case["expect_class"]]
    if case["expect_class"] == "ACCEPT":
        assert status == 201, document
        return
    assert status in case["http"], (case["id"], document)
    assert document["error"]["code"] in accepted, (case["id"], document)
    assert size < SMALL
    if case["content_type"] == "application/json" and case.get("local", True):
        code, out, err = it.run("order", "--payload", "-", "--json", data=body)
        error = json.loads(out)["error"]["code"]
        assert error in accepted, (case["id"], out)
        assert (err, code in (2, 3, 4)) == ("", True)
    assert it.ask("orders")["orders"] == before, case["id"]


def test_our_own_bad_orders(home: Desk) -> None:
    for number, (body, code) in enumerate(OWN):
        lenient = code != "MISSING_FIELD"  # what only REST demands is not missing on the command line
        check(
            home,
            {
                "id": f"own-{number}",
                "body": body,
                "content_type": "application/json",
                "expect_class": code,
                "http": [400, 404],
                "local": lenient,
            },
        )


def test_a_wrong_content_type(home: Desk) -> None:
    for kind in ("text/plain", "application/xml", "application/jsonx", ""):
        status, document, _ = asyncio.run(post(home, json.dumps(ORDER).encode(), kind))
        assert (status, document["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE"), kind


def test_the_corpus(home: Desk) -> None:
    if not CORPUS.exists():
        pytest.skip("../shared/security/malformed_orders.jsonl is absent: its bad orders were not tried")
    cases = [json.loads(line) for line in Path(CORPUS).read_text("ascii").splitlines()]
    assert cases
    for case in cases:
        check(home, case)
