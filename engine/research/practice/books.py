"""A company's books, quarter after quarter, in whole thousands: assets are liabilities and equity, cash flow ties.

Each quarter follows from the one before: what is earned, invested, paid out and borrowed moves the balance sheet by
exactly as much. Expected earnings are a smooth path known beforehand; what is reported is off it by the surprise of
the quarter's release (releases.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from engine.research.practice.companies import Company
from engine.research.practice.draws import Draws
from engine.research.practice.releases import Release, quarter
from engine.research.source import Payout

BACK = 24
"""Quarters before the anchor's at which the books begin."""


class Income(NamedTuple):
    """Of one quarter, thousands; costs are positive."""

    revenue: int
    cost: int
    research: int
    selling: int
    interest: int
    tax: int
    net: int

    @property
    def gross(self) -> int:
        """Revenue less its cost."""
        return self.revenue - self.cost

    @property
    def operating(self) -> int:
        """Gross profit less research, selling and administration."""
        return self.gross - self.research - self.selling

    @property
    def pretax(self) -> int:
        """Operating income less interest."""
        return self.operating - self.interest


class Flow(NamedTuple):
    """Cash of one quarter, thousands; what leaves is negative."""

    net: int
    depreciation: int
    stock_pay: int
    receivables: int
    inventory: int
    payables: int
    capex: int
    borrowed: int
    dividends: int
    bought_back: int

    @property
    def operating(self) -> int:
        """From operations."""
        return self.net + self.depreciation + self.stock_pay + self.receivables + self.inventory + self.payables

    @property
    def financing(self) -> int:
        """From lenders and to owners."""
        return self.borrowed + self.dividends + self.bought_back

    @property
    def change(self) -> int:
        """Of cash."""
        return self.operating + self.capex + self.financing


class Balance(NamedTuple):
    """At a quarter's end, thousands."""

    cash: int
    receivables: int
    inventory: int
    plant: int
    intangibles: int
    payables: int
    debt: int
    equity: int

    @property
    def assets(self) -> int:
        """Everything that is owned."""
        return self.cash + self.receivables + self.inventory + self.plant + self.intangibles

    @property
    def liabilities(self) -> int:
        """Everything that is owed."""
        return self.payables + self.debt


class Page(NamedTuple):
    """One quarter of the books."""

    income: Income
    flow: Flow
    balance: Balance


