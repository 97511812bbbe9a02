"""An execution of ours, with its price taken apart."""

from __future__ import annotations

import msgspec

from engine.model.ids import AccountId, FillId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs


class Explain(msgspec.Struct, frozen=True, gc=False):
    """A fill's price in five signed parts, in half ticks; they sum exactly to twice the price.

    `mid` is the mid at the order's arrival, `timing` the drift since then, own impact excluded.
    """

    mid: int
    half_spread: int
    depth: int
    impact: int
    timing: int

    def total(self) -> int:
        """The price in half ticks."""
        return self.mid + self.half_spread + self.depth + self.impact + self.timing


class Fill(msgspec.Struct, frozen=True, gc=False):
    """One execution. `value` is its worth in Minor VCR at the exchange rate of the fill; `cash` what the
    account's cash changed by before the fee; `realised` the profit it closed."""

    fill_id: FillId
    order_id: OrderId
    client_order_id: str
    account: AccountId
    symbol: Symbol
    side: int
    quantity: Lots
    price: Ticks
    value: Minor
    cash: Minor
    fee: Minor
    realised: Minor
    maker: bool
    at: TimeNs
    explain: Explain
