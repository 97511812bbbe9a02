"""Income, balance and cash flow out of tagged figures; which tags mean which line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import islice

from engine.desk import Document
from engine.model.refusal import Code, refuse
from engine.model.text import safe
from engine.research.edgar.periods import QUARTER, YEAR, Figure, Series, Span
from engine.research.edgar.shapes import CompanyFacts

INCOME = {
    "revenue": ("RevenueFromContractWithCustomerExcludingAssessedTax", "Revenues", "SalesRevenueNet",
                "RevenueFromContractWithCustomerIncludingAssessedTax", "RevenuesNetOfInterestExpense"),
    "cost_of_revenue": ("CostOfGoodsAndServicesSold", "CostOfRevenue", "CostOfGoodsSold"),
    "gross_profit": ("GrossProfit",),
    "research": ("ResearchAndDevelopmentExpense",),
    "selling_and_administration": ("SellingGeneralAndAdministrativeExpense",),
    "operating_income": ("OperatingIncomeLoss",),
    "interest": ("InterestExpense", "InterestExpenseNonoperating"),
    "pretax_income": (
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
    ),
    "tax": ("IncomeTaxExpenseBenefit",),
    "net_income": ("NetIncomeLoss", "ProfitLoss"),
}  # fmt: skip
BALANCE = {
    "cash": ("CashAndCashEquivalentsAtCarryingValue",
             "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"),
    "receivables": ("AccountsReceivableNetCurrent", "ReceivablesNetCurrent"),
    "inventory": ("InventoryNet",),
    "property": ("PropertyPlantAndEquipmentNet",),
    "total_assets": ("Assets",),
    "payables": ("AccountsPayableCurrent",),
    "debt": ("LongTermDebt", "LongTermDebtNoncurrent"),
    "total_liabilities": ("Liabilities",),
    "equity": ("StockholdersEquity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"),
}  # fmt: skip
CASH_FLOW = {
    "depreciation": ("DepreciationDepletionAndAmortization", "DepreciationAndAmortization", "Depreciation"),
    "stock_pay": ("ShareBasedCompensation",),
    "from_operations": ("NetCashProvidedByUsedInOperatingActivities",),
    "capital_spending": ("PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets"),
    "from_investing": ("NetCashProvidedByUsedInInvestingActivities",),
    "dividends_paid": ("PaymentsOfDividends", "PaymentsOfDividendsCommonStock"),
    "shares_bought_back": ("PaymentsForRepurchaseOfCommonStock",),
    "from_financing": ("NetCashProvidedByUsedInFinancingActivities",),
}
PAID = frozenset({"capital_spending", "dividends_paid", "shares_bought_back"})
"""Tagged as what was paid; here, as elsewhere on this desk, cash that leaves is negative."""
EPS = ("EarningsPerShareDiluted", "EarningsPerShareBasicAndDiluted", "EarningsPerShareBasic")
ANCHORS = ("net_income", "revenue")
"""Lines whose spans say which quarters and years there are."""


class Books:
    """A company's tagged figures, as known at the end of a day. Raises Refused where there are none to read."""

    def __init__(self, facts: CompanyFacts, until: date) -> None:
        self._tags, self._until = facts.facts.get("us-gaap", {}), until
        self.name = str(safe(facts.entity_name, 120))
        self.currency = self._currency()
        self.lines: dict[str, Series] = {
            line: self._series(tags, self.currency) for line, tags in (INCOME | BALANCE | CASH_FLOW).items()
        }
        self.eps = self._series(EPS, f"{self.currency}/shares")

    def periods(self, period: str, limit: int) -> list[Span]:
        """The newest quarters or years."""
        lengths = QUARTER if period == "quarter" else YEAR
        found: dict[date, Span] = {}
        for line in ANCHORS:
            for span in self.lines[line].periods(lengths):
                found.setdefault(span.end, span)
        return list(islice(sorted(found.values(), key=lambda span: span.end, reverse=True), limit))

    def flow(self, line: str, span: Span) -> Figure | None:
        """A line over a span, cash that leaves negative."""
        found = self.lines[line].of(span)
        return found._replace(value=-found.value) if found is not None and line in PAID else found

    def statement(self, span: Span) -> Document:
        """The three statements of one span."""
        income = {line: self.flow(line, span) for line in INCOME}
        cash = {line: self.flow(line, span) for line in CASH_FLOW}
        balance = {line: self.lines[line].at(span.end) for line in BALANCE}
        every = [figure for figure in (*income.values(), *cash.values(), *balance.values()) if figure is not None]
        newest = max(every, key=lambda figure: figure.filed)
        eps = self.eps.spans.get(span)  # a share's earnings of two spans do not subtract: the shares differ
        return {
            "period": f"to {span.end}",
            "from": str(span.start),
            "to": str(span.end),
            "filed": newest.filed,
            "form": str(safe(newest.form, 20)),
            "accession": str(safe(newest.accn, 30)),
            "derived": sorted(line for line, one in (income | cash).items() if one is not None and one.derived),
            "income": {**_texts(income), "eps": _text(eps)},
            "balance": _texts(balance),
            "cash_flow": _texts(cash),
        }

    def _series(self, tags: tuple[str, ...], unit: str) -> Series:
        return Series((self._tags[tag].units.get(unit, ()) for tag in tags if tag in self._tags), self._until)

    def _currency(self) -> str:
        for tag in (tag for line in ANCHORS for tag in INCOME[line]):
            units = self._tags[tag].units if tag in self._tags else {}
            for unit in units:
                if len(unit) == 3 and unit.isascii() and unit.isupper():
                    return unit
        raise refuse(
            Code.INCONSISTENT_FIELDS, "EDGAR has no tagged US-GAAP figures of this company",
            fix="`vterm research filings SYM source=edgar` lists what it filed",
        )  # fmt: skip


def _texts(figures: Mapping[str, Figure | None]) -> Document:
    return {line: _text(figure) for line, figure in figures.items()}


def _text(figure: Figure | None) -> str | None:
    return None if figure is None else plain(figure.value)


def plain(value: Decimal) -> str:
    """A figure as decimal text, never with an exponent."""
    return f"{value:f}"
