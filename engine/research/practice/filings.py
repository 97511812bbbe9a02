"""What a company files: annual and quarterly reports, notices, insiders' forms, holders' reports; with their text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.research.practice import insiders, institutions
from engine.research.practice.asked import Asked
from engine.research.practice.books import Page, year_of
from engine.research.practice.desk import Firm, Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import change, share, text
from engine.research.practice.fundamentals import declared_at
from engine.research.practice.releases import Release
from engine.research.practice.times import HOUR, SECOND, closing, day_of, moment_text, month_end, text_of, trading_day
from engine.views.jobs import Job

FORMS = ("10-K", "10-Q", "8-K", "4", "13F")
YEAR = 366 * 86_400 * SECOND
_RISKS = (
    "Demand for the company's products may fall faster than its costs.",
    "A small number of suppliers provides parts that could not be replaced within months.",
    "A part of revenue is earned in other currencies than the company reports in.",
    "Interest on debt that falls due will be set anew at the rates of that day.",
    "Rules under which the company works may change at short notice.",
    "An outage of its systems could keep the company from serving its customers.",
)


class Filing(NamedTuple):
    """One filing: when it is public (ns), its form, what it is about, and its sections."""

    at: int
    form: str
    title: str
    period: str
    sections: tuple[tuple[str, str], ...]


def filings(universe: Universe, instrument: Instrument, asked: Asked) -> Job[Document]:
    """Filings of the last two years, newest first; with `id`, one with its text."""
    asked.only("form", "limit", "id")
    firm = universe.firm(instrument, "filings")
    form, wanted = asked.choice("form", ("", *FORMS), ""), asked.text("id")
    limit = asked.number("limit", 20, 1, 100)
    now, every = universe.now, list[Filing]()  # time may pass between the parts
    start = now - 2 * YEAR
    for part in (_reports(universe, firm), _notices(universe, firm, start), _forms(universe, firm)):
        every += (filing for filing in part if start < filing.at <= now)
        yield None
    ids = _ids(firm, every)
    head = {"symbol": str(instrument.symbol), "name": firm.company.name}
    if wanted:
        for name, filing in ids.items():
            if name == wanted:
                return {**head, "count": 1, "filings": [_row(name, filing, whole=True)]}
        raise refuse(
            Code.OUT_OF_RANGE, f"{firm.company.symbol} has no filing {wanted[:40]!r}",
            fix="ask without an id for the list", field="id",
        )  # fmt: skip
    rows = [(name, filing) for name, filing in ids.items() if not form or filing.form == form]
    return {**head, "count": len(rows), "filings": [_row(name, filing, whole=False) for name, filing in rows[:limit]]}


def _ids(firm: Firm, every: list[Filing]) -> dict[str, Filing]:
    """Filings by id: symbol, form, day, and a number where a day has several."""
    found: dict[str, Filing] = {}
    for filing in sorted(every, key=lambda f: (f.at, f.form, f.title)):
        name, number = f"{firm.company.symbol}-{filing.form}-{text_of(day_of(filing.at))}", 1
        while name in found:
            number += 1
            name = f"{firm.company.symbol}-{filing.form}-{text_of(day_of(filing.at))}-{number}"
        found[name] = filing
    return dict(sorted(found.items(), key=lambda row: (-row[1].at, row[0])))


def _row(name: str, filing: Filing, *, whole: bool) -> Document:
    row: Document = {
        "id": name,
        "form": filing.form,
        "filed_at": moment_text(filing.at),
        "period": filing.period or None,
        "title": filing.title,
    }
    if whole:
        row["sections"] = [{"title": title, "text": words} for title, words in filing.sections]
    else:
        row["sections"] = [title for title, _ in filing.sections]
    return row


def _reports(universe: Universe, firm: Firm) -> Iterator[Filing]:
    """8-K with the results, and the whole report some days after it."""
    calendar, company = universe.stage.calendar(firm.instrument.session), firm.company
    for release, page in firm.told(9):
        quarter = release.quarter
        head = _results(firm, release, page)
        yield Filing(release.at, "8-K", f"Results of {quarter.name}", quarter.name, (("Results", head),))
        draws = Draws(universe.seed, "filed", company.symbol, quarter.number)
        at = closing(calendar, trading_day(calendar, release.day + draws.whole(0, 1, 4))) + HOUR
        if quarter.place == 4:
            year = year_of([firm.books.page(n) for n in range(quarter.number - 3, quarter.number + 1)])
            before = year_of([firm.books.page(n) for n in range(quarter.number - 7, quarter.number - 3)])
            title = f"Annual report, fiscal year {quarter.year}"
            yield Filing(at, "10-K", title, f"FY {quarter.year}", _sections(universe, firm, year, before, True))
        else:
            before = firm.books.page(quarter.number - 4)
            yield Filing(
                at, "10-Q", f"Report on {quarter.name}", quarter.name, _sections(universe, firm, page, before, False)
            )


def _results(firm: Firm, release: Release, page: Page) -> str:
    company, income = firm.company, page.income
    return (
        f"{company.name} reports revenue of {income.revenue:,} and net income of {income.net:,} (thousand "
        f"{company.currency}) for {release.quarter.name}, {text(income.net * 1000 / company.shares, 4)} a share."
    )


def _sections(universe: Universe, firm: Firm, page: Page, before: Page, yearly: bool) -> tuple[tuple[str, str], ...]:
    company, (income, flow, balance) = firm.company, page
    draws = Draws(universe.seed, "risks", company.symbol)
    span = "year" if yearly else "quarter"
    risks = "\n".join(f"- {line}" for line in draws.shuffled(0, _RISKS)[: 5 if yearly else 3])
    business = (
        f"{company.name} works in {company.sector} with about {company.employees:,} people. It has "
        f"{company.shares:,} shares outstanding. Company, people and figures are simulated."
    )
    grown = change(income.revenue, before.income.revenue)
    discussion = (
        f"Revenue of the {span} was {income.revenue:,} after {before.income.revenue:,} a year before ({grown} %). "
        f"Gross margin was {share(income.gross, income.revenue)}, operating margin "
        f"{share(income.operating, income.revenue)}. Net income was {income.net:,} after {before.income.net:,}. "
        f"Operations brought in {flow.operating:,}; {-flow.capex:,} was invested and {-flow.dividends:,} paid out."
    )
    tables = (
        f"All in thousand {company.currency}.\n"
        f"Revenue {income.revenue:,}; cost {income.cost:,}; gross profit {income.gross:,}; operating income "
        f"{income.operating:,}; interest {income.interest:,}; tax {income.tax:,}; net income {income.net:,}.\n"
        f"Cash {balance.cash:,}; total assets {balance.assets:,}; debt {balance.debt:,}; total liabilities "
        f"{balance.liabilities:,}; equity {balance.equity:,}.\n"
        f"Cash from operations {flow.operating:,}; from financing {flow.financing:,}; change of cash {flow.change:,}."
    )
    body = (("Management's discussion", discussion), ("Risk factors", risks), ("Financial statements", tables))
    return (("Business", business), *body) if yearly else body


def _notices(universe: Universe, firm: Firm, start: int) -> Iterator[Filing]:
    """8-K for halts and for dividends."""
    for since, until in universe.stage.news_halts(firm.instrument, start, universe.now + 1):
        words = f"Trading was halted at {moment_text(since)} and resumed at {moment_text(until)}, after this notice."
        yield Filing(until, "8-K", "Notice to the market", "", (("Notice", words),))
    years = {int(text_of(day_of(at))[:4]) for at in (start, start + YEAR, universe.now, universe.now + YEAR // 6)}
    for payout in (p for year in sorted(years) for p in firm.payouts(year)):
        at = declared_at(universe, firm.instrument, payout)
        words = f"A dividend of {text(payout.amount, 4)} {firm.instrument.currency} a share, ex-date {payout.day}."
        yield Filing(at, "8-K", "Dividend declared", "", (("Dividend", words),))


def _forms(universe: Universe, firm: Firm) -> Iterator[Filing]:
    """Insiders' forms, and what large holders report."""
    for trade in insiders.history(universe, firm, universe.now):
        word = "bought" if trade.shares > 0 else "sold"
        told = insiders.trade_document(trade)
        words = (
            f"{trade.insider.name} ({trade.insider.role}) {word} {abs(trade.shares):,} shares at {told['price']} on "
            f"{told['date']} and holds {trade.after:,} after it."
        )
        yield Filing(trade.filed, "4", f"{trade.insider.name} {word} shares", "", (("Transaction", words),))
    newest = institutions.newest(universe, firm, universe.now)
    for month in range(newest, newest - 24, -3):
        rows = institutions.held(universe.seed, firm, month)
        words = "\n".join(f"{name}: {count:,} shares" for name, count in rows)
        title = f"Institutional holdings at {text_of(month_end(month))}"
        yield Filing(institutions.reported_at(universe, firm, month), "13F", title, "", (("Holdings", words),))
