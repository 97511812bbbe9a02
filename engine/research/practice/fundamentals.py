"""Statements, figures taken from them, earnings, and the calendar of reports: documents."""

from __future__ import annotations

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.research.practice.asked import Asked
from engine.research.practice.books import Page, year_of
from engine.research.practice.desk import Firm, Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import change, share, signed, text
from engine.research.practice.releases import Release, last_ended
from engine.research.practice.times import closing, day_of, moment_text, text_of, trading_day
from engine.research.source import Payout
from engine.views.jobs import Job

QUARTERS, YEARS = 8, 3
_DAY = 86_400_000_000_000


def statements(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """Income, balance sheet and cash flow of the newest reported quarters or fiscal years, newest first."""
    asked.only("period", "limit")
    firm = universe.firm(instrument, "financial statements")
    yearly = asked.choice("period", ("quarter", "year"), "quarter") == "year"
    limit = asked.number("limit", YEARS if yearly else QUARTERS, 1, YEARS if yearly else QUARTERS)
    periods = _years(firm, limit) if yearly else firm.told(limit)
    company = firm.company
    return {
        "symbol": str(instrument.symbol),
        "name": company.name,
        "currency": company.currency,
        "unit": "thousands",
        "shares_outstanding": str(company.shares),
        "period": "year" if yearly else "quarter",
        "statements": [_statement(firm, release, page, yearly) for release, page in periods],
    }


def _years(firm: Firm, count: int) -> list[tuple[Release, Page]]:
    newest = firm.releases.latest(firm.stage.now).quarter
    end = newest.number - newest.place % 4
    ends = range(end, end - 4 * count, -4)
    return [(firm.releases.of(n), year_of([firm.books.page(k) for k in range(n - 3, n + 1)])) for n in ends]


def _statement(firm: Firm, release: Release, page: Page, yearly: bool) -> Document:
    income, flow, balance = page
    quarter = release.quarter
    return {
        "period": f"FY {quarter.year}" if yearly else quarter.name,
        "from": text_of(firm.releases.of(quarter.number - 3).quarter.first if yearly else quarter.first),
        "to": text_of(quarter.last),
        "released_at": moment_text(release.at),
        "income": {
            "revenue": str(income.revenue),
            "cost_of_revenue": str(income.cost),
            "gross_profit": str(income.gross),
            "research": str(income.research),
            "selling_and_administration": str(income.selling),
            "operating_income": str(income.operating),
            "interest": str(income.interest),
            "pretax_income": str(income.pretax),
            "tax": str(income.tax),
            "net_income": str(income.net),
            "eps": text(income.net * 1000 / firm.company.shares, 4),
        },
        "balance": {
            "cash": str(balance.cash),
            "receivables": str(balance.receivables),
            "inventory": str(balance.inventory),
            "property": str(balance.plant),
            "intangibles": str(balance.intangibles),
            "total_assets": str(balance.assets),
            "payables": str(balance.payables),
            "debt": str(balance.debt),
            "total_liabilities": str(balance.liabilities),
            "equity": str(balance.equity),
        },
        "cash_flow": {
            "net_income": str(flow.net),
            "depreciation": str(flow.depreciation),
            "stock_pay": str(flow.stock_pay),
            "change_of_receivables": str(flow.receivables),
            "change_of_inventory": str(flow.inventory),
            "change_of_payables": str(flow.payables),
            "from_operations": str(flow.operating),
            "capital_spending": str(flow.capex),
            "borrowed": str(flow.borrowed),
            "dividends_paid": str(flow.dividends),
            "shares_bought_back": str(flow.bought_back),
            "from_financing": str(flow.financing),
            "change_of_cash": str(flow.change),
        },
    }


def metrics(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """Ratios of the shown price to what was reported, and how the reported figures grew."""
    asked.only()
    firm = universe.firm(instrument, "reported figures")
    told, company = firm.told(QUARTERS), firm.company
    pages = [page for _, page in told]
    year = year_of(pages[3::-1])
    before = year_of(pages[7:3:-1])
    price = firm.price() if firm.instrument is instrument else universe.stage.price(instrument) * company.scale
    value = price * company.shares
    thousands = value / 1000
    income, flow, balance = year
    worth = thousands + balance.debt - balance.cash
    paid = sum(p.amount for p in _declared(firm) if firm.stage.now - 365 * _DAY < p.at <= firm.stage.now)
    earned = income.net * 1000 / company.shares
    return {
        "symbol": str(instrument.symbol),
        "name": company.name,
        "sector": company.sector,
        "currency": company.currency,
        "price": text(price, 4),
        "shares_outstanding": str(company.shares),
        "employees": company.employees,
        "as_of": told[0][0].quarter.name,
        "released_at": moment_text(told[0][0].at),
        "market_value": text(value, 0),
        "enterprise_value": text(worth * 1000, 0),
        "price_to_earnings": text(price / earned, 2) if earned > 0 else None,
        "price_to_sales": text(thousands / income.revenue, 2),
        "price_to_book": text(thousands / balance.equity, 2) if balance.equity > 0 else None,
        "enterprise_to_operating_income": text(worth / income.operating, 2) if income.operating > 0 else None,
        "dividend_yield": share(paid * company.scale, price),
        "payout": share(-flow.dividends, income.net) if income.net > 0 else None,
        "revenue": str(income.revenue),
        "net_income": str(income.net),
        "eps": text(earned, 4),
        "gross_margin": share(income.gross, income.revenue),
        "operating_margin": share(income.operating, income.revenue),
        "net_margin": share(income.net, income.revenue),
        "return_on_equity": share(income.net, balance.equity) if balance.equity > 0 else None,
        "debt_to_equity": share(balance.debt, balance.equity) if balance.equity > 0 else None,
        "free_cash_flow": str(flow.operating + flow.capex),
        "revenue_growth_pct": change(income.revenue, before.income.revenue),
        "net_income_growth_pct": change(income.net, before.income.net),
        "unit": "thousands, the last four reported quarters",
        "quarters": [
            {
                "period": release.quarter.name,
                "revenue": str(page.income.revenue),
                "net_income": str(page.income.net),
                "eps": text(page.income.net * 1000 / company.shares, 4),
                "revenue_growth_pct": change(
                    page.income.revenue, firm.books.page(release.quarter.number - 4).income.revenue
                ),
            }
            for release, page in told[:4]
        ],
    }


def earnings(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """Reported earnings a share against what was expected, newest first, and when the next report is due."""
    asked.only("limit")
    firm = universe.firm(instrument, "earnings")
    told = firm.told(asked.number("limit", QUARTERS, 1, 12))
    newest = told[0][0].quarter.number
    return {
        "symbol": str(instrument.symbol),
        "currency": firm.company.currency,
        "next": _due(firm, firm.releases.of(newest + 1)),
        "reports": [_result(firm, release, page) for release, page in told],
    }


def _result(firm: Firm, release: Release, page: Page) -> Document:
    number = release.quarter.number
    expected, actual = firm.books.expected_earnings(number), firm.reported(number)
    return {
        "period": release.quarter.name,
        "released_at": moment_text(release.at),
        "when": release.when,
        "eps": text(actual, 4),
        "eps_expected": text(expected, 4),
        "surprise_pct": signed(100 * (actual - expected) / abs(expected), 2),
        "revenue": str(page.income.revenue),
        "revenue_expected": text(firm.books.expected_revenue(number), 0),
        "unit": "thousands",
        "gap_pct": signed(100 * release.gap, 2) if release.gap is not None and _opened(release, firm) else None,
    }


def _opened(release: Release, firm: Firm) -> bool:
    """Whether the opening that the gap leads to has been: a report after the close is told before it."""
    return release.when == "at the opening" or firm.stage.now >= release.at + _DAY * 4


def _due(firm: Firm, release: Release) -> Document:
    number = release.quarter.number
    return {
        "symbol": firm.company.symbol,
        "name": firm.company.name,
        "period": release.quarter.name,
        "date": text_of(release.day),
        "expected_at": moment_text(release.at),
        "when": release.when,
        "eps_expected": text(firm.books.expected_earnings(number), 4),
        "eps_a_year_before": text(firm.reported(number - 4), 4),
        "currency": firm.company.currency,
    }


def calendar(universe: Universe, instrument: Instrument | None, asked: Asked) -> Job[Document]:
    """Reports that are due within so many days, soonest first: dates and expectations, never results."""
    asked.only("days")
    days = asked.number("days", 14, 1, 100)
    now, rows = universe.now, []
    for one in [instrument] if instrument is not None else universe.shares():
        firm = universe.firm(one, "earnings")
        number = last_ended(firm.company, day_of(now))
        due = next(firm.releases.of(n) for n in range(number - 1, number + 3) if firm.releases.of(n).at > now)
        if due.at <= now + days * _DAY:
            rows.append((due.at, firm.company.symbol, _due(firm, due)))
        yield None
    return {"days": days, "reports": [row for _, _, row in sorted(rows, key=lambda r: r[:2])]}


def dividends(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """Dividends that were paid and those that are declared, newest first. This market pays on the ex-date."""
    asked.only("limit")
    limit = asked.number("limit", 12, 1, 40)
    now, stage = universe.now, universe.stage
    year = int(text_of(day_of(now))[:4])
    every = [p for y in range(year - 4, year + 2) for p in stage.payouts(instrument, y)]
    if not every and instrument.asset_class not in ("equities", "etfs"):
        universe.firm(instrument, "dividends")
    known = [p for p in every if declared_at(universe, instrument, p) <= now]
    price = stage.price(instrument)
    paid = sum(p.amount for p in known if now - 365 * _DAY < p.at <= now)
    rows = [
        {
            "ex_date": p.day,
            "ex_at": moment_text(p.at),
            "pays_at": moment_text(p.at),
            "declared_at": moment_text(declared_at(universe, instrument, p)),
            "amount": text(p.amount, max(4, instrument.tick.decimals)),
            "status": "paid" if p.at <= now else "declared",
        }
        for p in sorted(known, key=lambda p: -p.at)[:limit]
    ]
    return {
        "symbol": str(instrument.symbol),
        "currency": instrument.currency,
        "a_year": text(paid, 4),
        "yield": share(paid, price),
        "note": "pays none" if not every else "paid on the ex-date; prices are shown less the dividend from then on",
        "dividends": rows,
    }


def declared_at(universe: Universe, instrument: Instrument, payout: Payout) -> int:
    """When a dividend is announced: some weeks before its ex-date, after the close."""
    calendar_ = universe.stage.calendar(instrument.session)
    early = Draws(universe.seed, "declared", instrument.symbol, payout.day).whole(0, 20, 34)
    return closing(calendar_, trading_day(calendar_, day_of(payout.at) - early)) + 900 * 1_000_000_000


def _declared(firm: Firm) -> list[Payout]:
    year = int(text_of(day_of(firm.stage.now))[:4])
    return [p for y in (year - 1, year, year + 1) for p in firm.payouts(y)]
