"""Analytics of what a desk really booked: fills, futures' variation, interest, dividends, in several currencies."""

from __future__ import annotations

import pytest

from engine.model.account import START_CASH
from engine.model.fill import Fill
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, TimeNs
from engine.portfolio.analytics import attribution, calendar, cashflow, exposure, returns, whatif
from engine.portfolio.analytics.exposure import Holding
from engine.portfolio.analytics.history import History, retell
from engine.portfolio.analytics.returns import Point
from engine.portfolio.analytics.trades import round_trips
from tests.overnight_desk import Night

START = parse_time("2026-11-23T15:00:00Z")
SYMBOLS = ("AAPL", "GCZ26", "EUR-USD", "HSBA.L", "SPX", "BTC-USD", "7203.T")


class Desk:
    """Ten days of trading in every class, with a point an hour."""

    def __init__(self) -> None:
        self.night = Night(START)
        self.fills: list[Fill] = []
        self.points = [self.point()]
        for hour in range(10 * 24):
            symbol = SYMBOLS[hour % len(SYMBOLS)]
            instrument = self.night.catalogue[symbol]
            self.night.market.move(instrument.column, (-1) ** (hour // 9) * (2 + hour % 7))
            self.night.shown.changed(instrument)
            self.night.until(TimeNs(self.night.state.now + HOUR_NS))
            if hour % 3 == 0:
                side = 1 if hour % 4 else -1
                self.fills.append(self.night.trade(side, symbol, 10 + hour % 5))
            self.points.append(self.point())

    def point(self) -> Point:
        return Point(self.night.state.now, self.night.nav(), START_CASH)

    def history(self) -> History:
        return retell("main", self.fills, self.night.transfers)

    def unrealised(self) -> dict[str, tuple[int, int]]:
        found = {}
        for symbol, held in self.night.account().positions.items():
            mark = self.night.valuer.mark(self.night.catalogue[symbol], held.lots)
            found[symbol] = (1 if held.lots > 0 else -1, mark - held.cost)
        return found

    def holdings(self) -> tuple[Holding, ...]:
        found = []
        for symbol, held in sorted(self.night.account().positions.items()):
            instrument = self.night.catalogue[symbol]
            value = self.night.valuer.mark(instrument, held.lots)
            share, of = self.night.valuer.margin_share(instrument)
            found.append(Holding(symbol, held.lots, value, abs(value) * share // of, cost=held.cost))
        return tuple(found)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def test_history_leads_to_the_desks_positions_and_profit(desk: Desk) -> None:
    history, account = desk.history(), desk.night.account()
    assert {name: (one.lots, one.cost) for name, one in history.positions.items()} == {
        name: (one.lots, one.cost) for name, one in account.positions.items()
    }
    assert sum(step.realised for step in history.steps) == account.realised
    assert {"variation", "swap", "borrow", "financing"} <= {transfer.code for transfer in desk.night.transfers}


def test_attribution_is_the_change_of_worth(desk: Desk) -> None:
    found = attribution.pieces(desk.history().steps, desk.unrealised())
    whole = attribution.total(found)
    assert whole.pnl == desk.night.nav() - START_CASH
    assert whole.market + whole.carry == whole.pnl and whole.carry < 0
    trips, still = round_trips(desk.history().steps)
    on_cash = sum(piece.carry for piece in found if piece.symbol == "cash")
    open_profit = sum(amount for _, amount in desk.unrealised().values())
    assert sum(trip.pnl for trip in [*trips, *still]) + on_cash + open_profit == whole.pnl
    since = desk.points[100]
    later = attribution.total([piece for piece in found if piece.at is None or piece.at > since.at])
    assert later.carry > whole.carry


def test_curve_calendar_and_cash_tell_the_same(desk: Desk) -> None:
    pnl = desk.night.nav() - START_CASH
    assert sum(one.pnl for one in returns.daily(desk.points, running=True)) == pnl
    assert sum(one.pnl for one in calendar.calendar(desk.points)) == pnl
    assert sum(calendar.by_hour(desk.points).values()) == pnl
    assert cashflow.cash_flow("main", desk.night.transfers).end == desk.night.account().cash
    fall = cashflow.waterfall(desk.points, desk.history().steps)
    assert fall is not None and fall.end == desk.night.nav()
    assert fall.unrealised == sum(amount for _, amount in desk.unrealised().values())
    assert fall.start == START_CASH and fall.carry < 0
    assert desk.points[-1].at - desk.points[0].at == 10 * DAY_NS


def test_exposure_is_what_the_desk_says(desk: Desk) -> None:
    worth = desk.night.valuer.worth(desk.night.account())
    found = exposure.exposure(desk.holdings(), worth.nav)
    assert (found.gross, found.net, found.margin) == (worth.gross, worth.positions_value, worth.margin)


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize(("side", "lots"), [(1, 3), (-1, 60)])
def test_what_if_is_what_then_happens(symbol: str, side: int, lots: int) -> None:
    desk = Desk()
    night, instrument = desk.night, desk.night.catalogue[symbol]
    mark = night.valuer.mark(instrument, lots)
    trade = whatif.Trade(
        side,
        lots,
        mark,
        mark,
        0,
        Holding(symbol, 0, 0, 0),
        full_cash=instrument.full_cash,
        margin_share=night.valuer.margin_share(instrument),
    )
    book = whatif.Book(night.nav(), night.account().cash, desk.holdings())
    said = whatif.what_if(book, trade, None)
    fill = night.trade(side, symbol, lots)
    assert (said.realised, said.book.cash, said.cost) == (fill.realised, night.account().cash, 0)
    for own, real in zip(said.book.holdings, desk.holdings(), strict=True):
        assert (own.symbol, own.lots, own.cost) == (real.symbol, real.lots, real.cost)
        assert abs(own.value - real.value) <= lots and abs(own.margin - real.margin) <= lots
    assert abs(said.book.nav - night.nav()) <= lots
