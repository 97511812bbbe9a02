"""Accounts that begin anew, and accounts that begin as others were, on a still market."""

from __future__ import annotations

import pytest

from engine.gateway.routes import ROUTES, scope_of
from engine.ledger.invariants import entry_faults
from engine.ledger.passage import pass_time
from engine.ledger.postings import FORK, RESET
from engine.ledger.replay import Rebuilt, nav, retrace
from engine.model.account import START_CASH, Holding, Transfer
from engine.model.command import ForkAccount, OpenAccount, ResetAccount, StartAlgo, Submit
from engine.model.ids import DAY_NS, AccountId, Minor, Symbol, TimeNs
from engine.model.order import Status
from engine.model.refusal import Code, Refusal, Refused
from engine.portfolio.analytics.history import History, retell
from engine.portfolio.holdings import held_at, held_now
from engine.ports import JournalEntry
from engine.risk.account_schema import MOST_CASH, account_id, parse_fork, parse_opening, parse_reset
from tests.still_market import Floor

MAIN, NEW = AccountId("main"), AccountId("new")


@pytest.fixture
def floor() -> Floor:
    """A desk with a long share, a short share, a future and an order that waits."""
    it = Floor(size=1000)
    it.send(+1, "AAPL", 300)
    it.send(-1, "MSFT", 100)
    it.send(+1, "GCZ26", 2)
    it.send(+1, "BTC-USD", 40_000_000)
    bid = int(it.market.bid[it.ix("KO")])
    it.send(+1, "KO", 50, bid - 5)
    it.market.move(it.ix("AAPL"), 40)
    it.market.move(it.ix("GC"), -25)
    it.step(2)
    return it


def do(floor: Floor, command: ResetAccount | ForkAccount) -> list[JournalEntry]:
    entries, answer = floor.kernel.apply(command)
    assert answer is None, answer
    for entry in entries:
        assert entry_faults(entry) == []
    return entries


def fork(floor: Floor, to: AccountId = NEW) -> list[JournalEntry]:
    held = held_now(floor.kernel.state.accounts[MAIN], floor.catalogue)
    return do(floor, ForkAccount(floor.now, MAIN, to, held.cash, held.holdings, floor.now))


def agrees(floor: Floor, name: str) -> None:
    """What the ledger alone gives is what the account says, to the last Minor, profit and fees included."""
    account = floor.kernel.state.accounts[name]
    told = retrace(floor.past.booked(name))
    assert (told.cash, told.realised, told.fees) == (account.cash, account.realised, account.fees)
    assert {s: (p.lots, p.cost) for s, p in told.positions.items()} == {
        s: (p.lots, p.cost) for s, p in account.positions.items()
    }
    valuer = floor.kernel.valuer
    marks = {s: valuer.mark_ratio(floor.catalogue[s]) for s in told.positions}
    worth = valuer.worth(account)
    assert nav(told.cash, told.positions, marks, told.margined) == worth.nav
    income = account.realised + worth.unrealised - account.fees + account.funding + account.dividends
    assert worth.nav == account.funded + income


def test_a_reset_gives_everything_back_and_begins_with_start_money(floor: Floor) -> None:
    fills = len(floor.past.fills(MAIN))
    before = floor.kernel.state.accounts[MAIN].limits
    entries = do(floor, ResetAccount(floor.now, MAIN, Minor(5 * 10**10)))
    account = floor.kernel.state.accounts[MAIN]
    assert (account.cash, account.positions, account.realised, account.fees) == (5 * 10**10, {}, 0, 0)
    assert (account.funded, account.day_nav, account.reset_at) == (account.cash, account.cash, floor.now)
    assert account.limits == before
    assert {o.status for o in entries[-1].orders} == {Status.CANCELLED}
    assert not floor.kernel.open_orders(MAIN)
    assert len(floor.past.fills(MAIN)) == fills, "history stays"
    assert entries[-1].points[-1].nav == account.cash
    agrees(floor, MAIN)


def test_after_a_reset_figures_and_audit_figures_go_on_together(floor: Floor) -> None:
    do(floor, ResetAccount(floor.now, MAIN, START_CASH))
    floor.send(-1, "GCZ26", 1)
    floor.send(+1, "AAPL", 10)
    floor.market.move(floor.ix("AAPL"), 30)
    floor.send(-1, "AAPL", 4)
    agrees(floor, MAIN)
    floor.kernel.advance(TimeNs(floor.now + 2 * DAY_NS))
    account = floor.kernel.state.accounts[MAIN]
    agrees(floor, MAIN)
    assert any(t.code == "variation" for t in floor.past.transfers(MAIN)), "nights notice what came after the reset"
    assert account.realised != 0


