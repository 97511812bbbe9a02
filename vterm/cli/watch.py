"""watch: the stream as one JSON document a line."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, unix_connect

from engine.client.start import ensure_engine
from engine.desk import DeskUnreachable
from vterm.cli.codes import exit_of
from vterm.cli.market import whole
from vterm.cli.output import write_json
from vterm.cli.stop import Stop, usage

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

OF_SYMBOL = ("ticker", "orderbook", "trades")
OF_ACCOUNT = ("orders", "portfolio", "alerts", "proposals", "missions", "system")
_MOST = 64


def args_watch(parser: ArgumentParser) -> None:
    """vterm watch SYM… --channel ticker|orderbook|trades --count N"""
    parser.add_argument("symbols", nargs="*", metavar="SYM")
    parser.add_argument("--channel", default="ticker", choices=(*OF_SYMBOL, *OF_ACCOUNT))
    parser.add_argument("--count", metavar="N", help="messages, then exit (default: until Ctrl-C)")


def run_watch(context: Context, args: Namespace) -> int:
    """Print messages until there are enough of them."""
    count = whole(args.count, "--count") if args.count else 0
    for printed, message in enumerate(follow(context, _channels(args)), 1):
        write_json(message)
        sys.stdout.flush()
        if printed == count:
            break
    return 0


def follow(context: Context, channels: list[str]) -> Iterator[dict[str, Any]]:
    """Messages of these channels, as they come. Raises Stop where one is refused, DeskUnreachable at the end."""
    if context.no_daemon:
        raise usage("watch needs an engine that goes on", "leave out --no-daemon")
    try:
        with _connect(context) as stream:
            for start in range(0, len(channels), _MOST):
                stream.send(json.dumps({"action": "subscribe", "channels": channels[start : start + _MOST]}))
            yield from _messages(stream)
    except (ConnectionClosed, InvalidHandshake, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise DeskUnreachable(f"the stream of {context.home.path} ended: {error}") from None


def _channels(args: Namespace) -> list[str]:
    if args.channel in OF_ACCOUNT:
        if args.symbols:
            raise usage(f"the channel {args.channel} has no symbols", f"vterm watch --channel {args.channel}")
        return [args.channel]
    if not args.symbols:
        raise usage("watch needs a symbol", "vterm watch BTC AAPL")
    return [f"{args.channel}:{symbol}" for symbol in args.symbols]


def _connect(context: Context) -> ClientConnection:
    ensure_engine(context.home, context.options)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    context.home.connect(sock)
    headers = {"X-VTerm-Account": context.account}
    return unix_connect(
        sock=sock, uri="ws://vterm/v1/stream", compression=None, additional_headers=headers, max_size=1_048_576
    )


def _messages(stream: ClientConnection) -> Iterator[dict[str, Any]]:
    for text in stream:
        message: dict[str, Any] = json.loads(text)
        if message["type"] == "ping":
            stream.send('{"type": "pong"}')
            continue
        if message["type"] == "error":
            error = message["error"]
            raise Stop({"error": error}, exit_of(str(error["code"])))
        yield message
    raise DeskUnreachable("the engine closed the stream")
