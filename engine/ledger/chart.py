"""The chart of ledger accounts: who holds what, by name.

Every trader has one account for cash and one for each symbol held. The other side of each transfer is a
house account, so that every asset sums to nothing over the whole chart.
"""

from __future__ import annotations

VCR = "VCR"
"""The asset of all money; every other asset is a symbol, counted in lots."""

MARKET = "market"
"""What the market gave and took: lots, and the full value of what was bought and sold for cash."""

FEES = "fees"
"""Fees paid less rebates received."""

CAPITAL = "capital"
"""Where start money comes from."""

MARGIN_RESULT = "margin result"
"""Profit and loss of futures and index contracts, which settle only the difference."""

FUNDING = "funding"
"""Interest that time costs or earns: financing, borrow fees, currency swaps."""

DIVIDENDS = "dividends"
"""Dividends paid to holders, less those that short sellers make good."""

HOUSE = (MARKET, FEES, CAPITAL, MARGIN_RESULT, FUNDING, DIVIDENDS)

_TRADER = "trader:"


def trader_cash(account: str) -> str:
    """The ledger account of a trader's money, e.g. trader:main:cash."""
    return f"trader:{account}:cash"


def trader_position(account: str, symbol: str) -> str:
    """The ledger account of a trader's lots of one symbol, e.g. trader:main:AAPL."""
    return f"trader:{account}:{symbol}"


def trader_of(ledger_account: str, asset: str) -> str | None:
    """The trader whose money (`asset` VCR) or lots of `asset` a ledger account holds; None for another account."""
    tail = ":cash" if asset == VCR else f":{asset}"
    if ledger_account.startswith(_TRADER) and ledger_account.endswith(tail):
        return ledger_account[len(_TRADER) : -len(tail)]
    return None
