"""What an account ordered and traded, narrowed and sorted."""

from __future__ import annotations

from msgspec.structs import replace

from engine.documents import Document, fill_document
from engine.model.instrument import ASSET_CLASSES
from engine.model.refusal import Code, refuse
from engine.model.wanted import Wanted
from engine.past import order_found, sort_found
from engine.views.account import AccountView


class HistoryView(AccountView):
    """Searches in the orders and fills of one desk."""

    def find_orders(self, account: str, wanted: Wanted, asset_class: str = "", open_only: bool = False) -> Document:
        """Orders, open and over, as they are wanted."""
        self.account(account)
        past, mine = self.kernel.past, self.kernel.open_orders(account)
        wanted = self._of_class(wanted, asset_class, {*past.symbols(account), *(o.request.symbol for o in mine)})
        found = []
        for order in mine:
            known = order_found(order, past.fills_of(order.order_id) if order.filled else ())
            if wanted.takes_order(order, known.value):
                found.append((known, order))
        for order in () if open_only else past.find_orders(account, wanted):
            fills = past.fills_of(order.order_id) if wanted.sort in ("value", "pnl") else ()
            found.append((order_found(order, fills), order))
        return {"orders": [self.order_document(order) for order in sort_found(found, wanted)]}

    def find_fills(self, account: str, wanted: Wanted, asset_class: str = "") -> Document:
        """Fills as they are wanted."""
        self.account(account)
        wanted = self._of_class(wanted, asset_class, set(self.kernel.past.symbols(account)))
        found = self.kernel.past.find_fills(account, wanted)
        return {"fills": [fill_document(fill, self.catalogue[fill.symbol]) for fill in found]}

    def _of_class(self, wanted: Wanted, asset_class: str, known: set[str]) -> Wanted:
        """The question with the class as symbols, of those that the account ever touched; a futures root means all of
        its contracts."""
        if asset_class and asset_class not in ASSET_CLASSES:
            fix = f"use {', '.join(ASSET_CLASSES)}"
            raise refuse(Code.ENUM_ERROR, "there is no such asset class", fix=fix, field="class")
        if wanted.symbols is None and not asset_class:
            return wanted
        named = known if wanted.symbols is None else self._named(wanted.symbols, known)
        of_class = {s for s in named if not asset_class or self.catalogue[s].asset_class == asset_class}
        return replace(wanted, symbols=tuple(sorted(of_class)))

    def _named(self, symbols: tuple[str, ...], known: set[str]) -> set[str]:
        """The symbols that these texts mean."""
        found: set[str] = set()
        for text in symbols:
            if self.catalogue.is_root(text.upper()):
                found |= {symbol for symbol in known if self.catalogue[symbol].root == text.upper()}
            elif text in known:
                found.add(text)
            else:
                found.add(str(self.resolve(text).symbol))
        return found
