"""Strategies on a live desk: a real engine, a real command, and everything that can be pulled away from under it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.client.desk import DeskClient
from engine.desk import DeskUnreachable
from engine.strategy.base import Strategy
from engine.strategy.errors import StrategyError
from engine.strategy.live import Ending, LiveRun, Options
from tests.processes import Desk, desk
from tests.strategies import Witness, write

WITHIN_S = 60

REST = """\
    def on_start(self):
        symbol = self.symbols[0]
        self.taken = self.buy(symbol, "0.01")
        low = self.instrument(symbol).price(self.quote(symbol).mid / 2)
        self.resting = self.buy(symbol, "0.01", limit=low)
        self.subscribe(symbol, quotes=True)
        self.log("started")
"""
LOOP = REST + "    def on_quote(self, quote):\n        self.log('hangs')\n        while True: pass\n"
FAIL = REST + "    def on_fill(self, fill):\n        raise RuntimeError('no more')\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home") as it:
        yield it


@pytest.fixture
def here(home: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same home, also for clients in this process."""
    for name in ("VTERM_CLOCK", "VTERM_SEED", "VTERM_IDLE_SECONDS", "PYTHONPATH"):
        monkeypatch.setenv(name, home.environment[name])
    return home


def lines(out: bytes | str) -> list[dict[str, Any]]:
    """NDJSON."""
    return [json.loads(line) for line in out.splitlines()]


def said(process: subprocess.Popen[bytes], word: bytes) -> None:
    """Wait until a command says a word on stderr."""
    assert process.stderr is not None
    for line in process.stderr:
        if word in line:
            return
    raise AssertionError(f"it ended without saying {word!r}")


async def live(
    home: Desk, strategy: Strategy, until: Any, *symbols: str, desk: Any = None, **options: Any
) -> tuple[Ending, list[dict[str, Any]], list[str]]:
    """Run a strategy in this process until `until()` holds: its ending, its lines, its talk."""
    client = desk or DeskClient(home.home, options.get("account", "main"), origin="strategy")
    told: list[dict[str, Any]] = []
    talk: list[str] = []
    run = LiveRun(client, strategy, Options(symbols or ("BTC",), tag="test", **options), told.append, talk.append)

    async def watch() -> None:
        while not until():
            await asyncio.sleep(0.02)
        run.stop("seen enough")

    watcher = asyncio.ensure_future(watch())
    try:
        async with asyncio.timeout(WITHIN_S):
            return await run.run(), told, talk
    finally:
        watcher.cancel()


# --- the command --------------------------------------------------------------------------------


def test_it_trades_and_takes_its_orders_back_when_the_time_is_up(home: Desk, tmp_path: Path) -> None:
    kept = home.ask("order", "buy", "BTC", "0.01", "--limit", "100.00")
    code, out, err = home.run("strategy", "run", write(tmp_path, REST), "--symbols", "BTC", "--for", "2s", "--json")
    assert code == 0, err
    told = lines(out)
    assert [line["type"] for line in told[:3]] == ["order.accepted", "order.filled", "fill"]
    assert told[1]["order"]["origin"] == "strategy"
    end = told[-1]
    assert (end["type"], end["reason"], end["sent"], end["fills"]) == ("end", "its time is up", 2, 1)
    assert len(end["cancelled"]) == 1 and end["left"] == end["unknown"] == []
    assert [o["order_id"] for o in home.ask("orders", "--open")["orders"]] == [kept["order_id"]], "a person's stays"
    assert home.ask("order", "show", end["cancelled"][0])["status"] == "cancelled"
    assert "taken back: " in err
    assert home.ask("audit")["ok"] is True


