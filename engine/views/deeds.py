"""What an account did, day by day and trade by trade: calendar, cash flow, round trips."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from engine.documents import Document, exact_money
from engine.ledger.postings import for_fill
from engine.model.account import Transfer
from engine.model.format import time_text
from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.past import Booked
from engine.portfolio.analytics import calendar, cashflow
from engine.portfolio.analytics.attribution import WEEKDAYS
from engine.portfolio.analytics.calendar import SPANS, DayTrades, Entry, Summary
from engine.portfolio.analytics.cashflow import CashDay, Waterfall
from engine.portfolio.analytics.history import History
from engine.portfolio.analytics.returns import Point
from engine.portfolio.analytics.trades import RoundTrip, TradeStats, round_trips, trade_stats
from engine.views.earned import EarnedView
from engine.views.figures import amount, day_text, figure, seconds
from engine.views.jobs import Job
from engine.views.told import Told


class DeedView(EarnedView):
    """Days and trades of one desk's accounts."""

    def calendar(self, account: str, span: str = "day", window: str = "all") -> Job[Document]:
        """Profit and return by span, the running one last, and what the days say together."""
        if span not in SPANS:
            raise refuse(Code.ENUM_ERROR, "span is none of its words", fix=f"use {', '.join(SPANS)}", field="span")
        told, tell_it = self.told(account, self.window_name(window)), self.history_of(account)
        history: History = yield tell_it
        document: Document = yield lambda: _calendar_document(told, history, span, window)
        return document

    def cash_flow(self, account: str, window: str = "all") -> Job[Document]:
        """Every movement of cash under one word, by day, and from worth to worth."""
        told, tell_it = self.told(account, self.window_name(window)), self.history_of(account)
        history: History = yield tell_it
        document: Document = yield lambda: _cash_document(told, history, window)
        return document

    def round_trips(self, account: str, limit: int = 0, window: str = "all") -> Job[Document]:
        """Trades from flat to flat, newest first, those still open, and the figures of the closed ones."""
        told, tell_it = self.told(account, self.window_name(window)), self.history_of(account)
        history: History = yield tell_it
        document: Document = yield lambda: _trips_document(told, history, limit, window)
        return document


def _head(told: Told, window: str) -> Document:
    return {
        "account": told.account,
        "at": time_text(told.now),
        "window": window.lower(),
        "from": time_text(told.points[0].at),
        "complete": told.complete,
    }


# --- calendar -----------------------------------------------------------------------------------


def _calendar_document(told: Told, history: History, span: str, window: str) -> Document:
    days = calendar.calendar(told.points, "day", told.now)
    entries = days if span == "day" else calendar.calendar(told.points, span, told.now)
    trades, weekdays = calendar.day_trades(history.steps), calendar.by_weekday(told.points)
    return {
        **_head(told, window),
        "span": span,
        "entries": [_entry(entry, trades if span == "day" else None) for entry in entries],
        "summary": _summary(calendar.summary(days)),
        "by_hour": {name: exact_money(pnl) for name, pnl in calendar.by_hour(told.points).items()},
        "by_weekday": {name: exact_money(weekdays[name]) for name in WEEKDAYS if name in weekdays},
    }


def _entry(entry: Entry, trades: dict[int, DayTrades] | None = None) -> Document:
    document: Document = {
        "label": entry.label,
        "from": day_text(entry.first),
        "to": day_text(entry.last),
        "days": entry.days,
        "pnl": exact_money(entry.pnl),
        "return": figure(entry.value),
    }
    if trades is not None:
        made = trades.get(entry.first)
        document["fills"] = made.fills if made else 0
        for name in ("best", "worst"):
            found = getattr(made, name) if made else None
            document[name] = {"symbol": found[0], "pnl": exact_money(found[1])} if found else None
    return document


def _summary(found: Summary) -> Document:
    return {
        "best": _entry(found.best) if found.best else None,
        "worst": _entry(found.worst) if found.worst else None,
        "gains": found.gains,
        "losses": found.losses,
        "flat": found.flat,
        "mean_gain": amount(found.mean_gain),
        "mean_loss": amount(found.mean_loss),
        "longest_gain": found.longest_gain,
        "longest_loss": found.longest_loss,
        "run": found.run,
    }


# --- cash ---------------------------------------------------------------------------------------


