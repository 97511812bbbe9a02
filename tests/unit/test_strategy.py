"""A strategy on a market that moves only when a test says so: every callback, every answer, every way to be wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.market.catalogue import load as load_catalogue
from engine.model.ids import SECOND_NS, Lots, Ticks, TimeNs
from engine.model.market import Trade
from engine.script import read_commands
from engine.simulate import STEPS, Options, Run
from engine.strategy.base import Strategy
from engine.strategy.errors import StrategyError
from engine.strategy.host import MOST_AT_ONCE
from engine.strategy.load import load
from engine.strategy.simulated import Actor
from engine.strategy.values import Book, Level, moment
from tests.architecture.source import ROOT
from tests.still_market import START, PlainCalendar, StillMarket
from tests.strategies import Witness, write

NOON = TimeNs(START + 12 * 3600 * SECOND_NS)
Moves = Callable[[StillMarket, int], None]


class MovingMarket(StillMarket):
    """Does to itself what a test wants at each step."""

    moves: Moves = staticmethod(lambda market, step: None)

    def advance(self, at: TimeNs, step_ns: int) -> None:
        super().advance(at, step_ns)
        self.traded = {}
        self.moves(self, (at - NOON) // (SECOND_NS // 10))


class Stage:
    """A run of some seconds, and what came of it."""

    def __init__(
        self,
        strategy: Strategy,
        symbols: tuple[str, ...] = ("AAPL",),
        *,
        seconds: float = 2,
        moves: Moves | None = None,
        commands: list[dict[str, object]] | None = None,
        step: str = "100ms",
    ) -> None:
        catalogue = load_catalogue()
        self.market = MovingMarket(catalogue.columns)
        if moves:
            self.market.moves = moves
        options = Options(NOON, TimeNs(NOON + int(seconds * SECOND_NS)), step_ns=STEPS[step])
        self.run = Run(self.market, catalogue, {i.session: PlainCalendar() for i in catalogue.columns}, options)
        self.ix = catalogue["AAPL"].column
        self.talk: list[str] = []
        actor = Actor(self.run, strategy, symbols, "main", self.talk.append)
        self.run.join(actor)
        self.lines: list[dict[str, Any]] = []
        for line in self.run.lines(read_commands(json.dumps(c) for c in commands or ())):
            self.lines.append(json.loads(line))

    @property
    def end(self) -> dict[str, Any]:
        """The end line."""
        assert self.lines[-1]["type"] == "end"
        return self.lines[-1]


def shift(every: int) -> Moves:
    """AAPL moves by a tick each so many steps."""

    def moves(market: StillMarket, step: int) -> None:
        ix = next(i.column for i in market.instruments if i.symbol == "AAPL")
        if step > 0 and step % every == 0:
            market.move(ix, 1)

    return moves


# --- callbacks ----------------------------------------------------------------------------------


def test_what_is_overridden_is_what_is_told() -> None:
    class Quotes(Strategy):
        def on_start(self) -> None:
            self.seen: list[Decimal | None] = []

        def on_quote(self, quote: Any) -> None:
            self.seen.append(quote.bid)

    strategy = Quotes()
    Stage(strategy, moves=shift(5))
    first = strategy.seen[0]
    assert first is not None
    assert strategy.seen == [first + Decimal("0.01") * k for k in range(5)], "the first, then each change"
    assert strategy._host is not None and not strategy._host.wishes.books and not strategy._host.wishes.bars


def test_a_still_market_is_told_once() -> None:
    witness = Witness()
    Stage(witness)
    assert [name for name, _ in witness.told] == ["start", "quote", "book", "stop"]
    quote, book = witness.of("quote")[0], witness.of("book")[0]
    assert (quote.symbol, quote.spread, quote.session) == ("AAPL", Decimal("0.02"), "regular")
    assert (book.bids[0].price, book.bids[0].size) == (quote.bid, quote.bid_size)
    assert len(book.bids) == len(book.asks) == 10
    assert book.mid == quote.mid


def test_prints_are_told_in_order_and_before_the_quote() -> None:
    def moves(market: StillMarket, step: int) -> None:
        ix = next(i.column for i in market.instruments if i.symbol == "AAPL")
        if step == 4:
            market.traded = {ix: [Trade(market.at, Ticks(int(market.bid[ix])), Lots(k), -1) for k in (3, 4)]}
            market.move(ix, 1)

    witness = Witness()
    Stage(witness, moves=moves)
    assert [(t.size, t.side) for t in witness.of("trade")] == [(3, "sell"), (4, "sell")]
    names = [name for name, _ in witness.told]
    assert names.index("trade") < len(names) - 1 - names[::-1].index("quote")


def test_an_order_tells_what_it_does_right_after_the_callback() -> None:
    class Buyer(Witness):
        def on_start(self) -> None:
            answer = self.buy("AAPL", 10)
            self.told.append(("answer", (answer.status, answer.filled, self.position("AAPL"))))

    witness = Buyer()
    stage = Stage(witness)
    assert [name for name, _ in witness.told][:4] == ["answer", "order", "order", "fill"]
    assert witness.told[0][1] == ("filled", 10, 10)
    assert [order.event for order in witness.of("order")] == ["order.accepted", "order.filled"]
    fill = witness.of("fill")[0]
    assert (fill.side, fill.quantity, fill.liquidity, fill.symbol) == ("buy", 10, "taker", "AAPL")
    made = next(line for line in stage.lines if line["type"] == "order.accepted")
    assert made["order"]["origin"] == "strategy"
    assert stage.end["audit"]["ok"] is True


def test_a_resting_order_is_told_when_the_market_comes_to_it() -> None:
    class Rester(Witness):
        def on_start(self) -> None:
            quote = self.quote("AAPL")
            self.order = self.buy("AAPL", 10, limit=quote.ask - Decimal("0.01"), post_only=True)
            assert self.order.status == "working" and self.orders == (self.order,)

        def on_fill(self, fill: Any) -> None:
            super().on_fill(fill)
            assert self.orders == ()

    def moves(market: StillMarket, step: int) -> None:
        ix = next(i.column for i in market.instruments if i.symbol == "AAPL")
        if step == 5:
            market.move(ix, -5)

    witness = Rester()
    Stage(witness, moves=moves)
    fill = witness.of("fill")[0]
    assert fill.liquidity == "maker"
    assert fill.at == moment(NOON) + timedelta(milliseconds=500)


def test_timers_come_at_full_spans_and_those_missed_are_one() -> None:
    class Timed(Witness):
        def on_start(self) -> None:
            self.every("500ms")
            self.every("1s")
            self.every("1s")

    witness = Timed()
    Stage(witness, seconds=2)
    at = [(value - moment(NOON)) / timedelta(milliseconds=1) for value in witness.of("timer")]
    assert at == [500, 1000, 1000, 1500, 2000, 2000]
    coarse = Timed()
    Stage(coarse, seconds=3, step="1s")
    at = [(value - moment(NOON)) / timedelta(milliseconds=1) for value in coarse.of("timer")]
    assert at == [1000, 1000, 2000, 2000, 3000, 3000]


def test_only_its_own_orders_are_told_but_the_position_counts_everything() -> None:
    at = "1970-01-01T00:00:00Z"
    order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": 7, "client_order_id": "person"}
    commands = [{"at": at, "cmd": "submit", "account": "main", "order": order}]

    class Looker(Witness):
        def on_stop(self) -> None:
            self.held = self.position("AAPL")

    witness = Looker()
    Stage(witness, commands=commands)  # type: ignore[arg-type]
    assert witness.of("order") == witness.of("fill") == []
    assert witness.held == 7


def test_exits_that_the_desk_makes_are_told() -> None:
    class Bracket(Witness):
        def on_start(self) -> None:
            ask = self.quote("AAPL").ask
            assert ask is not None
            self.buy("AAPL", 10, take_profit=ask * 2, stop_loss=self.instrument("AAPL").price(ask / 2))

        def on_stop(self) -> None:
            assert self.cancel_all() == (), "what protects a position stays"
            self.exits = self.orders

    witness = Bracket()
    Stage(witness)
    assert [o.origin for o in witness.exits] == ["bracket"]
    assert {o.parent for o in witness.of("order")} == {"", "o000001"}


# --- answers ------------------------------------------------------------------------------------


def test_refusals_are_answers_and_never_end_a_strategy() -> None:
    class Clumsy(Witness):
        def on_start(self) -> None:
            self.answers = [
                self.buy("AAPL", 10**9),
                self.buy("NOPE", 1),
                self.buy("AAPL", "a lot"),
                self.buy("AAPL", 0.5),
                self.buy("AAPL", float("nan")),
                self.buy("AAPL", None),  # type: ignore[arg-type]
                self.buy("AAPL", 1, limit="0.001"),
                self.buy("AAPL", 1, colour="red"),
                self.buy("AAPL", 1, tif="NEVER"),
                self.cancel("o999999"),
            ]

    witness = Clumsy()
    stage = Stage(witness)
    codes = [answer.refusal.code for answer in witness.answers if answer.refusal]
    assert codes[1:] == [
        *("UNKNOWN_SYMBOL", "NUMBER_FORMAT", "PRECISION_EXCEEDED", "NUMBER_FORMAT", "TYPE_ERROR"),
        *("PRECISION_EXCEEDED", "UNKNOWN_FIELD", "ENUM_ERROR", "UNKNOWN_ORDER"),
    ]
    assert codes[0] in ("LIQUIDITY_HALT", "CONCENTRATION_LIMIT", "INSUFFICIENT_MARGIN")
    assert witness.answers[0].refusal is not None and witness.answers[0].refusal.max_quantity
    told = [(order.event, order.refusal.code) for order in witness.of("order")]
    assert told == [("order.rejected", code) for code in codes[:-1]], "each once, in order"
    rejected = [line for line in stage.lines if line["type"] == "order.rejected"]
    assert len(rejected) == 9


def test_the_type_follows_from_the_prices() -> None:
    class Types(Strategy):
        def on_start(self) -> None:
            bid = self.quote("AAPL").bid
            assert bid is not None
            low, high = bid - 5, bid + 5
            orders = [
                self.buy("AAPL", 1, limit=low),
                self.sell("AAPL", 1, stop=low),
                self.sell("AAPL", 1, stop=low, limit=low - 1),
                self.sell("AAPL", 1, trail_percent="2"),
                self.sell("AAPL", 1, limit=high, stop=low, type="oco"),
                self.buy("AAPL", 1),
            ]
            self.types = [order.type if order.refusal is None else order.refusal for order in orders]

    strategy = Types()
    Stage(strategy)
    assert strategy.types == ["limit", "stop", "stop_limit", "trailing_stop", "oco", "market"]


def test_a_cancelled_order_is_told_and_cannot_be_cancelled_twice() -> None:
    class Canceller(Witness):
        def on_start(self) -> None:
            order = self.buy("AAPL", 1, limit=1, client_order_id="mine")
            self.first, self.second = self.cancel("mine"), self.cancel(order)

    witness = Canceller()
    Stage(witness)
    assert (witness.first.status, witness.first.refusal) == ("cancelled", None)
    assert witness.second.refusal is not None and witness.second.refusal.code == "NOT_CANCELLABLE"
    assert witness.of("order")[-1].event == "order.cancelled"


def test_an_order_can_be_amended() -> None:
    class Amender(Witness):
        def on_start(self) -> None:
            order = self.buy("AAPL", 10, limit=1)
            self.answers = [
                self.amend(order, quantity=5),
                self.amend(order.client_order_id, limit="1.50"),
                self.amend(order, limit="1.555"),
                self.amend("nothing", quantity=1),
            ]
            self.left = self.orders

    witness = Amender()
    Stage(witness)
    codes = [answer.refusal.code if answer.refusal else "" for answer in witness.answers]
    assert codes == ["", "", "PRECISION_EXCEEDED", "UNKNOWN_ORDER"]
    assert [(order.quantity, order.limit) for order in witness.left] == [(5, Decimal("1.50"))]
    assert [o.event for o in witness.of("order")].count("order.amended") == 2


def test_its_owners_limits_bind_a_strategy() -> None:
    at = "1970-01-01T00:00:00Z"
    limits = {"at": at, "cmd": "limits", "account": "main", "limits": {"orders_per_minute": 3}}

    class Runaway(Witness):
        def on_quote(self, quote: Any) -> None:
            self.answers = [self.buy("AAPL", 1, limit=1) for _ in range(5)]

    witness = Runaway()
    Stage(witness, commands=[limits])  # type: ignore[list-item]
    codes = [answer.refusal.code if answer.refusal else "" for answer in witness.answers]
    assert codes == ["", "", "", "RATE_LIMITED", "RATE_LIMITED"]


def test_a_strategy_that_answers_its_own_fills_cannot_stop_time() -> None:
    class Echo(Witness):
        def on_start(self) -> None:
            self.buy("AAPL", 1)

        def on_order(self, order: Any) -> None:
            super().on_order(order)
            self.buy("AAPL", "nothing")

    witness = Echo()
    Stage(witness, seconds=0.3)
    assert MOST_AT_ONCE < len(witness.told) <= 5 * MOST_AT_ONCE


def test_stopping_itself_is_the_end_of_its_callbacks() -> None:
    class Once(Witness):
        def on_quote(self, quote: Any) -> None:
            super().on_quote(quote)
            self.stop("enough")

    witness = Once()
    stage = Stage(witness, moves=shift(1))
    assert [name for name, _ in witness.told] == ["start", "quote", "stop"]
    assert stage.end["accounts"]["main"]["nav"] == "1000000.00"


def test_money_and_positions_are_exact_decimals() -> None:
    class Looker(Strategy):
        def on_start(self) -> None:
            self.before = self.cash, self.nav, self.position("BTC")
            self.buy("BTC", "0.00000003")
            self.after = self.cash, self.nav, self.position("BTC-USD")
            self.log(f"holds {self.after[2]}")

    strategy = Looker()
    stage = Stage(strategy, ("BTC", "AAPL"))
    assert strategy.before == (1_000_000, 1_000_000, 0)
    assert strategy.after[2] == Decimal("0.00000003")
    assert strategy.after[0] == Decimal(stage.end["accounts"]["main"]["cash"])
    assert strategy.symbols == ("BTC-USD", "AAPL")
    assert stage.talk == [f"{moment(NOON):%Y-%m-%dT%H:%M:%S}Z holds 3E-8"]


def test_prices_and_quantities_are_rounded_to_the_grid_of_the_instrument() -> None:
    class Looker(Strategy):
        def on_start(self) -> None:
            self.found = self.instrument("BTC")

    strategy = Looker()
    Stage(strategy, ("BTC",))
    it = strategy.found
    assert (it.symbol, it.tick, it.lot) == ("BTC-USD", Decimal("0.01"), Decimal("0.00000001"))
    assert it.price(Decimal("68512.3456")) == Decimal("68512.35")
    assert it.quantity("0.123456789") == Decimal("0.12345678")
    assert it.quantity(-1.999999999) == Decimal("-1.99999999")
    with pytest.raises(ValueError, match="not a decimal"):
        it.price("much")


def test_imbalance() -> None:
    book = Book("X", moment(0), (Level(Decimal(2), Decimal(3)),), (Level(Decimal(3), Decimal(1)),))
    assert (book.imbalance(), book.mid) == (Decimal("0.5"), Decimal("2.5"))
    assert Book("X", moment(0), (), ()).imbalance(3) == 0


# --- going wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "function", "text"),
    [
        ("    def on_start(self):\n        1 / 0\n", 4, "on_start", "ZeroDivisionError: division by zero"),
        ("    def on_quote(self, quote):\n        self.nothing\n", 4, "on_quote", "AttributeError: "),
        ("    def on_quote(self, quote):\n        quote.bid * 1.5\n", 4, "on_quote", "write Decimal"),
        ("    def on_quote(self, quote):\n        self.every('soon')\n", 4, "on_quote", "no span of time"),
        ("    def on_book(self, book):\n        self.quote('NOPE')\n", 4, "on_book", "UNKNOWN_SYMBOL: "),
        ("    def on_stop(self):\n        exit(3)\n", 4, "on_stop", "SystemExit: 3"),
        ("    def __init__(self):\n        self.buy('AAPL', 1)\n", 4, "__init__", "only while it runs"),
        ("    x = 1 +\n", 3, "", "SyntaxError"),
        ("    import nothing_like_it\n", 3, "It", "ModuleNotFoundError"),
    ],
)
def test_what_a_strategy_raises_names_its_own_line(
    tmp_path: Path, body: str, line: int, function: str, text: str
) -> None:
    path = write(tmp_path, body)
    with pytest.raises(StrategyError) as raised:
        Stage(load(path))
    place = f"{path}:{line} in {function}: " if function else f"{path}:{line}: "
    error = raised.value.document()["error"]
    assert str(raised.value).startswith(place)
    assert text in f"{error['message']} {error['fix']}"
    assert "\n" not in error["message"]
    assert raised.value.exit_code == 2


def test_what_happened_before_a_failure_is_printed(tmp_path: Path) -> None:
    path = write(tmp_path, "    def on_start(self):\n        self.buy('AAPL', 1)\n        1 / 0\n")
    catalogue = load_catalogue()
    calendars = {i.session: PlainCalendar() for i in catalogue.columns}
    run = Run(StillMarket(catalogue.columns), catalogue, calendars, Options(NOON, TimeNs(NOON + SECOND_NS)))
    run.join(Actor(run, load(path), ("AAPL",), "main", print))
    lines = []
    with pytest.raises(StrategyError):
        for line in run.lines(()):
            lines.append(json.loads(line)["type"])
    assert "fill" in lines and "order.filled" in lines


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("x = 1\n", "", "no class derived from Strategy"),
        (
            "from vterm.sdk import Strategy\nclass A(Strategy): pass\nclass B(Strategy): pass\n",
            "",
            "several strategies",
        ),
        ("from vterm.sdk import Strategy\nclass A(Strategy): pass\n", ":C", "no strategy C"),
    ],
)
def test_a_file_must_name_one_strategy(tmp_path: Path, text: str, name: str, said: str) -> None:
    path = tmp_path / "many.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StrategyError, match=said):
        load(f"{path}{name}")
    with pytest.raises(StrategyError, match="cannot read"):
        load(str(tmp_path / "absent.py"))


def test_one_of_several_can_be_named_and_files_beside_it_imported(tmp_path: Path) -> None:
    (tmp_path / "beside_it_here.py").write_text("SIZE = 5\n", encoding="utf-8")
    path = tmp_path / "two.py"
    head = "from vterm.sdk import Strategy\nfrom beside_it_here import SIZE\n"
    path.write_text(head + "class A(Strategy): pass\nclass B(A): size = SIZE\n", encoding="utf-8")
    found: Any = load(f"{path}:B")
    assert (type(found).__name__, found.size) == ("B", 5)


def test_importing_the_class_is_light() -> None:
    script = "import json, sys; from vterm.sdk import Strategy, Bar; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    loaded = set(json.loads(done.stdout))
    heavy = ("numpy", "textual", "rich", "typer", "asyncio", "httpx", "websockets", "sqlalchemy")
    assert loaded.isdisjoint(heavy)
