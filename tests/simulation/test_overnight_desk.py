"""Nine days of a whole desk that holds something of every class: kept, audited, played back, and cut in any way."""

from __future__ import annotations

from pathlib import Path

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.kernel import Kernel
from engine.market.calendar import load_calendar
from engine.market.catalogue import load
from engine.market.dividends import Dividends
from engine.market.exdividend import ExDividend
from engine.market.shown import ShownMarket
from engine.model.account import START_CASH
from engine.model.command import OpenAccount, Submit
from engine.model.event import LedgerEntry, SystemStatus
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, AccountId, Lots, Symbol, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, Status
from engine.ports import JournalEntry, Snapshot
from engine.recovery import rebuild
from tests.still_market import StillMarket

START = parse_time("2026-02-17T15:30:00Z")
BOUGHT = {
    "AAPL": 600,
    "TLT": 900,
    "SPX": 20,
    "GCG26": 1,
    "CLU26": 2,
    "EUR-USD": 100,
    "BTC-USD": 50_000_000,
    "KO": 3000,
}
SOLD = {"AAPL": 300, "AMC": 900, "N225": 4, "ZCN26": 2, "USD-JPY": 100, "XAU-USD": 5}


def kernel() -> Kernel:
    catalogue = load()
    calendars = {i.session: load_calendar(i.session) for i in catalogue.columns}
    market = StillMarket(catalogue.columns, size=10_000_000_000)
    source = ExDividend(market, Dividends(catalogue.columns, calendars, 7, START))
    return Kernel(ShownMarket(source, calendars), catalogue, START, 60 * 10**9)


def begin(desk: Kernel) -> list[JournalEntry]:
    """Two accounts and what they hold."""
    entries: list[JournalEntry] = []
    for name, side, wanted in (("bull", +1, BOUGHT), ("bear", -1, SOLD)):
        account = AccountId(name)
        entries += desk.apply(OpenAccount(at=START, account=account, cash=START_CASH))[0]
        for symbol, lots in wanted.items():
            request = OrderRequest(Symbol(symbol), side, OrderType.MARKET, Lots(lots))
            made, answer = desk.apply(Submit(at=START, account=account, order=request))
            assert isinstance(answer, Order)
            assert answer.status is Status.FILLED, (symbol, answer)
            entries += made
    return entries


def test_what_time_booked_is_kept_and_proved(tmp_path: Path) -> None:
    desk, path = kernel(), tmp_path / "ledger.db"
    entries = begin(desk)
    half = TimeNs(START + 7 * DAY_NS)
    entries += desk.advance(half)
    ledger = SqliteLedger(path)
    ledger.commit(entries)
    ledger.snapshot(_snapshot(desk))
    rest = desk.advance(TimeNs(START + 9 * DAY_NS))
    ledger.commit(rest)
    ledger.snapshot(_snapshot(desk))
    ledger.close()
    report = audit(path)
    assert (report.ok, report.imbalance, report.problems) == (True, "0", ())
    assert report.nav_stored == report.nav_recomputed
    codes = {event.transfer.code for event in desk.take_events() if isinstance(event, LedgerEntry)}
    wanted = {"variation", "final_settlement", "financing", "borrow", "swap", "dividend"}
    assert wanted <= codes
    for account in desk.state.accounts.values():
        assert "GCG26" not in account.positions
    again = kernel()
    ledger = SqliteLedger(path)
    rebuild(again, ledger.recover())
    ledger.close()
    assert again.freeze() == desk.freeze()


def _snapshot(desk: Kernel) -> Snapshot:
    state, marks = desk.state, {}
    for account in state.accounts.values():
        for symbol in account.positions:
            marks[symbol] = desk.valuer.mark_ratio(desk.catalogue[symbol])
    values = {str(name): desk.valuer.worth(account).nav for name, account in state.accounts.items()}
    return Snapshot(state.entries, state.now, desk.freeze(), values, marks)


def test_how_time_is_cut_does_not_matter() -> None:
    whole, parts = kernel(), kernel()
    begin(whole)
    begin(parts)
    end = TimeNs(START + 3 * DAY_NS)
    one = whole.advance(end)
    two: list[JournalEntry] = []
    step = 1
    while parts.state.now < end:
        step = step * 48_271 % 2_147_483_647
        two += parts.advance(TimeNs(min(end, parts.state.now + step % (5 * HOUR_NS // 10**9) * 10**9 + 1)))
        if step % 5 == 0:
            parts.thaw(parts.freeze())
    assert whole.freeze() == parts.freeze()
    assert one == two
    told = [event for event in whole.take_events() if isinstance(event, SystemStatus) and event.status == "expiring"]
    assert [event.scope for event in told] == ["GCG26"]
