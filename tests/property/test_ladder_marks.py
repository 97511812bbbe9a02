"""What the ladder draws of a real preview on a real book: every lot of its fills once, and what is left after."""

from __future__ import annotations

from typing import Any

import pytest

from engine.bootstrap import simulation
from engine.model.account import START_CASH
from engine.model.command import OpenAccount
from engine.model.format import parse_time
from engine.model.ids import SECOND_NS, AccountId, Lots, Symbol, Ticks, TimeNs
from engine.model.order import OrderRequest, OrderType, TimeInForce
from engine.simulate import Options
from engine.views import View
from vterm.panes.ladder_impact import foreseen
from vterm.panes.ladder_rows import build
from vterm.state import units

MAIN = AccountId("main")
SIZES = {"AAPL": 40, "BTC-USD": 9_000_000, "EUR-USD": 60, "KO": 150, "GCZ26": 2}


@pytest.mark.parametrize("seed", [3, 11])
def test_marks_are_the_preview(seed: int) -> None:
    start = parse_time("2026-11-23T15:00:00Z")
    kernel = simulation(seed, Options(start=start, end=TimeNs(start + 600 * SECOND_NS))).kernel
    kernel.apply(OpenAccount(at=start, account=MAIN, cash=START_CASH))
    view, drawn, beyond = View(kernel, dict), 0, 0
    for number in range(60):
        symbol = list(SIZES)[number % len(SIZES)]
        instrument = kernel.catalogue[symbol]
        side, word = (1, "buy") if (number + seed) % 3 else (-1, "sell")
        touch = kernel.shown.touch(instrument)[side > 0]
        limit = None if number % 2 else Ticks(touch + side * (number % 5))
        lots = SIZES[symbol] * (1 + number * 7 % 23)
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        request = OrderRequest(Symbol(symbol), side, kind, Lots(lots), limit, TimeInForce.GTC)
        account = kernel.state.accounts[MAIN]
        told = kernel.preview.document(account, request, kernel.working_lots(MAIN), kernel.state.now)
        order: dict[str, Any] = {"side": word, "type": kind.value}
        order |= {} if limit is None else {"limit_price": instrument.price_text(limit)}
        row = view._instrument(instrument)
        for group in (1, int(row["group"]), 50):
            rows = build(view.book(symbol, 10), row, group)
            impact = foreseen({"order": order, "preview": {**told, "refusal": None}}, symbol, rows)
            assert impact is not None
            assert sum(impact.taken.values()) == sum(units(f["quantity"], rows.size_decimals) for f in told["fills"])
            if not impact.taken:
                continue
            assert impact.average is not None and impact.after is not None
            worst = max(impact.taken) if side > 0 else min(impact.taken)
            best = rows.asks.best_row if side > 0 else rows.bids.best_row
            assert best is not None and side * best <= side * impact.average <= side * worst
            assert side * impact.after >= side * best
            drawn, beyond = drawn + 1, beyond + (len(impact.taken) > 3)
            if impact.rest is not None:
                assert impact.rest[1] == units(told["rests"], rows.size_decimals)
        kernel.advance(TimeNs(kernel.state.now + (number % 5) * 130_000_000))
    assert drawn > 60 and beyond > 5
