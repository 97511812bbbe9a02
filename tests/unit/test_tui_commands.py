"""The command line of the terminal speaks the words of the shell; search finds what people type."""

from __future__ import annotations

import pytest

from vterm.commands import Unclear, Wish, read
from vterm.dialogs.search import ranked, resolve

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
        ("buy BTC 0.1 @ 68500", Wish("ticket", ("buy", "BTC-USD", "0.1", "68500", "limit"))),
        ("buy BTC 0.1 @68,500", Wish("ticket", ("buy", "BTC-USD", "0.1", "68500", "limit"))),
        ("order sell AAPL 100 --limit 189.10", Wish("ticket", ("sell", "AAPL", "100", "189.10", "limit"))),
        ("AAPL buy 100 @ 189.10", Wish("ticket", ("buy", "AAPL", "100", "189.10", "limit"))),
        ("sell AAPL 10", Wish("ticket", ("sell", "AAPL", "10", "", "market"))),
        ("buy AAPL", Wish("ticket", ("buy", "AAPL", "", "", ""))),
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
    "line", ["", "nonsense", "buy", "buy ZZZ 1", "buy BTC one", "buy BTC 0", "buy BTC 1 2 3", "clock", "theme mauve",
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