def test_a_fork_holds_the_same_at_the_same_cost_and_goes_its_own_way(floor: Floor) -> None:
    main = floor.kernel.state.accounts[MAIN]
    fork(floor)
    new = floor.kernel.state.accounts[NEW]
    worth = floor.kernel.valuer.worth
    assert (new.cash, worth(new).nav) == (main.cash, worth(main).nav)
    assert {s: (p.lots, p.cost) for s, p in new.positions.items()} == {
        s: (p.lots, p.cost) for s, p in main.positions.items()
    }
    assert (new.realised, new.fees, new.forked_from) == (0, 0, "main")
    agrees(floor, NEW)
    floor.send(-1, "AAPL", 100, account=NEW)
    assert main.positions["AAPL"].lots == 300
    assert new.positions["AAPL"].lots == 200
    agrees(floor, NEW)


def test_nights_notice_what_a_fork_holds(floor: Floor) -> None:
    empty = Floor(size=1000)
    empty.kernel.advance(TimeNs(empty.now + DAY_NS))
    held = held_now(floor.kernel.state.accounts[MAIN], floor.catalogue)
    do(empty, ForkAccount(empty.now, MAIN, NEW, held.cash, held.holdings, empty.now))
    empty.kernel.advance(TimeNs(empty.now + 2 * DAY_NS))
    assert {"variation", "borrow"} <= {t.code for t in empty.past.transfers(NEW)}
    agrees(empty, NEW)


def test_what_was_held_at_a_moment_is_found_also_from_before_a_reset(floor: Floor) -> None:
    then = held_now(floor.kernel.state.accounts[MAIN], floor.catalogue)
    at = floor.now
    floor.step(1)
    do(floor, ResetAccount(floor.now, MAIN, START_CASH))
    floor.send(+1, "AAPL", 7)
    found = held_at(floor.kernel.state.accounts[MAIN], at, floor.past, floor.catalogue)
    assert found.cash == then.cash
    assert [(h.symbol, h.lots, h.cost, h.margined) for h in found.holdings] == [
        (h.symbol, h.lots, h.cost, h.margined) for h in then.holdings
    ]
    with pytest.raises(Refused):
        held_at(floor.kernel.state.accounts[MAIN], TimeNs(at - DAY_NS), floor.past, floor.catalogue)


def test_a_reset_stops_algorithms_and_leaves_other_accounts_alone(floor: Floor) -> None:
    from engine.model.algo import AlgoKind, AlgoRequest
    from engine.model.ids import HOUR_NS, Lots

    request = AlgoRequest(AlgoKind.TWAP, Symbol("KO"), 1, Lots(1000), over_ns=HOUR_NS, slices=10)
    floor.kernel.apply(StartAlgo(floor.now, MAIN, request))
    floor.send(+1, "KO", 10, account="other")
    other = floor.kernel.state.accounts["other"].cash
    do(floor, ResetAccount(floor.now, MAIN, START_CASH))
    assert not any(algo.open for algo in floor.kernel.state.algos.values())
    assert floor.kernel.state.accounts["other"].cash == other


def test_analytics_begin_at_a_reset_and_know_what_a_fork_was_given(floor: Floor) -> None:
    def told(name: str) -> History:
        return retell(name, floor.past.fills(name)[::-1], floor.past.transfers(name))

    assert told(MAIN).steps
    floor.step(1)
    fork(floor)
    do(floor, ResetAccount(floor.now, MAIN, START_CASH))
    assert (told(MAIN).steps, told(MAIN).positions) == ([], {})
    assert told(NEW).steps == []
    floor.step(1)
    for name in (MAIN, NEW):
        floor.send(-1, "AAPL", 100, account=name)
        floor.send(+1, "AAPL", 40, account=name)
        account, history = floor.kernel.state.accounts[name], told(name)
        assert sum(step.realised for step in history.steps) == account.realised
        assert {s: (p.lots, p.cost) for s, p in history.positions.items()} == {
            s: (p.lots, p.cost) for s, p in account.positions.items()
        }


def test_no_key_has_a_scope_for_accounts() -> None:
    for method, path in (("GET", "/v1/accounts"), ("POST", "/v1/accounts"), ("POST", "/v1/accounts/{name}/reset")):
        assert path in ROUTES
        assert scope_of(method, path) == ""


