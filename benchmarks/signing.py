"""A signature's way: signed by the signer, checked twelve times, executed and durable; beside an order without one.

    python -m benchmarks.signing [--rounds 200]

A desk of its own, its kernel, gate and SQLite ledger as they always are; the signer's Box and the desk's requests are
called in this process, and again over both sockets, with a signer in a process of its own. Signed and plain orders
take turns. One JSON line: medians and 99th percentiles in milliseconds. `card`: a person's card is drawn and held
against its hash; `sign`: the typed code to the armoured signature; `accept`: the twelve checks, the order, its commit.
`own`: this thread's processor time of `sign_accept`, without waiting for the disk or for a turn on a loaded machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.signing.card import card, card_digest
from engine.signing.ticket import read_ticket
from tests.signed_desk import Person, signed_desk
from vterm.signer.box import Box
from vterm.signer.folder import SignerFolder
from vterm.signer.link import SignerLink

BAR_MS = 5.0
ORDER = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "1", "limit_price": "150.00"}
WARM_UP = 10
Timed = dict[str, list[float]]
T = TypeVar("T")


def timed(into: list[float], what: Callable[[], T]) -> T:
    """Do it; the milliseconds that it took go `into`."""
    begun = time.perf_counter()
    done = what()
    into.append((time.perf_counter() - begun) * 1e3)
    return done


async def awaited(into: list[float], what: Awaitable[T]) -> T:
    """Await it; the milliseconds that it took go `into`."""
    begun = time.perf_counter()
    done = await what
    into.append((time.perf_counter() - begun) * 1e3)
    return done


async def laid(anna: Person) -> str:
    """A proposal of a person's own: those of the copilot are put before nobody more than six times in ten minutes."""
    return str((await anna.desk.propose({"purpose": "order.place", "origin": "human", "order": ORDER}))["proposal_id"])


async def in_process(anna: Person, box: Box, took: Timed) -> None:
    """One signed order and one plain one, without any socket."""
    runner, key, name = anna.runner, box.told().key, await laid(anna)
    shown = await runner.present("main", name, key)
    payload = str(shown["payload"])
    put = timed(took["card"], lambda: box.present(payload))
    ticket = read_ticket(payload.encode())
    drawn = timed(took["card_check"], lambda: (card(ticket), card_digest(ticket)))
    assert drawn == (put.card, ticket.card)
    begun, own = time.perf_counter(), time.thread_time()
    signed = timed(took["sign"], lambda: box.sign(put.shown, put.code))
    body = json.dumps({"payload": payload, "signature": signed.signature}).encode()
    done = await awaited(took["accept"], runner.sign("main", name, body))
    took["sign_accept"].append((time.perf_counter() - begun) * 1e3)
    took["own"].append((time.thread_time() - own) * 1e3)
    assert done["code"] == "OK", done
    plain = await awaited(took["plain_order"], runner.submit("main", json.dumps(ORDER).encode()))
    assert plain["status"] != "rejected", plain
    for order in (done["results"][0], plain["order_id"]):
        await runner.cancel("main", order)


async def over_sockets(anna: Person, link: SignerLink, took: Timed) -> None:
    """The same as a person's program does it: the signer's socket, then the desk's."""
    opened = await awaited(took["open_over_sockets"], link.open(await laid(anna)))
    done = await awaited(took["sign_over_sockets"], link.sign(opened, opened.code))
    assert done["code"] == "OK", done
    await anna.runner.cancel("main", done["results"][0])


async def measure(rounds: int, folder: Path) -> Timed:
    """Milliseconds of each part, a figure a round."""
    names = ("card", "card_check", "sign", "accept", "sign_accept", "own", "plain_order", "open_over_sockets",
             "sign_over_sockets")  # fmt: skip
    took: Timed = {name: [] for name in names}
    async with signed_desk(folder / "home", enrolled=False) as anna:
        link = SignerLink(folder / "home", anna.desk)
        await link.state()
        box = Box(SignerFolder(str(folder / "home")))
        try:
            for number in range(WARM_UP + rounds):
                if number == WARM_UP:
                    took = {name: [] for name in names}
                await in_process(anna, box, took)
                await over_sockets(anna, link, took)
        finally:
            await link.close()
    return took


def main() -> int:
    """Measure in a home of its own; 1 where the bar is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.signing")
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vterm-signing-") as folder:
        took = asyncio.run(measure(options.rounds, Path(folder)))
    figures: dict[str, Any] = {}
    for name, times in took.items():
        figures[name] = {"p50": round(statistics.median(times), 3), "p99": round(percentile(times, 99), 3)}
    over = round(statistics.median(took["sign_accept"]) / statistics.median(took["plain_order"]), 2)
    holds = figures["sign_accept"]["p50"] <= BAR_MS
    head = {"benchmark": "signing", "rounds": options.rounds, "load": round(os.getloadavg()[0], 2), "limit_ms": BAR_MS}
    print(json.dumps({**head, **figures, "signed_over_plain": over, "holds": holds}))
    return 0 if holds else 1


def percentile(times: list[float], which: int) -> float:
    """The nearest rank."""
    return sorted(times)[max(0, -(-len(times) * which // 100) - 1)]


if __name__ == "__main__":
    sys.exit(main())