class Books:
    """The books of one company; `release` gives a quarter's report, `payouts` the dividends of a year."""

    def __init__(
        self,
        company: Company,
        seed: int,
        anchor_number: int,
        release: Callable[[int], Release],
        payouts: Callable[[int], list[Payout]],
    ) -> None:
        self.company, self._seed, self._origin = company, seed, anchor_number
        self._release, self._payouts = release, payouts
        self._first = anchor_number - BACK
        self._pages: list[Page] = []

    def expected_earnings(self, number: int) -> float:
        """Earnings a share that are expected of a quarter before it is reported, in the company's currency."""
        company, draws = self.company, Draws(self._seed, "expected", self.company.symbol, number)
        path = company.earnings / company.shares / 4 * self._grown(number) * self._season(number, 0.5)
        return path * (1 + 0.025 * draws.normal(0))

    def expected_revenue(self, number: int) -> float:
        """Revenue that is expected of a quarter, in thousands."""
        draws = Draws(self._seed, "expected", self.company.symbol, number)
        path = self.company.revenue / 4000 * self._grown(number) * self._season(number, 1.0)
        return path * (1 + 0.012 * draws.normal(1))

    def page(self, number: int) -> Page:
        """A quarter's page. Its report must be public: what was earned is not known before."""
        place = number - self._first
        while len(self._pages) <= place:
            self._pages.append(self._next(self._first + len(self._pages)))
        return self._pages[place]

    def _grown(self, number: int) -> float:
        return float((1 + self.company.growth) ** ((number - self._origin) / 4))

    def _season(self, number: int, strength: float) -> float:
        draws = Draws(self._seed, "season", self.company.symbol)
        weights = [0.10 * draws.normal(k) * strength for k in range(4)]
        return 1 + weights[number % 4] - sum(weights) / 4

    def _income(self, number: int, debt: int) -> Income:
        company, draws = self.company, Draws(self._seed, "books", self.company.symbol, number)
        surprise = self._release(number).surprise
        expected = self.expected_earnings(number) * company.shares / 1000
        net = round(expected + abs(expected) * surprise)
        revenue = round(self.expected_revenue(number) * (1 + 0.3 * surprise))
        interest = round(debt * 0.011)
        tax = round(net * 0.21 / 0.79) if net > 0 else 0
        operating = net + tax + interest
        gross = max(round(revenue * (company.gross + 0.01 * draws.normal(2))), operating)
        spent = gross - operating
        research = round(spent * (0.45 if company.sector in ("Information Technology", "Health Care") else 0.1))
        return Income(revenue, revenue - gross, research, spent - research, interest, tax, net)

    def _next(self, number: int) -> Page:
        if not self._pages:
            before = self._opening(number)
        else:
            before = self._pages[-1].balance
        income = self._income(number, before.debt)
        trade, year = self.company.trade, self.company.revenue / 1000 * self._grown(number)
        receivables, inventory = round(year * 0.11), round(year * (1 - self.company.gross) * 0.12)
        payables = round(year * 0.13)
        depreciation = round(before.plant * 0.022)
        stock_pay = round(year * 0.004)
        capex = -round(year / 4 * trade.capex)
        dividends = -self._paid(number)
        flow = Flow(
            income.net, depreciation, stock_pay, before.receivables - receivables, before.inventory - inventory,
            payables - before.payables, capex, 0, dividends, 0,
        )  # fmt: skip
        held, least, most = before.cash + flow.change, round(year * trade.cash * 0.6), round(year * trade.cash * 1.4)
        wanted = round(year * trade.debt)
        if held < least:
            flow = flow._replace(borrowed=least - held)
        elif held > most:
            repaid = min(held - most, max(0, before.debt - wanted))
            flow = flow._replace(borrowed=-repaid, bought_back=-(held - most - repaid))
        balance = Balance(
            before.cash + flow.change, receivables, inventory, before.plant - capex - depreciation,
            before.intangibles, payables, before.debt + flow.borrowed,
            before.equity + income.net + stock_pay + dividends + flow.bought_back,
        )  # fmt: skip
        return Page(income, flow, balance)

    def _paid(self, number: int) -> int:
        """Dividends with an ex-date in a quarter, thousands."""
        asked = quarter(self.company, number)
        first, last = asked.first, asked.last
        years = {_year(first), _year(last)}
        due = [p for year in sorted(years) for p in self._payouts(year) if first <= _ordinal(p.day) <= last]
        return round(sum(p.amount for p in due) * self.company.scale * self.company.shares / 1000)

    def _opening(self, number: int) -> Balance:
        """The balance sheet with which the books begin."""
        trade, year = self.company.trade, self.company.revenue / 1000 * self._grown(number)
        cash, receivables = round(year * trade.cash), round(year * 0.11)
        inventory = round(year * (1 - self.company.gross) * 0.12)
        plant = round(year * trade.capex / 4 / 0.022)
        intangibles, payables = round(year * 0.25), round(year * 0.13)
        debt = round(year * trade.debt)
        equity = cash + receivables + inventory + plant + intangibles - payables - debt
        return Balance(cash, receivables, inventory, plant, intangibles, payables, debt, equity)


def year_of(pages: list[Page]) -> Page:
    """Four quarters as a year: sums of what flows, the last of what stands."""
    incomes, flows = zip(*(p.income for p in pages), strict=True), zip(*(p.flow for p in pages), strict=True)
    return Page(Income(*map(sum, incomes)), Flow(*map(sum, flows)), pages[-1].balance)


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _year(day: int) -> int:
    return date.fromordinal(day).year