@pytest.mark.parametrize(("number", "leave"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_a_signal_ends_it_in_good_order(home: Desk, tmp_path: Path, number: int, leave: bool) -> None:
    words = ("strategy", "run", write(tmp_path, REST), "--symbols", "BTC", *(("--leave-orders",) if leave else ()))
    process = home.start(*words)
    said(process, b"started")
    process.send_signal(number)
    _, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 130
    assert (b"left working: o" in err, b"taken back: o" in err) == (leave, not leave)
    assert len(home.ask("orders", "--open")["orders"]) == int(leave)


def test_a_strategy_that_hangs_is_left_behind_and_its_orders_taken_back(home: Desk, tmp_path: Path) -> None:
    process = home.start("strategy", "run", write(tmp_path, LOOP), "--symbols", "BTC")
    said(process, b"hangs")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 130
    assert b"left behind" in err and b"taken back: o" in err
    assert home.ask("orders", "--open")["orders"] == []


def test_a_strategy_that_fails_names_its_line_and_its_orders_are_taken_back(home: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, FAIL)
    code, out, err = home.run("strategy", "run", path, "--symbols", "BTC", "--json")
    assert code == 2
    told = lines(out)
    assert told[-1]["error"]["code"] == "STRATEGY_FAILED"
    assert told[-1]["error"]["message"] == f"{path}:11 in on_fill: RuntimeError: no more"
    assert told[-2]["type"] == "end" and len(told[-2]["cancelled"]) == 1
    assert "Traceback" not in err
    assert home.ask("orders", "--open")["orders"] == []


def test_what_is_wrong_is_said_before_anything_is_sent(home: Desk, tmp_path: Path) -> None:
    path = write(tmp_path, REST)
    run = ("strategy", "run")
    assert home.refused(*run, path, "--symbols", "NOPE") == (4, "UNKNOWN_SYMBOL")
    assert home.refused(*run, path, "--symbols", ",") == (2, "USAGE")
    assert home.refused(*run, path) == (2, "USAGE")
    assert home.refused(*run, path, "--symbols", "BTC", "--for", "ever") == (2, "USAGE")
    assert home.refused(*run, path, "--symbols", "BTC", "--no-daemon") == (2, "USAGE")
    assert home.refused(*run, "absent.py", "--symbols", "BTC") == (2, "BAD_STRATEGY")
    assert home.ask("orders")["orders"] == []


# --- callbacks and answers ----------------------------------------------------------------------


async def test_every_callback_comes_from_the_stream(here: Desk) -> None:
    here.environment["VTERM_CLOCK"] = os.environ["VTERM_CLOCK"] = "2026-06-15T14:30:57Z"

    class All(Witness):
        def on_start(self) -> None:
            super().on_start()
            self.every("1s")
            self.subscribe("BTC", quotes=True, books=True, trades=True, bars="1m")
            self.answer = self.buy("BTC", "0.01")
            self.held = self.position("BTC"), self.cash, self.nav, len(self.bars("BTC", "1m", 5))

    witness = All()
    kinds = {"start", "quote", "book", "trade", "bar", "timer", "order", "fill"}
    await live(here, witness, lambda: kinds <= {name for name, _ in witness.told})
    assert witness.answer.status == "filled"
    held, cash, nav, bars = witness.held
    assert (str(held), bars) == ("0.01000000", 5)
    assert cash < nav < 1_000_000
    assert [o.event for o in witness.of("order")] == ["order.accepted", "order.filled"]
    assert len(witness.of("fill")) == 1
    assert all(at.microsecond == 0 for at in witness.of("timer"))
    assert witness.of("bar")[0].at.isoformat() == "2026-06-15T14:30:00+00:00"
    assert witness.told[-1][0] == "stop"


async def test_refusals_and_limits_are_those_of_people(here: Desk) -> None:
    here.ask("--account", "bot", "risk", "set", "--max-order-value", "2000")

    class Clumsy(Witness):
        def on_start(self) -> None:
            self.answers = [self.buy("BTC", "1"), self.buy("NOPE", 1), self.cancel("nothing"), self.buy("BTC", "0.01")]
            resting = self.buy("BTC", "0.01", limit=100)
            self.amended = self.amend(resting, quantity="0.005"), self.amend(resting, quantity="much")

    witness = Clumsy()
    await live(here, witness, lambda: witness.of("fill"), account="bot")
    codes = [answer.refusal.code if answer.refusal else "" for answer in witness.answers]
    assert codes == ["ORDER_LIMIT", "UNKNOWN_SYMBOL", "UNKNOWN_ORDER", ""]
    rejected = [order.refusal.code for order in witness.of("order") if order.refusal]
    assert rejected == ["ORDER_LIMIT", "UNKNOWN_SYMBOL"], "each is told once"
    assert [str(order.quantity) for order in witness.amended] == ["0.00500000", "0.01000000"]
    assert witness.amended[1].refusal is not None


async def test_a_new_account_can_be_looked_at_before_it_trades(here: Desk) -> None:
    class Looker(Witness):
        def on_start(self) -> None:
            self.found = self.cash, self.position("BTC")

    witness = Looker()
    await live(here, witness, lambda: hasattr(witness, "found"), account="fresh")
    assert witness.found == (1_000_000, 0)


async def test_stopping_itself_ends_the_run_and_protecting_exits_stay(here: Desk) -> None:
    class Bracket(Witness):
        def on_start(self) -> None:
            mid = self.quote("BTC").mid
            price = self.instrument("BTC").price
            self.buy("BTC", "0.01", take_profit=price(mid * 2), stop_loss=price(mid / 2))

        def on_fill(self, fill: Any) -> None:
            self.stop("bought")

    ending, told, _ = await live(here, Bracket(), lambda: False)
    assert (ending.reason, ending.cancelled, len(ending.left)) == ("bought", [], 1)
    assert {line["order"].get("origin") for line in told if "order" in line} == {"strategy", "bracket"}


# --- losing the desk ----------------------------------------------------------------------------


async def test_an_engine_that_is_killed_halts_it_and_nothing_is_lost(here: Desk) -> None:
    class Resilient(Witness):
        def on_start(self) -> None:
            mid = self.quote("BTC").mid
            self.order = self.buy("BTC", "0.01", limit=self.instrument("BTC").price(mid / 2))
            self.subscribe("BTC", books=True)

        def on_book(self, book: Any) -> None:
            super().on_book(book)
            if len(self.of("book")) == 1:
                here.kill()
                self.refused = self.buy("BTC", "0.01")
                self.after = len(self.told)

    witness = Resilient()
    done = lambda: hasattr(witness, "after") and len(witness.of("book")) > 3  # noqa: E731
    ending, _, talk = await live(here, witness, done)
    assert witness.refused.status in ("rejected", "unknown")
    assert ending.cancelled == [witness.order.id], "the order of before the kill was kept, and taken back at the end"
    assert any("RECONNECTING" in line for line in talk) and "the stream is LIVE again" in talk
    final = [order for order in witness.of("order") if order.client_order_id == witness.refused.client_order_id]
    assert final and final[-1].rejected, "it was told what became of it"


async def test_orders_can_be_taken_back_when_the_stream_was_lost(here: Desk) -> None:
    class Resting(Witness):
        def on_start(self) -> None:
            mid = self.quote("BTC").mid
            self.order = self.buy("BTC", "0.01", limit=self.instrument("BTC").price(mid / 2))
            here.kill()

    witness = Resting()
    await live(here, witness, lambda: any(not o.open for o in witness.of("order")), cancel_when_lost=True)
    assert witness.of("order")[-1].status == "cancelled"


class GappyDesk(DeskClient):
    """A desk whose stream can be told to have lost its place, and whose answers can be lost."""

    gap, deaf = threading.Event(), False

    async def stream(self, channels: Any) -> AsyncIterator[dict[str, Any]]:
        async with contextlib.aclosing(super().stream(channels)) as frames:  # type: ignore[type-var]
            async for frame in frames:
                if self.gap.is_set() and frame["type"] == "book":
                    yield {**frame, "seq": None, "bids": [], "asks": [], "state": "SYNCING"}
                else:
                    yield frame
                    if frame["type"] == "book":
                        yield {"type": "state", "state": "LIVE"}

    async def submit(self, order: dict[str, Any]) -> dict[str, Any]:
        document = await super().submit(order)
        if self.deaf:
            raise DeskUnreachable("the answer was lost")
        return document


async def test_no_order_leaves_on_a_book_that_lost_its_place(here: Desk) -> None:
    class Quoting(Witness):
        def on_book(self, book: Any) -> None:
            super().on_book(book)
            if not hasattr(self, "answer"):
                gappy.gap.set()
                while gappy_run_is_live():
                    pass
                self.answer = self.buy("BTC", "0.01")
                gappy.gap.clear()

    gappy = GappyDesk(here.home, origin="strategy")
    gappy.gap = threading.Event()
    witness = Quoting()

    def gappy_run_is_live() -> bool:
        host: Any = witness._host
        return bool(host.broker._live())

    await live(here, witness, lambda: len(witness.of("book")) > 3, desk=gappy)
    assert witness.answer.refusal is not None and witness.answer.refusal.code == "STALE_MARKET"
    assert [o.refusal.code for o in witness.of("order") if o.refusal] == ["STALE_MARKET"]


async def test_an_order_whose_answer_was_lost_is_found_again(here: Desk) -> None:
    class Once(Witness):
        def on_start(self) -> None:
            gappy.deaf = True
            self.answer = self.buy("BTC", "0.01")
            assert self.orders == (self.answer,)
            gappy.deaf = False

    gappy = GappyDesk(here.home, origin="strategy")
    witness = Once()
    ending, _, _ = await live(here, witness, lambda: witness.of("fill"), desk=gappy)
    assert (witness.answer.status, witness.answer.id) == ("unknown", "")
    assert witness.of("order")[-1].status == "filled"
    assert len(witness.of("fill")) == 1, "told once, though the stream and the desk both told it"
    assert ending.unknown == []


async def test_an_error_in_on_stop_still_takes_the_orders_back(here: Desk) -> None:
    class Rude(Witness):
        def on_start(self) -> None:
            mid = self.quote("BTC").mid
            self.buy("BTC", "0.01", limit=self.instrument("BTC").price(mid / 2))
            self.begun = True

        def on_stop(self) -> None:
            raise RuntimeError("never")

    witness = Rude()
    with pytest.raises(StrategyError, match="in on_stop: RuntimeError: never"):
        await live(here, witness, lambda: hasattr(witness, "begun"))
    assert here.ask("orders", "--open")["orders"] == []
