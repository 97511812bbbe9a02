"""The offline planner's reading of a line: what it finds in it, and which kind of question it takes it for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from copilot.offline.catalogue import Catalogue
from copilot.offline.grammar import MOST_TEXT, read
from copilot.offline.intents import Intent, intent_of


def row(symbol: str, name: str, class_: str, sector: str, *aliases: str, **more: object) -> dict[str, object]:
    return {
        "symbol": symbol, "name": name, "asset_class": class_, "sector": sector, "lot_size": "1", "tick_size": "0.01",
        "aliases": list(aliases), **more,
    }  # fmt: skip


GC = {"front": "GCZ26", "contracts": [{"symbol": "GCZ26"}, {"symbol": "GCG27"}], "multiplier": "100"}
CATALOGUE = Catalogue(
    [
        row("AAPL", "Apple Inc.", "equities", "Information Technology"),
        row("NVDA", "NVIDIA Corp.", "equities", "Information Technology"),
        row("ALL", "Allstate Corp.", "equities", "Financials"),
        row("BAC", "Bank of America", "equities", "Financials"),
        row("NOW", "ServiceNow Inc.", "equities", "Information Technology"),
        row("7203.T", "Toyota Motor", "equities", "Consumer Discretionary"),
        row("XLK", "Technology Select Sector SPDR", "etfs", "Technology"),
        row("BTC-USD", "Bitcoin", "crypto", "Layer 1", "BTC", "BTC/USD"),
        row("XAU-USD", "Gold spot", "commodities", "Metals", "GOLD", "XAU"),
        row("GC", "Gold Futures", "commodities", "Metals", "GC=F", **GC),
    ]
)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("quote AAPL", ["AAPL"]),
        ("quote $aapl and $NVDA", ["AAPL", "NVDA"]),
        ("apple's price", ["AAPL"]),
        ("compare Apple, nvidia and bank of america", ["AAPL", "NVDA", "BAC"]),
        ("btc/usd", ["BTC-USD"]),
        ("sell all now", []),
        ("SELL ALL NOW", []),
        ("ALL is up", ["ALL"]),
        ("move it into gold futures", ["GCZ26"]),
        ("what is gold at", ["XAU-USD"]),
        ("GCG27?", ["GCG27"]),
        ("7203.T", ["7203.T"]),
        ("I want a trade", []),
        ("am I overexposed to technology, move my biggest stock into gold", ["XAU-USD"]),
        ("\uff21\uff21\uff30\uff2c", []),
    ],
)
def test_instruments(text: str, symbols: list[str]) -> None:
    assert [one.symbol for one in read(text, CATALOGUE).listings] == symbols


def test_amounts() -> None:
    it = read("buy 1,500 AAPL or $20k of NVDA, 2.5% away, 3 per cent, half over 2 hours, 12,000 vcr", CATALOGUE)
    assert it.quantities == (Decimal(1500),)
    assert it.money == (Decimal(20_000), Decimal(12_000))
    assert it.percents == (Decimal("2.5"), Decimal(3))
    assert it.spans == ("2h",)
    assert it.share == 50 and it.side == "buy"


def test_foreign_digits_and_long_lines_are_not_read() -> None:
    it = read("buy \u0661\u0662 AAPL \x1b]52;c;ZQ==\x07" + "9" * 10_000, CATALOGUE)
    assert len(it.text) <= MOST_TEXT and Decimal(12) not in it.quantities
    assert "\x1b" not in it.text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what is AAPL trading at", Intent.QUOTES),
        ("compare AAPL and NVDA", Intent.QUOTES),
        ("am I over-exposed to tech, and if so rebalance my largest equity into gold futures", Intent.EXPOSURE),
        ("is my book too concentrated", Intent.EXPOSURE),
        ("which cryptos fell more than 2 % today", Intent.SCREENS),
        ("top tech gainers", Intent.SCREENS),
        ("how much NVDA can I buy", Intent.SIZING),
        ("buy as much AAPL as the limits allow", Intent.SIZING),
        ("protect all positions with stops", Intent.STOPS),
        ("put a stop-loss on my AAPL", Intent.STOPS),
        ("twap 5000 AAPL over 2h", Intent.SLICING),
        ("sell 3000 NVDA over 90 minutes", Intent.SLICING),
        ("why did my last fill cost so much", Intent.COSTS),
        ("what if I sell half my BTC", Intent.WHATIF),
        ("should I buy 10 AAPL", Intent.WHATIF),
        ("what if tech falls 10 %", Intent.STRESS),
        ("stress test", Intent.STRESS),
        ("what is my risk", Intent.RISK),
        ("what's my VaR", Intent.RISK),
        ("brief me", Intent.BRIEFING),
        ("how am I doing", Intent.BRIEFING),
        ("buy 10 AAPL", Intent.TRADE),
        ("sell everything", Intent.TRADE),
        ("short 100 AAPL", Intent.TRADE),
        ("reduce my NVDA by half", Intent.TRADE),
        ("am I short AAPL", Intent.QUOTES),
        ("summarise the AAPL story", Intent.QUOTES),
        ("am I too heavy in tech", Intent.EXPOSURE),
        ("what happens to my portfolio if BTC drops 50%", Intent.STRESS),
        ("how many AAPL could I buy with $10,000", Intent.SIZING),
        ("alert me when AAPL is below 200", Intent.ALERT),
        ("add AAPL to my watchlist", Intent.WATCHLIST),
        ("sign it for me", Intent.FORBIDDEN),
        ("raise my limits", Intent.FORBIDDEN),
        ("what is the weather", Intent.UNKNOWN),
        ("", Intent.UNKNOWN),
    ],
)
def test_intents(text: str, intent: Intent) -> None:
    assert intent_of(read(text, CATALOGUE)) is intent
