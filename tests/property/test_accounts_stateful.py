"""Any orders, nights, resets and forks in any order: the ledger alone always says what the accounts say."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.kernel import Kernel
from engine.ledger.invariants import Balances, entry_faults, post, sums
from engine.ledger.replay import nav, retrace
from engine.model.account import START_CASH
from engine.model.algo import AlgoKind, AlgoRequest
from engine.model.command import AnyCommand, ForkAccount, OpenAccount, ResetAccount, SetClock, StartAlgo, Submit
from engine.model.ids import DAY_NS, HOUR_NS, AccountId, Lots, Minor, Symbol, Ticks, TimeNs
from engine.model.order import OrderRequest, OrderType, TimeInForce
from engine.past import MemoryPast
from engine.portfolio.holdings import Held, held_at, held_now
from engine.ports import JournalEntry
from engine.recovery import snapshot_of
from tests.still_market import Floor

MOST = {"AAPL": 700, "BTC-USD": 250 * 10**6, "EUR-USD": 150, "SPX": 60, "GCZ26": 2, "7203.T": 90}
SYMBOLS = st.sampled_from(sorted(MOST))
PICK = st.integers(0, 10**6)


class Desk(RuleBasedStateMachine):
    """Accounts that come, trade, begin anew and are copied, on a market that is moved at random."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(size=200)
        self.kernel = self.floor.kernel
        self.entries: list[JournalEntry] = []
        self.moments: list[tuple[TimeNs, str, Held]] = []
        self.posted: Balances = {}
        for name, scale in (("BTC-USD", 10**6),):
            ix = self.floor.ix(name)
            self.floor.market.bid_size[ix] = self.floor.market.ask_size[ix] = 200 * scale
        # The floor opened two accounts itself; this desk begins again with the entries in hand.
        self.kernel = Kernel(self.floor.shown, self.floor.catalogue, self.floor.now, past=MemoryPast())
        for name in ("main", "other"):
            self.do(OpenAccount(self.now, AccountId(name), START_CASH))

    @property
    def now(self) -> TimeNs:
        return self.kernel.state.now

    def do(self, command: AnyCommand) -> object:
        entries, answer = self.kernel.apply(command)
        self.keep(entries)
        return answer

    def keep(self, entries: list[JournalEntry]) -> None:
        for entry in entries:
            assert entry_faults(entry) == []
            for transfer in entry.transfers:
                post(self.posted, transfer)
        self.entries += entries
        self.kernel.take_events()

    def name(self, pick: int) -> AccountId:
        return AccountId(sorted(self.kernel.state.accounts)[pick % len(self.kernel.state.accounts)])

    @rule(symbol=SYMBOLS, side=st.sampled_from([1, -1]), pick=PICK, share=st.integers(1, 100), away=st.integers(-1, 6))
    def submit(self, symbol: str, side: int, pick: int, share: int, away: int) -> None:
        instrument = self.floor.instrument(symbol)
        market = self.floor.market
        touch = int((market.bid if side > 0 else market.ask)[instrument.column]) + instrument.basis_ticks
        limit = None if away < 0 else Ticks(max(1, touch - side * away))
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        lots = Lots(max(1, MOST[symbol] * share // 100))
        request = OrderRequest(Symbol(symbol), side, kind, lots, limit, TimeInForce.GTC)
        self.do(Submit(self.now, self.name(pick), request))

    @rule(pick=PICK)
    def slice(self, pick: int) -> None:
        request = AlgoRequest(AlgoKind.TWAP, Symbol("KO"), 1, Lots(400), over_ns=HOUR_NS, slices=8)
        self.do(StartAlgo(self.now, self.name(pick), request))

    @rule(symbol=SYMBOLS, ticks=st.integers(-25, 25))
    def move(self, symbol: str, ticks: int) -> None:
        self.floor.market.move(self.floor.instrument(symbol).column, ticks)

    @rule(spell=st.sampled_from([HOUR_NS // 3600, HOUR_NS // 60, HOUR_NS, DAY_NS]))
    def time(self, spell: int) -> None:
        step = HOUR_NS // 60 if spell >= HOUR_NS else HOUR_NS // 36_000
        self.do(SetClock(self.now, 1, False, step))
        self.keep(self.kernel.advance(TimeNs(self.now + spell)))

    @rule(pick=PICK, cash=st.integers(10**8, 3 * START_CASH))
    def reset(self, pick: int, cash: int) -> None:
        name = self.name(pick)
        assert self.do(ResetAccount(self.now, name, Minor(cash))) is None
        account = self.kernel.state.accounts[name]
        assert (account.cash, account.positions, self.kernel.open_orders(name)) == (cash, {}, [])

    @rule(pick=PICK)
    def remember(self, pick: int) -> None:
        name = self.name(pick)
        self.moments.append((self.now, name, held_now(self.kernel.state.accounts[name], self.floor.catalogue)))
        self.keep(self.kernel.advance(TimeNs(self.now + HOUR_NS // 3600)))

    @rule(pick=PICK)
    def fork(self, pick: int) -> None:
        name = self.name(pick)
        self.copy(name, held_now(self.kernel.state.accounts[name], self.floor.catalogue), self.now)

    @precondition(lambda self: self.moments)
    @rule(pick=PICK)
    def fork_the_past(self, pick: int) -> None:
        at, name, then = self.moments[pick % len(self.moments)]
        held = held_at(self.kernel.state.accounts[name], at, self.kernel.past, self.floor.catalogue)
        bare = [msgspec.structs.replace(holding, day_label="") for holding in then.holdings]
        assert (held.cash, list(held.holdings)) == (then.cash, bare)
        self.copy(AccountId(name), held, at)

    def copy(self, name: AccountId, held: Held, taken: TimeNs) -> None:
        if len(self.kernel.state.accounts) > 7:
            return
        to = AccountId(f"copy-{len(self.kernel.state.accounts)}")
        assert self.do(ForkAccount(self.now, name, to, held.cash, held.holdings, taken)) is None
        new = self.kernel.state.accounts[to]
        assert held_now(new, self.floor.catalogue) == held

    @rule()
    def restart(self) -> None:
        before = self.kernel.state_hash()
        self.kernel.thaw(self.kernel.freeze())
        assert self.kernel.state_hash() == before

    @invariant()
    def the_ledger_alone_says_what_the_accounts_say(self) -> None:
        valuer = self.kernel.valuer
        for name, account in self.kernel.state.accounts.items():
            told = retrace(self.kernel.past.booked(name))
            assert (told.cash, told.realised, told.fees) == (account.cash, account.realised, account.fees)
            held = {s: (p.lots, p.cost) for s, p in account.positions.items()}
            assert {s: (p.lots, p.cost) for s, p in told.positions.items()} == held
            worth = valuer.worth(account)
            marks = {s: valuer.mark_ratio(self.floor.catalogue[s]) for s in told.positions}
            assert nav(told.cash, told.positions, marks, told.margined) == worth.nav
            earned = account.realised + worth.unrealised - account.fees + account.funding + account.dividends
            assert worth.nav == account.funded + earned

    @invariant()
    def every_asset_sums_to_nothing(self) -> None:
        assert not any(sums(self.posted).values())

    def teardown(self) -> None:
        """All of it in a ledger: the audit holds, also at a snapshot."""
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteLedger(Path(folder) / "ledger.db")
            store.commit(self.entries)
            store.snapshot(snapshot_of(self.kernel))
            store.close()
            report = audit(store.path)
            assert report.ok, report.problems
            assert report.nav_stored == report.nav_recomputed


RUNS, STEPS = (int(n) for n in os.environ.get("VTERM_FUZZ", "40x40").split("x"))

TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=RUNS, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
)
