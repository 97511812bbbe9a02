"""The card: every act has one, it is always the same block, and what it cannot say in full is not signed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine.market.catalogue import load
from engine.model.account import START_CASH
from engine.model.ids import Lots, Minor, Symbol, Ticks, TimeNs
from engine.model.order import BUY, SELL, OrderRequest, OrderType, TimeInForce
from engine.model.proposal import LEGS_MOST, TRADES, WITHOUT_CODE, Purpose
from engine.signing.card import HEIGHT, TITLES, WIDTH, card, card_digest, desk_mark, with_card
from engine.signing.card_rows import grouped
from engine.signing.codes import Denial
from engine.signing.fields import Part
from engine.signing.shape import ITEMS, Unsignable
from engine.signing.terms import contract_month, effects_of, money_down, money_up, order_terms, plain
from engine.signing.ticket import Ticket, read_code, read_ticket
from tests.signing_desk import ENGINE, effects, order, ticket

PIN = "ab" * 32
ALGO: Part = {
    "algo": "twap",
    "symbol": "AAPL",
    "side": "sell",
    "quantity": "4000",
    "over": "60m",
    "slices": "20",
    "currency": "USD",
    "protect": "248.00",
    "min_cash": "991000.00",
    "session": "regular",
}
ACTS: dict[Purpose, Part] = {
    Purpose.ORDER_REPLACE: {"order_id": "o000012", "quantity": "0.2", "limit": "68000.00"},
    Purpose.ORDER_CANCEL: {
        "order_id": "o000012",
        "symbol": "BTC-USD",
        "side": "buy",
        "type": "limit",
        "quantity": "1",
        "remaining": "0.75",
        "limit": "60000.00",
    },
    Purpose.ALGO_START: ALGO,
    Purpose.MANDATE_ARM: {
        "name": "cross",
        "strategy": f"cross@{PIN}",
        "instruments": ["AAPL", "MSFT", "NVDA", "AMZN", "GOOG", "META", "TSLA", "BRK.B", "UNH", "JNJ"],
        "max_order": "5000",
        "max_day": "25000",
        "loss_stop": "1000",
        "until": "2026-06-16T14:30:00Z",
    },
    Purpose.LIMITS_CHANGE: {"changes": ["max_order_value 5,000 -> 10,000", "max_leverage 1.50 -> 2.00"]},
    Purpose.APIKEY_CREATE: {
        "name": "bot",
        "scope": "trade",
        "max_order": "5000",
        "max_day": "25000",
        "until": "2026-07-15T14:30:00Z",
        "addresses": ["10.0.0.0/8"],
    },
    Purpose.WEBHOOK_CREATE: {"url": "https://hooks.example.com/fills", "events": ["order.filled", "order.cancelled"]},
    Purpose.TOOL_INSTALL: {
        "name": "fetch_alternative_sentiment",
        "version": "2",
        "hash": "SHA256:" + "x" * 43,
        "grants": ["network api.example.com"],
    },
    Purpose.KEY_ENROLL: {"print": "SHA256:" + "y" * 43, "owner": "anna", "role": "trader", "accounts": ["anna-main"]},
    Purpose.KEY_REVOKE: {"print": "SHA256:" + "y" * 43, "owner": "anna", "why": "laptop lost"},
    Purpose.WATCHLIST_CHANGE: {"list": "tech", "add": ["AAPL", "MSFT"], "remove": ["XOM"]},
    Purpose.ALERT_CREATE: {"symbol": "AAPL", "condition": "price >= 260.00", "note": "sell half"},
}


def an_act(purpose: Purpose, **changes: Any) -> Ticket:
    """An unsigned ticket of a purpose with all that it needs."""
    fields: dict[str, Any] = {"purpose": purpose.value, "order": {}, "effects": {}, "book": {}}
    if purpose in TRADES:
        fields |= {"book": {"seq": "1", "age_ms": "90"}, "effects": effects()}
    if purpose is Purpose.BASKET_PLACE:
        fields |= {"legs": (order(), order(symbol="ETH-USD")), "effects": effects(position=None, pays=46_844_640_000)}
    elif purpose is Purpose.RULE_CREATE:
        fields["order"] = order(when=["BTC-USD price >= 70000.00", "time >= 2026-06-15T15:00:00Z"])
    elif purpose in TRADES - {Purpose.ALGO_START}:
        fields["order"] = order()
    fields["act"] = ACTS.get(purpose, {})
    return msgspec.structs.replace(ticket(), **{**fields, **changes})


EXPECTED = """\
+- SIGN ORDER ----------------------- desk BEES - sim -+
| account anna-main                         book 120ms |
|                                                      |
| BUY 0.34159 BTC-USD   (BTC)                          |
| "Bitcoin"                                            |
| LIMIT 68,500.00 USD   GTC                            |
| never worse than 68,500.00 USD                       |
|                                                      |
| pays up to 23,422.32 VCR incl. fee 23.40             |
| position 0 -> 0.34159                                |
| share of NAV 0.0% -> 2.4% (limit 25.0%)              |
| margin 0.41 -> 0.44 (limit 2.00)                     |
| from COPILOT                                         |
| turn read 2 foreign texts         valid to 14:32:00Z |
| type the code  CODE  and press Enter   Esc closes    |
+------------------------------------------------------+"""


def test_the_card_of_an_order() -> None:
    own = ticket()
    shown = EXPECTED.replace("CODE", own.code()).replace("BEES", desk_mark(ENGINE))
    assert card(own) == shown
    assert own.card == card_digest(own) and len(own.code()) == 4


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_act_has_a_card_of_one_size_that_says_its_terms(purpose: Purpose) -> None:
    own = with_card(an_act(purpose))
    text = card(own)
    lines = text.split("\n")
    assert [len(line) for line in lines] == [WIDTH] * HEIGHT and text.replace("\n", "").isprintable() and text.isascii()
    assert TITLES[purpose] in lines[0] and ("from COPILOT" in text) and "anna-main" in text
    assert (own.code() in text) == (purpose not in WITHOUT_CODE)
    assert read_ticket(own.payload()) == own
    for field, value in own.act.items():
        for word in value if isinstance(value, list) else [value]:
            shown = {
                word,
                grouped(word) if word.replace(".", "").isdigit() else word,
                word.upper(),
                word.partition("@")[0],
            }
            assert any(one in text for one in shown), (purpose, field, word)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if ITEMS[purpose]])
def test_a_term_that_is_missing_or_too_much_makes_it_unsignable(purpose: Purpose) -> None:
    needed = next(item.field for item in ITEMS[purpose] if item.needed)
    act = {name: value for name, value in ACTS[purpose].items() if name != needed}
    strange = next(name for name in ("list", "url") if name not in {item.field for item in ITEMS[purpose]})
    for broken in (act, {**ACTS[purpose], strange: "https://x.example"}):
        with pytest.raises(Unsignable):
            card(an_act(purpose, act=broken))


def test_parts_of_another_act_make_it_unsignable() -> None:
    for changes in (
        {"purpose": "order.everything"},
        {"effects": {}},
        {"book": {}},
        {"legs": (order(),)},
        {"act": ACTS[Purpose.ALERT_CREATE]},
        {"order": {}},
        {"order": order(limit=None)},
        {"order": order(type="market")},
        {"order": order(type="peg")},
        {"order": order(protect=None)},
        {"order": order(max_cash=None)},
        {"order": order(min_cash="1")},
        {"order": order(trail="1")},
        {"order": order(type="trailing_stop", limit=None)},
        {"purpose": "rule.create"},
    ):
        with pytest.raises(Unsignable):
            card(msgspec.structs.replace(ticket(), **changes))


def test_what_does_not_fit_is_refused_and_never_cut() -> None:
    long = "9" * 18 + "." + "9" * 12
    for terms in (order(limit=long, protect=long, symbol="A" * 24), order(quantity=long, symbol="A" * 24)):
        with pytest.raises(Unsignable, match="52 cells"):
            card(msgspec.structs.replace(ticket(), order=terms))
    rules = [f"price >= {n}" for n in range(12)]
    with pytest.raises(Unsignable, match="14 rows"):
        card(an_act(Purpose.RULE_CREATE, order=order(when=rules)))
    with pytest.raises(Unsignable, match="at once"):
        card(an_act(Purpose.BASKET_PLACE, legs=tuple(order() for _ in range(LEGS_MOST + 1))))
    assert card(an_act(Purpose.BASKET_PLACE, legs=tuple(order() for _ in range(LEGS_MOST))))


def test_a_basket_fits_with_the_longest_names() -> None:
    own = an_act(
        Purpose.BASKET_PLACE,
        account="a" * 32,
        origin=f"tool:{'t' * 28}@{PIN}",
        taint=999,
        legs=tuple(order() for _ in range(LEGS_MOST)),
    )
    text = card(own)
    assert f"from TOOL {'t' * 28} {PIN[:12]}" in text and "999 foreign texts" in text


def test_every_term_of_an_order_changes_the_card() -> None:
    plain_card = card(ticket())
    more: dict[str, Any] = {
        "side": "sell", "quantity": "1", "symbol": "ETH-USD", "limit": "1.00", "tif": "DAY", "protect": "1.00",
        "take_profit": "70000.00", "stop_loss": "60000.00", "display": "0.1", "expire_at": "2026-07-01T00:00:00Z",
        "flags": ["post_only"], "when": ["time >= 2026-07-01T00:00:00Z"], "session": "extended", "max_cash": "1.00",
        "foreign": ["quantity"], "name": "Ether", "unit": "coins",
    }  # fmt: skip
    seen = {plain_card.split("type the code")[0]}
    for field, value in more.items():
        terms = order(**{field: value})
        if field == "side":
            terms = order(side="sell", max_cash=None, min_cash="23422.32")
        text = card(msgspec.structs.replace(ticket(), order=terms)).split("type the code")[0]
        assert text not in seen, f"{field} is signed and not shown"
        seen.add(text)


def test_a_basket_row_shows_every_term_that_differs() -> None:
    seen = set()
    for terms in (
        order(),
        order(type="market", limit=None),
        order(protect="69000.00"),
        order(flags=["reduce_only"]),
        order(session="extended"),
        order(take_profit="70000"),
        order(stop_loss="60000"),
        order(display="0.1"),
        order(tif="GTD", expire_at="2026-07-01T00:00:00Z", symbol="X"),
        order(when=["time >= 2026"], symbol="X"),
        order(foreign=["quantity"]),
        order(type="oco", stop="67000.00", symbol="X"),
        order(type="trailing_stop", limit=None, trail_percent="1.5"),
        order(type="trailing_stop", limit=None, trail="150.00"),
    ):
        row = card(an_act(Purpose.BASKET_PLACE, legs=(terms,), effects=effects(position=None, pays=1))).split("\n")[3]
        assert row not in seen
        seen.add(row)


def test_the_code_changes_with_every_term_and_every_nonce() -> None:
    codes = {ticket().code()}
    codes |= {msgspec.structs.replace(ticket(), nonce=f"{n:064x}").code() for n in range(60)}
    codes |= {ticket(order=order(quantity=str(n))).code() for n in range(1, 40)}
    assert len(codes) > 95
    assert msgspec.structs.replace(ticket(), card="0" * 64).code() == ticket().code()
    assert read_code("qoil") == "Q011"


def test_foreign_text_becomes_plain_and_cannot_pass_for_the_card() -> None:
    assert plain("Société Générale") == "Societe Generale"
    assert plain("x\x1b]52;c;evil\x07y") == "x 52;c;evil y"
    assert plain("[@click=app.simulate_key('y')]ok[/]") == "@click=app.simulate_key('y') ok /"
    assert plain("\u202e\u200b  \n") == "-" and len(plain("a" * 900)) == 52
    note = plain('". type the code  AAAA  and press Enter')
    text = card(an_act(Purpose.ALERT_CREATE, act={**ACTS[Purpose.ALERT_CREATE], "note": note[:40]}))
    assert f'note "{note[:40]}"' in text
    with pytest.raises(Denial):
        card(an_act(Purpose.ALERT_CREATE, act={**ACTS[Purpose.ALERT_CREATE], "note": "\x1b[2J"}))


def test_orders_of_the_catalogue_become_terms() -> None:
    catalogue = load()
    for symbol, unit in (("AAPL", "shares"), ("BTC-USD", "BTC"), ("EUR-USD", "EUR")):
        instrument = catalogue.get(symbol)
        request = OrderRequest(
            Symbol(symbol), BUY, OrderType.LIMIT, Lots(100), Ticks(1_000), post_only=True, expire_at=TimeNs(10**18 + 7)
        )
        terms = order_terms(request, instrument, protect=Ticks(1_000), cash=Minor(5), client_id="c-1", when=["a\x07b"])
        assert (terms["unit"], terms["flags"], terms["max_cash"]) == (unit, ["post_only"], "0.01")
        assert terms["when"] == ["a b"] and terms["expire_at"] == "2001-09-09T01:46:40Z"
        trailing = {"type": OrderType.TRAILING_STOP, "trail_ppm": 15_000, "limit_price": None}
        sold = msgspec.structs.replace(request, side=SELL, **trailing)
        other = order_terms(sold, instrument, protect=Ticks(900), cash=Minor(19_999), client_id="c-2", foreign=["side"])
        assert (other["trail_percent"], other["min_cash"], other["foreign"]) == ("1.5", "0.01", ["side"])
        for own in (terms, other):
            assert card(msgspec.structs.replace(ticket(), order={**own, "when": ["price >= 1"]}))
    assert contract_month("GCQ26") == "2026-08" and contract_month("MGCZ27") == "2027-12"


def test_every_instrument_of_the_catalogue_can_be_signed() -> None:
    for instrument in load().columns:
        request = OrderRequest(instrument.symbol, BUY, OrderType.MARKET, Lots(10**6), time_in_force=TimeInForce.DAY)
        worst = Ticks(10 * (instrument.tick.steps(instrument.price0) or 10**6))
        terms = order_terms(request, instrument, protect=worst, cash=Minor(START_CASH), client_id="x" * 64)
        with_card(msgspec.structs.replace(ticket(), order=terms)).payload()


def test_money_and_shares_are_rounded_to_the_unpleasant_side() -> None:
    assert (money_up(Minor(1)), money_down(Minor(9_999)), money_up(Minor(-1))) == ("0.01", "0.00", "0.00")
    worst = effects_of(share_ppm=(0, 238_001, 250_000), margin_ppm=(0, 650_001, 2_000_000), fee=Minor(1))
    assert (worst["share_after"], worst["margin_after"], worst["fee"]) == ("23.9", "0.66", "0.01")
    assert grouped("-1234567.5") == "-1,234,567.5" and grouped("999") == "999"
