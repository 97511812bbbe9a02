"""Every order type from the words of the shell, and back into words."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

import pytest

from engine.market.catalogue import load
from engine.risk.schema import parse_order, request_document
from vterm.cli.order_line import changes, payload
from vterm.cli.orders import args_order
from vterm.cli.stop import Stop
from vterm.wording import described, qualities

CATALOGUE = load()


def line(*words: str) -> Any:
    parser = ArgumentParser(allow_abbrev=False)
    args_order(parser)
    return parser.parse_args(words)


LINES: list[tuple[str, dict[str, Any], str]] = [
    ("buy AAPL 10", {"type": "market"}, "market"),
    ("buy AAPL 10 --limit 250", {"type": "limit", "limit_price": "250"}, "limit 250.00"),
    ("sell AAPL 10 --stop 240", {"type": "stop", "stop_price": "240"}, "stop 240.00 → market"),
    ("sell AAPL 10 --stop 240 --limit 239.5", {"type": "stop_limit"}, "stop 240.00 → limit 239.50"),
    ("sell AAPL 10 --trail 2.5", {"type": "trailing_stop", "trail_amount": "2.5"}, "trailing 2.50 → market"),
    ("sell AAPL 10 --trail 1.5%", {"type": "trailing_stop", "trail_percent": "1.5"}, "trailing 1.5% → market"),
    ("sell AAPL 10 --trail 1% --stop 240", {"stop_price": "240"}, "trailing 1% → market"),
    ("sell AAPL 10 --oco --limit 260 --stop 240", {"type": "oco"}, "limit 260.00 or stop 240.00 → market"),
    (
        "buy AAPL 10 --limit 250 --take-profit 260 --stop-loss 240",
        {"take_profit": "260", "stop_loss": "240"},
        "limit 250.00, then take profit 260.00 or stop loss 240.00",
    ),
    ("buy AAPL 10 --limit 250 --display 3 --post-only", {"display_quantity": "3", "post_only": True}, "limit 250.00"),
    (
        "buy AAPL 10 --limit 250 --tif gtd:2026-12-31",
        {"time_in_force": "GTD", "expire_at": "2026-12-31"},
        "limit 250.00",
    ),
    ("buy AAPL 10 --tif OPG --no-queue", {"time_in_force": "OPG", "queue": False}, "market"),
    ("buy AAPL 10 --tif cls --reduce-only", {"time_in_force": "CLS", "reduce_only": True}, "market"),
]


@pytest.mark.parametrize(("words", "wanted", "terms"), LINES)
def test_a_line_becomes_a_payload_that_the_engine_takes(words: str, wanted: dict[str, Any], terms: str) -> None:
    order = payload(line(*words.split()))
    assert {name: order.get(name) for name in wanted} == wanted
    request = parse_order(order, CATALOGUE, date(2026, 6, 15))
    document = request_document(request, CATALOGUE.get(request.symbol))
    assert described(document) == f"{words.split()[0]} 10 AAPL {terms}"


def test_a_rule_is_one_word_of_the_line() -> None:
    order = payload(line("buy", "AAPL", "10", "--when", "spread <= 0.02 and BTC price > 70000", "--client-id", "a-1"))
    document = request_document(parse_order(order, CATALOGUE, date(2026, 6, 15)), CATALOGUE.get("AAPL"), CATALOGUE.get)
    assert described(document).endswith("market, when spread <= 0.02 and BTC-USD price >= 70000.00")


def test_what_else_is_said() -> None:
    order = {
        "time_in_force": "GTD",
        "expire_at": "2026-12-31T23:59:59.999Z",
        "display_quantity": "3",
        "post_only": True,
    }
    assert qualities(order) == ["GTD 2026-12-31 23:59", "showing 3", "post-only"]
    assert qualities({"reduce_only": True, "session": "extended"}) == ["GTC", "reduce-only", "extended"]


def test_an_amend_says_what_changes() -> None:
    assert changes(line("amend", "o1", "--quantity", "5", "--stop", "240")) == {"quantity": "5", "stop_price": "240"}
    with pytest.raises(Stop):
        changes(line("amend", "o1", "--limit", "5", "--when", "price > 1"))