def test_a_command_that_cannot_be_is_refused_and_changes_nothing(floor: Floor) -> None:
    before = floor.kernel.state_hash()
    share = Holding(Symbol("AAPL"), 1, 100)
    for command in (
        ResetAccount(floor.now, AccountId("nobody"), START_CASH),
        ResetAccount(floor.now, MAIN, Minor(0)),
        ForkAccount(floor.now, AccountId("nobody"), NEW, 0, (), floor.now),
        ForkAccount(floor.now, MAIN, AccountId("other"), 0, (), floor.now),
        ForkAccount(floor.now, MAIN, NEW, 0, (share, share), floor.now),
        ForkAccount(floor.now, MAIN, NEW, 0, (Holding(Symbol("AAPL"), 1, 100, margined=True),), floor.now),
        ForkAccount(floor.now, MAIN, NEW, 0, (Holding(Symbol("NOSUCH"), 1, 100),), floor.now),
    ):
        entries, answer = floor.kernel.apply(command)
        assert entries == []
        assert isinstance(answer, Refusal)
    assert floor.kernel.state_hash() == before


def test_an_audit_sees_a_handover_that_is_not_its_commands(floor: Floor) -> None:
    import msgspec

    entry = fork(floor)[-1]
    first, *rest = entry.transfers
    more = msgspec.structs.replace(first, amount=first.amount + 1)
    assert entry_faults(msgspec.structs.replace(entry, transfers=(more, *rest)))
    assert entry_faults(msgspec.structs.replace(entry, transfers=tuple(rest)))
    assert entry_faults(msgspec.structs.replace(entry, kind="submit"))
    reset = do(floor, ResetAccount(floor.now, MAIN, START_CASH))[-1]
    assert entry_faults(msgspec.structs.replace(reset, transfers=reset.transfers[:-1]))


def test_handovers_that_cannot_be_are_errors() -> None:
    paid = Transfer(1, TimeNs(0), "market", "trader:a:cash", "VCR", 5, RESET, "KO")
    with pytest.raises(ValueError, match="not held"):
        pass_time(Rebuilt(), paid)
    lots = Transfer(1, TimeNs(0), "market", "trader:a:KO", "KO", 5, FORK, "KO")
    paying = Transfer(2, TimeNs(0), "trader:a:cash", "market", "VCR", 5, FORK, "KO")
    gone = Transfer(3, TimeNs(0), "trader:a:KO", "market", "KO", 5, RESET, "KO")
    purse = Rebuilt()
    for transfer in (lots, paying):
        pass_time(purse, transfer)
    with pytest.raises(ValueError, match="not paid back"):
        pass_time(purse, gone)


def test_documents() -> None:
    assert parse_opening({"name": "ideas", "cash": "50000"}) == ("ideas", 50_000_000_000)
    assert parse_opening(b'{"name":"a-1_b"}') == ("a-1_b", START_CASH)
    assert parse_reset({"cash": 1000.5}) == 1_000_500_000
    assert parse_reset({}) == START_CASH
    assert parse_fork({"name": "b"}) == ("b", None)
    assert parse_fork({"name": "b", "at": "1970-01-01T00:00:01Z"}) == ("b", 10**9)


@pytest.mark.parametrize(
    ("parse", "document", "code"),
    [
        (parse_opening, {"name": "a b"}, Code.FORBIDDEN),
        (parse_opening, {"name": 5}, Code.FORBIDDEN),
        (parse_opening, {"name": "x" * 65}, Code.FORBIDDEN),
        (parse_opening, {"cash": "5000"}, Code.MISSING_FIELD),
        (parse_opening, {"name": "a", "cash": "99.99"}, Code.OUT_OF_RANGE),
        (parse_opening, {"name": "a", "cash": str(MOST_CASH)}, Code.OUT_OF_RANGE),
        (parse_opening, {"name": "a", "money": "1000"}, Code.UNKNOWN_FIELD),
        (parse_reset, {"cash": "-1"}, Code.OUT_OF_RANGE),
        (parse_reset, {"cash": "1e400"}, Code.NUMBER_FORMAT),
        (parse_reset, b"", Code.MALFORMED_JSON),
        (parse_fork, {"name": "b", "at": "yesterday"}, Code.NUMBER_FORMAT),
        (parse_fork, {"name": "b", "at": 5}, Code.NUMBER_FORMAT),
    ],
)
def test_bad_documents(parse: object, document: object, code: Code) -> None:
    with pytest.raises(Refused) as refused:
        parse(document)  # type: ignore[operator]
    assert refused.value.refusal.code is code


def test_names() -> None:
    assert account_id("main") == "main"
    for name in ("", "a:b", "a/b", "-", 7, None):
        with pytest.raises(Refused):
            account_id(name)


def test_an_account_can_begin_with_other_money(floor: Floor) -> None:
    floor.kernel.apply(OpenAccount(floor.now, NEW, Minor(10**9)))
    assert floor.kernel.state.accounts[NEW].funded == 10**9
    assert isinstance(floor.send(+1, "KO", 1, account=NEW).order_id, str)
    assert Submit.__struct_config__.tag == "submit"
    agrees(floor, NEW)
