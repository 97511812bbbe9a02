"""strategy run: a program that trades on the home's desk, as a client like any other."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from vterm.cli.keys import under_key
from vterm.cli.output import plain, write_json
from vterm.cli.stop import usage

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from engine.client.signer import Signer
    from engine.strategy.live import LiveRun
    from vterm.cli.context import Context

INTERRUPTED = 130
CTRL_C, SIGTERM = "interrupted with Ctrl-C", "told to stop"


def args_strategy(parser: ArgumentParser) -> None:
    """vterm strategy run FILE.py[:Class] --symbols AAPL,BTC --for 10m"""
    parser.add_argument("action", choices=("run",))
    parser.add_argument("file", metavar="FILE.py[:Class]")
    parser.add_argument("--symbols", metavar="SYM,SYM", required=True, help="what it trades")
    parser.add_argument("--for", dest="span", metavar="SPAN", help="end after so long: 90s, 10m, 2h (default: Ctrl-C)")
    parser.add_argument("--leave-orders", action="store_true", help="let its open orders work on when it ends")
    parser.add_argument(
        "--cancel-when-lost", action="store_true", help="take its orders back when the stream was lost and is back"
    )
    parser.add_argument(
        "--key", metavar="ID", default="", help="run under this trading key (default: VTERM_API_KEY, else none)"
    )


def run_strategy(context: Context, args: Namespace) -> int:
    """Run until it ends, the time is up, or Ctrl-C."""
    from engine.strategy.load import load

    if context.no_daemon:
        raise usage("a strategy needs an engine that goes on", "leave out --no-daemon")
    if context.csv:
        raise usage("strategy run has no --csv", "use --json")
    symbols = tuple(name for name in args.symbols.split(",") if name)
    if not symbols:
        raise usage("a strategy needs to know what to trade", "--symbols AAPL,BTC")
    seconds = _seconds(args.span) if args.span else 0.0
    signer, account = under_key(context, args.key)
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        strategy = load(args.file)

        def tell(document: dict[str, Any]) -> None:
            with redirect_stdout(out):
                _tell(document, as_json=context.json)

        return asyncio.run(_run(context, args, strategy, symbols, seconds, tell, signer, account))


def _seconds(text: str) -> float:
    from engine.strategy.errors import StrategyError
    from engine.strategy.wishes import span_ns

    try:
        return span_ns(text) / 1e9
    except StrategyError:
        raise usage(f"--for {text[:20]} is no span of time", "--for 10m, or 90s, 2h") from None


async def _run(
    context: Context,
    args: Namespace,
    strategy: Any,
    symbols: tuple[str, ...],
    seconds: float,
    tell: Any,
    signer: Signer | None,
    account: str,
) -> int:
    from engine.client.desk import DeskClient
    from engine.strategy.live import LiveRun, Options

    desk = DeskClient(context.home, account, context.options, origin="strategy", signer=signer)
    tag = f"s{os.urandom(4).hex()}"
    options = Options(symbols, account, tag, args.leave_orders, args.cancel_when_lost)
    run = LiveRun(desk, strategy, options, tell, lambda text: print(plain(text), file=sys.stderr, flush=True))
    loop = asyncio.get_running_loop()
    _hear_signals(loop, run)
    if seconds:
        loop.call_later(seconds, run.stop, "its time is up")
    ending = await run.run()
    return INTERRUPTED if ending.reason in (CTRL_C, SIGTERM) else 0


def _hear_signals(loop: asyncio.AbstractEventLoop, run: LiveRun) -> None:
    """The first signal ends the run in good order, a second one at once."""

    def stop(number: signal.Signals, reason: str) -> None:
        loop.remove_signal_handler(number)
        run.stop(reason)

    for number, reason in ((signal.SIGINT, CTRL_C), (signal.SIGTERM, SIGTERM)):
        loop.add_signal_handler(number, stop, number, reason)


def _tell(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        write_json(document)
    elif document["type"] == "fill":
        words = (document[name] for name in ("at", "side", "quantity", "symbol", "price", "liquidity", "fee"))
        at, side, quantity, symbol, price, liquidity, fee = words
        sys.stdout.write(plain(f"{at} fill {side} {quantity} {symbol} at {price}, {liquidity}, fee {fee}") + "\n")
    elif document["type"] != "end":
        order = document["order"]
        wanted = f"{order['side']} {order['quantity']} {order['symbol']} {order.get('limit_price') or order['type']}"
        text = f"{document['at']} {document['type']} {order['order_id']} {wanted} {order.get('reason', '')}"
        sys.stdout.write(plain(text.rstrip()) + "\n")
    sys.stdout.flush()
