"""What a LEAN path says: asset class, market, resolution, symbol, date, kind and contract.

The layout is `<class>/<market>/<resolution>/<symbol>/<date>_<kind>.zip`, for hours and days
`<class>/<market>/<resolution>/<symbol>[_<kind>].zip`; a file in an archive is named like
`20131007_gc_minute_trade_201312.csv`. A file away from its folders is read by what its own name says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import PurePath

import msgspec

from engine.market.contracts import contract_symbol

ASSETS = ("equity", "forex", "cfd", "crypto", "cryptofuture", "future", "index")
RESOLUTIONS = ("tick", "second", "minute", "hour", "daily")
KINDS = ("trade", "quote", "openinterest")

_DAY = re.compile(r"(\d{8})(?:_|\Z)", re.ASCII)
_MONTH = re.compile(r"(?:\A|_)((?:19|20)\d\d)(0[1-9]|1[0-2])(?:_\d{8})?\Z", re.ASCII)
_MONEY = (
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CHF",
    "AUD",
    "CAD",
    "NZD",
    "SEK",
    "NOK",
    "DKK",
    "HKD",
    "SGD",
    "CNH",
    "MXN",
    "ZAR",
)
_COINS = ("BTC", "ETH", "LTC", "XRP", "BCH", "USDT", "USDC", "BUSD")
_METALS = ("XAU", "XAG", "XPT", "XPD")


class Part(msgspec.Struct, frozen=True):
    """One LEAN CSV. `day` is 0 for files of hours and days; `contract` is yyyymm, "" outside futures."""

    asset: str
    market: str
    resolution: str
    kind: str
    ticker: str
    day: int = 0
    contract: str = ""

    @property
    def symbol(self) -> str:
        """SPY, EURUSD, and for a contract GCZ13."""
        name = self.ticker.upper()
        return contract_symbol(name, int(self.contract[:4]), int(self.contract[4:])) if self.contract else name

    @property
    def date(self) -> date | None:
        """The local day of the rows, or None where each row says its own."""
        return date(self.day // 10_000, self.day // 100 % 100, self.day % 100) if self.day else None


def part_of(path: PurePath, member: str = "", alone: bool = False) -> Part | None:
    """The part at `path` (in it, the file `member`), or None where these are no LEAN names.

    A file that is read `alone` and says no date holds days where nothing says otherwise.
    """
    folders = [word.lower() for word in path.parts[:-1]]
    stems = [_stem(name) for name in (member, path.name) if name]
    words = [word for stem in stems for word in stem.split("_")]
    if any(word in ("american", "european", "call", "put") for word in words):
        return None
    resolution = _first(RESOLUTIONS, words) or _first(RESOLUTIONS, reversed(folders))
    day = next((int(found[1]) for stem in stems if (found := _DAY.match(stem))), 0)
    if not resolution and alone and not day:
        resolution = "daily"
    month = _MONTH.search(stems[0])
    contract = month[1] + month[2] if month and _after_kind(stems[0]) else ""
    ticker = _ticker(stems, folders, resolution)
    if not resolution or not ticker or (resolution in RESOLUTIONS[:3]) != bool(day) or not _is_day(day):
        return None
    asset, market = _place(folders)
    kind = _first(KINDS, words)
    asset = asset or _guessed(ticker, contract, market)
    if not kind:
        kind = "quote" if asset in ("forex", "cfd") else "trade"
    return Part(asset, market, resolution, kind, ticker, day, contract)


def _stem(name: str) -> str:
    stem = PurePath(name).name.lower()
    for ending in (".gz", ".xz", ".zst", ".zip", ".csv"):
        stem = stem.removesuffix(ending)
    return stem


def _first(known: tuple[str, ...], words: Iterable[str]) -> str:
    return next((word for word in words if word in known), "")


def _is_day(day: int) -> bool:
    if not day:
        return True
    try:
        date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        return False
    return True


def _after_kind(stem: str) -> bool:
    """A month ends the name behind the kind (..._trade_201312) or behind the ticker; a bare date is none."""
    return "_" in stem and not stem.rsplit("_", 1)[0].isdigit()


def _ticker(stems: list[str], folders: list[str], resolution: str) -> str:
    for stem in stems:
        words = [word for word in stem.split("_") if word not in KINDS and word not in RESOLUTIONS]
        words = [word for word in words if not word.isdigit()]
        if len(words) == 1:
            return words[0]
    if resolution in folders and folders[-1] not in (*RESOLUTIONS, resolution):
        return folders[-1]
    return ""


def _place(folders: list[str]) -> tuple[str, str]:
    """(asset class, market) of the layout, "" where the file is not in it."""
    for place in range(len(folders) - 1, -1, -1):
        if folders[place] in ASSETS:
            following = folders[place + 1] if place + 1 < len(folders) else ""
            return folders[place], following if following not in RESOLUTIONS else ""
    return "", ""


def _guessed(ticker: str, contract: str, market: str) -> str:
    """The class of a file that was taken out of its folders, by its name."""
    name = ticker.upper()
    if contract:
        return "future"
    if name.startswith(_METALS) and name[-3:] in _MONEY:
        return "cfd"
    if len(name) == 6 and name[:3] in _MONEY and name[3:] in _MONEY:
        return "forex"
    if len(name) > 5 and (name.startswith(_COINS) or name.endswith(_COINS) or name[-3:] in _MONEY):
        return "crypto"
    return "equity"
