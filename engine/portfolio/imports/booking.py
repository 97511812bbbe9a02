"""Trades made elsewhere are booked: an account of their own, each trade as an order that was filled in the past."""

from __future__ import annotations

from collections.abc import Callable

from engine.ledger.handover import hand_back
from engine.ledger.passage import pass_time
from engine.ledger.postings import UNDO, for_fill, opening
from engine.ledger.replay import Rebuilt
from engine.matching.chronicle import Chronicle
from engine.matching.state import State
from engine.model.account import START_CASH, Account
from engine.model.command import ImportedTrade, ImportTrades, UndoImport
from engine.model.event import AccountTouched
from engine.model.fill import Explain, Fill
from engine.model.format import time_text
from engine.model.ids import DAY_NS, Minor, OrderId, TimeNs, fill_id
from engine.model.order import Order, OrderRequest, OrderType, Status
from engine.model.refusal import Code, Refusal
from engine.portfolio.equity import EquityWatch
from engine.portfolio.imports.start import settle
from engine.portfolio.valuation import Valuer
from engine.ports import OrderDesk

ORIGIN = "import"
_WHY = "the import was undone"


class Imports:
    """Books and undoes the imports of a desk. Only the kernel calls it.

    Nobody is told of each trade: they happened long ago, and elsewhere. `stop_algos(account, reason)` ends the
    account's algorithms.
    """

    def __init__(
        self,
        state: State,
        valuer: Valuer,
        desk: OrderDesk,
        chronicle: Chronicle,
        equity: EquityWatch,
        stop_algos: Callable[[str, str], None],
    ) -> None:
        self._valuer, self._desk, self._chronicle = valuer, desk, chronicle
        self._equity, self._stop_algos = equity, stop_algos
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self._state = state

    def book(self, command: ImportTrades) -> Refusal | None:
        """Make the account and book its start money and its trades at the times they have."""
        state, now = self._state, self._state.now
        refusal = self._unfit(command)
        if refusal is not None:
            return refusal
        account = Account(command.account, now, 0, {}, imported_at=now)
        account.given = command.cash - START_CASH
        state.accounts[command.account] = account
        first = min((trade.at for trade in command.trades), default=now)
        given = opening(command.account, command.cash, first, state.transfers_made + 1)
        state.transfers_made += len(given)
        self._chronicle.recorded(None, None, given)
        held = Rebuilt(cash=command.cash)
        for trade in command.trades:
            self._one(command, trade, held)
        account.cash, account.positions = held.cash, held.positions
        account.realised, account.fees = held.realised, held.fees
        self._begin(account, now)
        return None

    def _one(self, command: ImportTrades, trade: ImportedTrade, held: Rebuilt) -> None:
        state, before = self._state, trade.symbol in held.positions
        cash, realised = settle(held, trade, self._valuer.instrument(trade.symbol).full_cash)
        if not before and trade.symbol in held.positions:
            held.positions[trade.symbol].day_label = time_text(trade.at)[:10]
        state.orders_made += 1
        state.fills_made += 1
        order = _order(command, trade, OrderId(f"o{state.orders_made:06d}"))
        fill = Fill(
            fill_id=fill_id(state.fills_made - 1),
            order_id=order.order_id,
            client_order_id="",
            account=command.account,
            symbol=trade.symbol,
            side=trade.side,
            quantity=trade.lots,
            price=trade.price,
            value=trade.value,
            cash=Minor(cash),
            fee=trade.fee,
            realised=Minor(realised),
            maker=False,
            at=trade.at,
            explain=Explain(2 * trade.price, 0, 0, 0, 0),
        )
        moved = for_fill(fill, state.transfers_made + 1)
        state.transfers_made += len(moved)
        self._chronicle.recorded(order, fill, moved)

    def _unfit(self, command: ImportTrades) -> Refusal | None:
        """What no import may hold, whoever sent the command."""
        if command.account in self._state.accounts:
            fix = "choose a name that no account ever had"
            return Refusal(Code.INCONSISTENT_FIELDS, f"there is an account {command.account} already", fix=fix)
        if not command.trades:
            return Refusal(Code.BAD_IMPORT, "there is no trade to import", fix="give at least one")
        last = 0
        for trade in command.trades:
            sound = (
                trade.lots > 0 and trade.value >= 0 and trade.side in (1, -1) and last <= trade.at <= self._state.now
            )
            if not sound or self._valuer.catalogue.find(trade.symbol) is None:
                return Refusal(Code.BAD_IMPORT, f"a trade of {trade.symbol} cannot be booked", fix="leave it out")
            last = trade.at
        return None

    def undo(self, command: UndoImport) -> Refusal | None:
        """Give back all that an imported account holds, and close it."""
        account = self._state.accounts.get(command.account)
        if account is None or not account.imported_at:
            fix = "vterm accounts shows which were imported"
            return Refusal(Code.FORBIDDEN, f"{command.account} is no imported account", fix=fix)
        at, name = self._state.now, account.account_id
        self._stop_algos(name, _WHY)
        for order in self._desk.open_orders(name):
            self._desk.withdraw(order, _WHY)
        margined = {s for s in account.positions if not self._valuer.instrument(s).full_cash}
        number = self._state.transfers_made + 1
        back = hand_back(name, account.cash, account.positions, margined, 0, at, number, UNDO)
        for transfer in back:
            pass_time(account, transfer)
        account.given = -START_CASH
        account.closed_at = at
        self._desk.book_transfers(back, at)
        self._begin(account, at)
        return None

    def _begin(self, account: Account, at: TimeNs) -> None:
        """From here on its day and its curve count."""
        account.day, account.day_nav = at // DAY_NS, self._valuer.worth(account).nav
        self._equity.opened(account, at)
        self._desk.happened(AccountTouched(at, account.account_id))


def _order(command: ImportTrades, trade: ImportedTrade, name: OrderId) -> Order:
    return Order(
        order_id=name,
        account=command.account,
        request=OrderRequest(trade.symbol, trade.side, OrderType.MARKET, trade.lots),
        status=Status.FILLED,
        submitted_at=trade.at,
        updated_at=trade.at,
        filled=trade.lots,
        filled_value=trade.price * trade.lots,
        fee=trade.fee,
        arrival_mid2=2 * trade.price,
        origin=ORIGIN,
    )
