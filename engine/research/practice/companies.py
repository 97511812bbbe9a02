"""Made-up companies behind the shares of the catalogue: size, profitability, growth, fiscal year. All invented.

Sizes follow from the catalogue's reference price and usual volume, so that a market value, an earnings yield and a
dividend fit the price that the market shows. They hold at the market's anchor and grow from there.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.market.dividends import payers
from engine.model.instrument import Instrument
from engine.research.practice.draws import Draws

ISSUER = {"GOOG": "GOOGL"}
"""Share classes whose company is told about under another symbol."""


class Trade(NamedTuple):
    """What is usual in a sector: price over earnings, net and gross margin, capital spending and cash over revenue."""

    multiple: tuple[float, float]
    net: tuple[float, float]
    gross: tuple[float, float]
    capex: float
    cash: float
    debt: float


_SECTORS = {
    "Information Technology": Trade((22, 38), (0.16, 0.30), (0.52, 0.74), 0.07, 0.22, 0.20),
    "Communication Services": Trade((14, 28), (0.12, 0.24), (0.48, 0.66), 0.11, 0.16, 0.45),
    "Consumer Discretionary": Trade((16, 32), (0.06, 0.13), (0.30, 0.46), 0.05, 0.12, 0.30),
    "Consumer Staples": Trade((18, 28), (0.07, 0.16), (0.30, 0.55), 0.04, 0.08, 0.35),
    "Financials": Trade((10, 18), (0.20, 0.32), (0.62, 0.80), 0.02, 0.30, 0.50),
    "Health Care": Trade((15, 28), (0.10, 0.24), (0.55, 0.76), 0.04, 0.14, 0.35),
    "Energy": Trade((9, 15), (0.08, 0.14), (0.28, 0.42), 0.08, 0.09, 0.20),
    "Industrials": Trade((17, 27), (0.07, 0.14), (0.26, 0.40), 0.04, 0.10, 0.30),
    "Materials": Trade((12, 22), (0.08, 0.15), (0.26, 0.40), 0.08, 0.09, 0.25),
    "Utilities": Trade((15, 21), (0.12, 0.18), (0.38, 0.50), 0.26, 0.03, 1.10),
    "Real Estate": Trade((20, 34), (0.18, 0.30), (0.55, 0.70), 0.16, 0.05, 1.00),
}
_USUAL = Trade((14, 24), (0.08, 0.16), (0.32, 0.50), 0.05, 0.10, 0.30)
_RESTLESS = 0.044
"""Daily volatility from which a company that pays nothing may be making losses."""


class Company(NamedTuple):
    """One company at the market's anchor. Amounts a year, in `currency`; margins are shares of revenue.

    `end` is the place of a quarter's last month in its calendar quarter (2: March, June, …), `last` the fiscal
    year's last quarter (quarter number modulo 4). `scale` turns a quoted price into `currency` (pence: 0.01).
    """

    symbol: str
    name: str
    sector: str
    currency: str
    scale: float
    price: float
    shares: int
    revenue: float
    earnings: float
    growth: float
    gross: float
    trade: Trade
    end: int
    last: int
    night: float
    """Usual overnight deviation."""
    employees: int


def issuer_of(instrument: Instrument) -> str:
    """The symbol under which a share's company is told about."""
    return ISSUER.get(str(instrument.symbol), str(instrument.symbol))


def found(instrument: Instrument, seed: int) -> Company:
    """The company behind a share (an issuer's own symbol)."""
    draws = Draws(seed, "company", instrument.symbol)
    trade = _SECTORS.get(instrument.sector, _USUAL)
    scale = 0.01 if instrument.currency == "GBX" else 1.0
    currency = "GBP" if instrument.currency == "GBX" else instrument.currency
    price = float(instrument.price0) * scale
    shares = max(100_000, round(instrument.adv_units / draws.between(0, 0.0028, 0.0075) / 1000) * 1000)
    multiple = draws.between(1, *trade.multiple)
    payer = payers().get(str(instrument.symbol))
    pays = payer.digits / 10**payer.places / 100 if payer is not None else 0.0
    if pays:
        multiple = min(multiple, 0.7 / pays)
    earnings, net = shares * price / multiple, draws.between(2, *trade.net)
    revenue = earnings / net
    if not pays and instrument.daily_vol >= _RESTLESS:
        earnings = -revenue * draws.between(3, 0.03, 0.12)
    end = (2, 2, 2, 0, 1)[draws.whole(4, 0, 4)]
    last = 3 if end == 2 and draws.unit(5) < 0.8 else draws.whole(6, 0, 3)
    return Company(
        str(instrument.symbol), instrument.name, instrument.sector, currency, scale, price, shares, revenue, earnings,
        draws.between(7, -0.01, 0.05) + 2.2 * instrument.daily_vol * draws.between(8, 0.3, 1.5),
        max(draws.between(9, *trade.gross), 1.25 * net + 0.08), trade, end, last, 0.6 * instrument.daily_vol,
        max(40, round(revenue / draws.between(10, 180_000, 900_000) / _per_dollar(currency))),
    )  # fmt: skip


def _per_dollar(currency: str) -> float:
    return {"JPY": 150.0, "KRW": 1450.0, "HKD": 7.8}.get(currency, 1.0)
