"""Each order is sent one to five times over eight connections, many cut before the answer: it is made once."""

from __future__ import annotations

import http.client
import json
import socket
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from engine.bootstrap import audit_home
from engine.client.start import StartOptions
from engine.client.thin import ThinDesk
from engine.home import Home
from tests.crash.desk import order

CONNECTIONS, MOST_SENT, CUT = 8, 5, 0.3
CONFLICTS = 40
_OPTIONS = StartOptions(seed="5", clock="2026-11-23T15:00:00Z")


class Sent(msgspec.Struct):
    """What sending came to. `different` counts orders that were answered in more than one way."""

    orders: int = 0
    sent: int = 0
    cut: int = 0
    unanswered: int = 0
    made: int = 0
    doubles: int = 0
    different: int = 0
    conflicts: int = 0
    not_refused: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether every order was made once and always answered alike."""
        return not self.doubles + self.different + self.unanswered + self.not_refused and self.made == self.orders


class Line:
    """One connection to the engine, made again whenever it was cut."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._http = http.client.HTTPConnection("vterm")

    def send(self, document: dict[str, Any], *, cut: bool = False) -> str:
        """The order's id, or the code of its refusal; nothing where the line was cut."""
        if self._http.sock is None:
            self._http.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.home.connect(self._http.sock)
        headers = {"X-VTerm-Account": "main", "X-VTerm-Source": "local", "Content-Type": "application/json"}
        try:
            self._http.request("POST", "/v1/orders", json.dumps(document).encode(), headers)
            if not cut:
                answer = self._http.getresponse()
                body = json.loads(answer.read())
                return str(body.get("order_id") or body["error"]["code"])
        except (OSError, http.client.HTTPException):
            pass
        self._http.close()
        return ""


def run(orders: int, seed: int = 1) -> Sent:
    """Send `orders` orders to an engine of their own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(str(Path(folder) / "home"))
        desk = ThinDesk(home, options=_OPTIONS)
        desk.request("GET", "/v1/portfolio")
        try:
            figures = _send_all(home, orders, seed)
        finally:
            desk.request("POST", "/v1/engine/stop")
        report = audit_home(Path(home.path))
        assert report.ok, report.problems
        figures.made = report.orders
        figures.doubles += max(0, report.orders - orders)
    return figures


def _send_all(home: Home, orders: int, seed: int) -> Sent:
    begun, chance, figures = time.perf_counter(), Random(seed), Sent(orders=orders)
    documents = {f"s{n}": order(chance, f"s{n}") for n in range(orders)}
    work = [(name, chance.random() < CUT) for name in documents for _ in range(chance.randint(1, MOST_SENT))]
    # A neighbourhood is shuffled, so that copies of one order meet on several connections at once.
    work = [work[i] for i in sorted(range(len(work)), key=lambda i: i + chance.random() * 4 * CONNECTIONS)]
    heard: dict[str, set[str]] = {name: set() for name in documents}
    with ThreadPoolExecutor(CONNECTIONS) as callers:
        list(callers.map(lambda n: _work(home, work[n::CONNECTIONS], documents, heard), range(CONNECTIONS)))
    line = Line(home)
    for name in [name for name, answers in heard.items() if not answers]:
        heard[name].add(line.send(documents[name]))  # a caller that never heard asks until he has
    figures.sent, figures.cut = len(work), sum(cut for _, cut in work)
    figures.unanswered = sum(answers <= {""} for answers in heard.values())
    figures.different = sum(len(answers - {""}) > 1 for answers in heard.values())
    accepted = [answer for answers in heard.values() for answer in answers if answer.startswith("o")]
    figures.doubles = len(accepted) - len(set(accepted))
    for name in chance.sample(sorted(documents), min(CONFLICTS, orders)):
        other = {**documents[name], "side": {"buy": "sell", "sell": "buy"}[documents[name]["side"]]}
        figures.conflicts += 1
        figures.not_refused += line.send(other) != "IDEMPOTENCY_CONFLICT"
    figures.seconds = round(time.perf_counter() - begun, 1)
    return figures


def _work(
    home: Home, work: list[tuple[str, bool]], documents: dict[str, dict[str, Any]], heard: dict[str, set[str]]
) -> None:
    line = Line(home)
    for name, cut in work:
        answer = line.send(documents[name], cut=cut)
        if answer:
            heard[name].add(answer)
