"""The command line of the terminal speaks the words of the shell; search finds what people type."""

from __future__ import annotations

import pytest

from vterm.commands import Unclear, Wish, read
from vterm.dialogs.search import ranked, resolve
from vterm.trade_line import TradeLine

ROWS = {
    s: {"symbol": s, "name": n, "aliases": a}
    for s, n, a in (("BTC-USD", "Bitcoin", ["BTC"]), ("AAPL", "Apple Inc.", []), ("EUR-USD", "EUR/USD", ["EURUSD"]))
}


def ask(line: str) -> Wish:
    return read(line, lambda text: resolve(ROWS, text))


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("BTC", Wish("select", ("BTC-USD",))),
        ("eur/usd", Wish("select", ("EUR-USD",))),
        ("cancel all", Wish("cancel_all")),
        ("cancel --all", Wish("cancel_all")),
        ("cancel o-1", Wish("cancel", ("o-1",))),
        ("close btc", Wish("flatten", ("BTC-USD",))),
        ("clock speed 10", Wish("clock", ("speed", "10"))),
        ("vterm clock pause", Wish("clock", ("pause", ""))),
        ("clock jump open", Wish("clock", ("jump", "open"))),
        ("theme light", Wish("theme", ("light",))),
        ("watch BTC", Wish("watch", ("BTC-USD",))),
        ("portfolio", Wish("screen", ("portfolio",))),
        (":q", Wish("quit")),
    ],
)
def test_a_line_is_a_wish(line: str, wish: Wish) -> None:
    assert ask(line) == wish


@pytest.mark.parametrize(
    ("line", "trade"),
    [
        ("buy BTC 0.1 @ 68500", TradeLine("buy", "BTC-USD", "limit", {"quantity": "0.1", "price": "68500"})),
        ("buy BTC 0.1 @68,500", TradeLine("buy", "BTC-USD", "limit", {"quantity": "0.1", "price": "68500"})),
        ("order sell AAPL 100 --limit 5", TradeLine("sell", "AAPL", "limit", {"quantity": "100", "price": "5"})),
        ("AAPL buy 100 @ 189.10", TradeLine("buy", "AAPL", "limit", {"quantity": "100", "price": "189.10"})),
        ("sell AAPL 10", TradeLine("sell", "AAPL", "market", {"quantity": "10"})),
        ("sell AAPL 10 at market", TradeLine("sell", "AAPL", "market", {"quantity": "10"})),
        ("buy AAPL", TradeLine("buy", "AAPL")),
        ("sell AAPL 10 stop 240", TradeLine("sell", "AAPL", "stop", {"quantity": "10", "stop": "240"})),
        (
            "vterm order sell AAPL 10 --stop 240 --limit 239.5 --reduce-only",
            TradeLine("sell", "AAPL", "stop_limit", {"quantity": "10", "stop": "240", "price": "239.5"},
                      frozenset({"reduce"})),
        ),
        (
            "sell AAPL 10 --trail 1.5% --tif gtd:2026-12-31",
            TradeLine("sell", "AAPL", "trailing_stop", {"quantity": "10", "trail": "1.5%", "until": "2026-12-31"},
                      force="GTD"),
        ),
        (
            "sell AAPL 10 --oco --limit 260 --stop 240",
            TradeLine("sell", "AAPL", "oco", {"quantity": "10", "price": "260", "stop": "240"}),
        ),
        (
            "buy AAPL 10 @ 250 take-profit 260 stop-loss 240",
            TradeLine("buy", "AAPL", "limit", {"quantity": "10", "price": "250", "profit": "260", "loss": "240"}),
        ),
    ],
)  # fmt: skip
def test_a_line_fills_the_ticket(line: str, trade: TradeLine) -> None:
    assert ask(line).trade == trade


@pytest.mark.parametrize(
    "line", ["", "nonsense", "buy BTC 1 --stop", "buy BTC 1 --tif GTD", "buy BTC 1 --when", "buy BTC 1 --tif X",
             "buy", "buy ZZZ 1", "buy BTC one", "buy BTC 0", "buy BTC 1 2 3", "clock fast", "theme mauve",
             "cancel", "buy BTC 1e5", "buy BTC ١"]
)  # fmt: skip
def test_an_unclear_line_says_what_would_be(line: str) -> None:
    with pytest.raises(Unclear) as no:
        ask(line)
    assert str(no.value)


def test_search_prefers_symbols_then_names() -> None:
    assert next(r["symbol"] for r in ranked(ROWS.values(), "btc")) == "BTC-USD"
    assert next(r["symbol"] for r in ranked(ROWS.values(), "appl")) == "AAPL"
    assert [r["symbol"] for r in ranked(ROWS.values(), "eus")] == ["EUR-USD"]
    assert ranked(ROWS.values(), "zzz") == []
    assert resolve(ROWS, "appl") == ""
