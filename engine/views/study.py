"""One instrument seen whole: what it is, how it trades, what it did, what a trade in it costs now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import msgspec

from engine.documents import Document, exact_money, ratio, signed
from engine.model.format import time_text
from engine.model.ids import DAY_NS, MINOR_PER_VCR, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar
from engine.model.number import div_half_even, to_text, to_units
from engine.model.order import OrderRequest, OrderType
from engine.model.session import MarketSession
from engine.portfolio.analytics import ratios
from engine.portfolio.analytics.correlation import moves
from engine.portfolio.valuation import CONCENTRATION
from engine.views.figures import day_text, figure
from engine.views.jobs import Job
from engine.views.supposed import SupposedView

HORIZONS: tuple[tuple[str, int], ...] = (("1D", 1), ("1W", 7), ("1M", 30), ("3M", 91), ("1Y", 365))
"""Names of horizons and their calendar days."""
SIZES = (1_000, 10_000, 100_000, 1_000_000)
"""What the costs of a trade are told for, in VCR."""
YEAR = 365
USUAL = 20
"""Finished sessions that the usual volume and the shorter volatility are taken over."""
_EPOCH = date(1970, 1, 1).toordinal()
_MONEY_DECIMALS = 6


class Day(msgspec.Struct, frozen=True):
    """A session: its date (a day counted from 1970), prices in ticks, lots traded, and whether it is over."""

    day: int
    low: int
    high: int
    close: int
    lots: int
    over: bool


class StudyView(SupposedView):
    """Studies of one desk's instruments."""

    def study(self, account: str, symbol: str, benchmark: str = "") -> Job[Document]:
        """Facts, price law, moves, returns, range and costs of an instrument; a futures root reads as its front."""
        self.account(account)
        instrument, other = self.resolve(symbol), self.benchmark(benchmark)
        days = self._days(instrument)
        document: Document = {
            "account": account,
            "at": time_text(self.now),
            **self._facts(instrument),
            "law": _law(instrument),
            "returns": self._returns(instrument, days),
            "range": self._range(instrument, days),
            "usual": self._usual(instrument, days),
            "costs": self._curve(account, instrument),
        }
        closes = yield from self.closes.daily([instrument, *([other] if other is not None else ())])
        name = str(other.symbol) if other is not None else ""
        document["moves"] = yield lambda: _moves(closes, str(instrument.symbol), name)
        return document

    # --- what it is ---------------------------------------------------------------------------

    def _facts(self, instrument: Instrument) -> Document:
        quote = self.quote(instrument.symbol)
        bid, ask = quote["bid"], quote["ask"]
        share = self.kernel.valuer.margin_share(instrument) if not instrument.full_cash else (1, 1)
        shown = self.kernel.displayed.quote(instrument)
        spread = shown.ask - shown.bid if bid is not None and ask is not None else None
        named = ("symbol", "name", "asset_class", "bid", "ask", "bid_size", "ask_size", "mid", "last", "change_pct")
        return {
            **{name: quote[name] for name in (*named, "prev_close", "volume", "session")},
            "sector": instrument.sector,
            "exchange": instrument.exchange,
            "venue": instrument.session,
            "currency": instrument.currency,
            "tick_size": instrument.price_text(1),
            "lot_size": instrument.quantity_text(1),
            "display_lot": instrument.display_lot,
            "multiplier": instrument.multiplier,
            "last_trade": instrument.last_trade or None,
            "tradable": instrument.tradable,
            "instead": instrument.instead,
            "full_cash": instrument.full_cash,
            "margin": ratio(*share),
            "concentration": ratio(CONCENTRATION.numerator, CONCENTRATION.denominator),
            "fees": instrument.fee_schedule,
            "spread": instrument.price_text(spread) if spread is not None else None,
            "spread_bps": ratio(20_000 * spread, shown.ask + shown.bid, 2) if spread is not None else None,
        }

    # --- what it did --------------------------------------------------------------------------

    def _days(self, instrument: Instrument) -> list[Day]:
        """Sessions of a year and a little, oldest first, the running one last."""
        now, calendar = self.now, self.kernel.shown.calendars[instrument.session]
        start = TimeNs((now // DAY_NS - YEAR - USUAL) * DAY_NS)
        found: list[Day] = []
        bars = self.kernel.shown.source.bars(instrument.column, DAY_NS, start, TimeNs(now + 1))
        for bar in bars:
            session = calendar.days[calendar.day_index(bar.at)]
            number = date.fromisoformat(session.label).toordinal() - _EPOCH
            found.append(_day(bar, number, instrument.basis_ticks, over=session.segments[-1].end <= now))
        return found

    def _returns(self, instrument: Instrument, days: Sequence[Day]) -> list[Document]:
        """The last price against the close that was known so many days ago; a day is since the previous close."""
        last, today = self.kernel.shown.last(instrument), self.now // DAY_NS
        rows = []
        for name, back in HORIZONS:
            if name == "1D":
                close = int(self.kernel.shown.source.prev_close[instrument.column]) + instrument.basis_ticks
                found = Day(today - 1, close, close, close, 0, over=True) if close else None
            else:
                found = _close_at(days, today - back)
            known = found is not None and found.close > 0
            rows.append(
                {
                    "horizon": name,
                    "from": day_text(found.day) if found is not None and known and name != "1D" else None,
                    "close": instrument.price_text(found.close) if found is not None and known else None,
                    "return_pct": signed(ratio(100 * (last - found.close), found.close, 2))
                    if found and known
                    else None,
                }
            )
        return rows

    def _range(self, instrument: Instrument, days: Sequence[Day]) -> Document | None:
        """Lowest and highest price of a year, where the last one lies between them (0 to 1)."""
        last, first = self.kernel.shown.last(instrument), self.now // DAY_NS - YEAR
        seen = [one for one in days if one.day >= first]
        if not seen:
            return None
        lowest, highest = min(seen, key=lambda one: one.low), max(seen, key=lambda one: one.high)
        low, high = min(lowest.low, last), max(highest.high, last)
        return {
            "low": instrument.price_text(low),
            "high": instrument.price_text(high),
            "low_at": day_text(lowest.day),
            "high_at": day_text(highest.day),
            "place": ratio(last - low, high - low, 4) if high > low else None,
            "from": day_text(seen[0].day),
        }

    def _usual(self, instrument: Instrument, days: Sequence[Day]) -> Document:
        """Volume of a usual day: the catalogue's, and the mean of the last finished sessions."""
        over = [one for one in days if one.over][-USUAL:]
        lots = div_half_even(sum(one.lots for one in over), len(over)) if over else None
        last = self.kernel.shown.last(instrument)
        worth = self.kernel.valuer.value(instrument, lots, 2 * last) if lots is not None else None
        return {
            "sessions": len(over),
            "volume": instrument.quantity_text(lots) if lots is not None else None,
            "turnover": to_text(div_half_even(worth, MINOR_PER_VCR), 0) if worth is not None else None,
        }

    # --- what a trade costs -------------------------------------------------------------------

    def _curve(self, account: str, instrument: Instrument) -> list[Document]:
        """What buying and selling so many VCR would cost now, as the order's own preview says."""
        return [self._size(account, instrument, value) for value in SIZES]

    def _size(self, account: str, instrument: Instrument, value: int) -> Document:
        lots = self.kernel.valuer.most_lots(instrument, self.kernel.shown.mid2(instrument), value * MINOR_PER_VCR)
        row: Document = {"value": str(value), "quantity": instrument.quantity_text(lots) if lots else None}
        row["law_bps"] = _law_bps(instrument, lots)
        trades = instrument.tradable and self.kernel.shown.state(instrument) is MarketSession.REGULAR
        for name, side in (("buy", 1), ("sell", -1)):
            row[name] = self._priced(account, instrument, side, lots) if lots and trades else None
        return row

    def _priced(self, account: str, instrument: Instrument, side: int, lots: int) -> Document | None:
        """Basis points of the value at the mid; None where nothing would trade now."""
        said = self.preview(account, OrderRequest(instrument.symbol, side, OrderType.MARKET, lots))  # type: ignore[arg-type]
        filled = instrument.lot.steps(said["fills_now"]) or 0
        worth = abs(self.kernel.valuer.mark(instrument, filled))
        if not worth:
            return None
        parts = {name: to_units(said[name], _MONEY_DECIMALS) or 0 for name in ("half_spread", "depth", "impact", "fee")}
        whole = sum(parts.values())
        return {
            "fills_now": said["fills_now"],
            "whole": filled == lots,
            **{f"{name}_bps": ratio(10_000 * part, worth, 2) for name, part in parts.items()},
            "cost_bps": ratio(10_000 * whole, worth, 2),
            "cost": exact_money(whole),
        }


def _day(bar: Bar, number: int, basis: int, *, over: bool) -> Day:
    return Day(number, bar.low + basis, bar.high + basis, bar.close + basis, int(bar.volume), over)


def _close_at(days: Sequence[Day], day: int) -> Day | None:
    """The last finished session on or before a day; None where it is more than two weeks older."""
    found = next((one for one in reversed(days) if one.day <= day and one.over), None)
    return found if found is not None and day - found.day <= 14 else None


def _law(instrument: Instrument) -> Document:
    """Parameters of the price law (docs/market-model.md): mid x (1 +- (spread/2 + gamma (Q/V)^alpha))."""
    price = Fraction(instrument.price0)
    usual = (
        10_000 * Fraction(str(instrument.spread_ticks)) * instrument.tick.fraction() / price if price else Fraction()
    )
    return {
        "gamma": figure(instrument.gamma),
        "alpha": figure(instrument.alpha),
        "volume": figure(instrument.adv_units, instrument.lot.decimals),
        "spread_bps": figure(float(usual), 2),
        "depth": figure(instrument.l1_depth, instrument.lot.decimals),
        "daily_volatility": figure(instrument.daily_vol),
        "trades_per_day": figure(instrument.trades_per_day, 0),
    }


def _law_bps(instrument: Instrument, lots: int) -> str | None:
    """What the law alone says of a size on a usual day, without fee: half the usual spread and its impact."""
    price = Fraction(instrument.price0)
    if not lots or not price or instrument.adv_units <= 0:
        return None
    half = float(Fraction(str(instrument.spread_ticks)) * instrument.tick.fraction() / price / 2)
    part = float(lots * instrument.lot.fraction()) / instrument.adv_units
    return figure(10_000 * (half + instrument.gamma * part**instrument.alpha), 2)


def _moves(closes: dict[str, dict[int, float]], symbol: str, benchmark: str) -> Document:
    """Volatility of daily returns in VCR, and how they go with the benchmark's."""
    own = moves({symbol: closes[symbol]})
    rows = list(own.of(symbol) or ()) if own is not None else []
    short = ratios.deviation(rows[-USUAL:]) if len(rows) >= USUAL else None
    year = ratios.volatility(rows)
    both = moves(closes) if benchmark and benchmark != symbol else None
    pair = (both.of(symbol), both.of(benchmark)) if both is not None else (None, None)
    known = pair[0] is not None and pair[1] is not None
    return {
        "days": len(rows),
        "from": day_text(own.days[0]) if own is not None else None,
        "daily_volatility": figure(short),
        "volatility": figure(year),
        "benchmark": benchmark or None,
        "beta": figure(ratios.beta(pair[0] or (), pair[1] or ()), 4) if known else None,
        "correlation": figure(ratios.correlation(pair[0] or (), pair[1] or ()), 4) if known else None,
        "reason": None if own is not None else "too little history",
    }