def _transfers(booked: Iterable[Booked]) -> Iterable[Transfer]:
    """All transfers, those of fills made again: they follow from the fill."""
    return chain.from_iterable((item,) if isinstance(item, Transfer) else for_fill(item, 0) for item in booked)


def _cash_document(told: Told, history: History, window: str) -> Document:
    later = [item for item in told.booked if item.at > told.after]
    earlier = told.booked[: len(told.booked) - len(later)]
    start = cashflow.cash_flow(told.account, _transfers(earlier)).end
    flow = cashflow.cash_flow(told.account, _transfers(later), start)
    means = cashflow.moving_average(flow.days)
    first, last = told.points[0], told.points[-1]
    fall = cashflow.waterfall([Point(told.after, first.nav, first.funded), last], history.steps)
    return {
        **_head(told, window),
        "start": exact_money(flow.start),
        "end": exact_money(flow.end),
        "moved": {word: exact_money(moved) for word, moved in flow.moved.items()},
        "best": _cash_day(flow.best) if flow.best else None,
        "worst": _cash_day(flow.worst) if flow.worst else None,
        "waterfall": _waterfall(fall) if fall else None,
        "days": [{**_cash_day(day), "mean_7": amount(mean)} for day, mean in zip(flow.days, means, strict=True)],
    }


def _cash_day(day: CashDay) -> Document:
    return {
        "day": day_text(day.day),
        "net": exact_money(day.net),
        "balance": exact_money(day.balance),
        "moved": {word: exact_money(moved) for word, moved in day.moved.items()},
    }


def _waterfall(found: Waterfall) -> Document:
    names = ("start", "deposits", "profits", "losses", "unrealised", "dividends", "carry", "fees", "end", "volume")
    return {**{name: exact_money(getattr(found, name)) for name in names}, "fee_share": figure(found.fee_share)}


# --- round trips --------------------------------------------------------------------------------


def _trips_document(told: Told, history: History, limit: int, window: str) -> Document:
    closed, still = round_trips(history.steps)
    mine = [trip for trip in closed if trip.closed_at > told.after]
    shown = mine[-limit:] if limit else mine
    return {
        **_head(told, window),
        "stats": stats_document(trade_stats(mine), told.instruments),
        "trades": [trip_document(trip, told.instruments) for trip in reversed(shown)],
        "open": [trip_document(trip, told.instruments) for trip in still],
    }


def trip_document(trip: RoundTrip, instruments: dict[str, Instrument]) -> Document:
    """One round trip; `closed_at` null while it is open."""
    instrument = instruments[trip.symbol]
    return {
        "symbol": trip.symbol,
        "side": "long" if trip.direction > 0 else "short",
        "quantity": instrument.quantity_text(trip.lots),
        "opened_at": time_text(trip.opened_at),
        "closed_at": time_text(trip.closed_at) if trip.closed_at else None,
        "held_s": seconds(trip.held_ns) if trip.closed_at else None,
        "entry_value": exact_money(trip.entry_value),
        "exit_value": exact_money(trip.exit_value),
        "realised": exact_money(trip.realised),
        "fee": exact_money(trip.fee),
        "dividends": exact_money(trip.dividend),
        "carry": exact_money(trip.carry),
        "pnl": exact_money(trip.pnl),
        "return": figure(trip.gain),
        "fills": trip.fills,
    }


def stats_document(found: TradeStats, instruments: dict[str, Instrument]) -> Document:
    """Figures of closed round trips."""
    return {
        "total": found.total,
        "wins": found.wins,
        "losses": found.losses,
        "gross_profit": exact_money(found.gross_profit),
        "gross_loss": exact_money(found.gross_loss),
        "win_rate": figure(found.win_rate),
        "profit_factor": figure(found.profit_factor),
        "average_win": amount(found.average_win),
        "average_loss": amount(found.average_loss),
        "payoff": figure(found.payoff),
        "expectancy": amount(found.expectancy),
        "consecutive_wins": found.consecutive_wins,
        "consecutive_losses": found.consecutive_losses,
        "streak": found.streak,
        "mean_held_s": seconds(found.mean_held_ns),
        "longest_held_s": seconds(found.longest_held_ns),
        "best": trip_document(found.best, instruments) if found.best else None,
        "worst": trip_document(found.worst, instruments) if found.worst else None,
    }
