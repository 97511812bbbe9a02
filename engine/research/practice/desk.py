"""What the parts of the practice universe share: the market's stage, companies, their reports and books, by symbol.

Everything kept here is a pure function of the stage's seed and anchor; nothing that is asked changes an answer.
"""

from __future__ import annotations

from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.research.practice.books import Books, Page
from engine.research.practice.companies import Company, found, issuer_of
from engine.research.practice.releases import Release, Releases, last_ended
from engine.research.practice.times import day_of
from engine.research.source import Payout, Stage, Traded


class Firm:
    """One company with its reports and its books."""

    def __init__(self, stage: Stage, instrument: Instrument) -> None:
        self.stage, self.instrument = stage, instrument
        self.releases = Releases(stage, found(instrument, stage.seed))
        self.company: Company = self.releases.company
        self.origin = last_ended(self.company, day_of(stage.anchor))
        self.books = Books(self.company, stage.seed, self.origin, self.releases.of, self.payouts)
        self._payouts: dict[int, list[Payout]] = {}

    def payouts(self, year: int) -> list[Payout]:
        """Dividends of a year, future ones too."""
        known = self._payouts.get(year)
        if known is None:
            known = self._payouts[year] = list(self.stage.payouts(self.instrument, year))
        return known

    def told(self, count: int) -> list[tuple[Release, Page]]:
        """The newest `count` reported quarters, newest first."""
        newest = self.releases.latest(self.stage.now).quarter.number
        return [(self.releases.of(n), self.books.page(n)) for n in range(newest, newest - count, -1)]

    def reported(self, number: int) -> float:
        """Earnings a share as reported, in the company's currency."""
        return self.books.page(number).income.net * 1000 / self.company.shares

    def year_earnings(self, number: int) -> float:
        """Earnings a share of the four quarters up to one."""
        return sum(self.reported(n) for n in range(number - 3, number + 1))

    def price(self) -> float:
        """The shown price, in the company's currency."""
        return self.stage.price(self.instrument) * self.company.scale

    def close_before(self, at: int) -> float | None:
        """The last close by a moment, in the company's currency; None before the market's history."""
        day = day_of(at)
        seen = [s for s in self.stage.sessions(self.instrument, day - 12, day) if s.closes <= at]
        return seen[-1].close * self.company.scale if seen else None


class Universe:
    """Firms by symbol, made when first asked for."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._firms: dict[str, Firm] = {}

    @property
    def now(self) -> int:
        """Market time in ns."""
        return self.stage.now

    @property
    def seed(self) -> int:
        """The market's seed."""
        return self.stage.seed

    def shares(self) -> list[Instrument]:
        """Every company's share, one a company."""
        return [i for i in self.stage.instruments if i.asset_class == "equities" and issuer_of(i) == i.symbol]

    def firm(self, instrument: Instrument, noun: str) -> Firm:
        """The company behind a share. Raises Refused where the instrument is none; `noun` is what was asked for."""
        if instrument.asset_class != "equities":
            raise refuse(
                Code.INCONSISTENT_FIELDS,
                f"{instrument.symbol} has no {noun}: it is no company ({instrument.asset_class})",
                fix=instead_of(instrument),
                field="symbol",
            )
        symbol = issuer_of(instrument)
        known = self._firms.get(symbol)
        if known is None:
            own = instrument if symbol == instrument.symbol else self.stage.resolve(symbol)
            known = self._firms[symbol] = Firm(self.stage, own)
        return known

    def finished(self, instrument: Instrument, count: int) -> list[Traded]:
        """The newest `count` regular sessions that are over, oldest first."""
        today = day_of(self.now)
        seen = self.stage.sessions(instrument, today - round(count * 1.6) - 14, today + 1)
        return [s for s in seen if s.closes <= self.now][-count:]


def instead_of(instrument: Instrument) -> str:
    """What research there is about an instrument that is no company."""
    if instrument.asset_class == "etfs":
        return "funds have `news`, `dividends` and `option-chain`"
    if instrument.asset_class == "indices":
        return "indices have `news` and `option-chain`; economies have `macro`"
    return (
        f"{instrument.asset_class} have `news`; economies have `macro`; `vterm study {instrument.symbol}` has the rest"
    )
