"""The command line inside the terminal: the same words as in the shell, read into what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vterm import settings, theme
from vterm.alert_line import USAGE, read_alert
from vterm.trade_line import TradeLine, Unclear, number, read_trade

HINT = "BTC · buy BTC 0.1 @ 68500 · cancel all · close BTC · clock speed 10 · theme light"


@dataclass(frozen=True)
class Wish:
    """What a line asks for; `kind` names the method that does it, `trade` is there for the ticket."""

    kind: str
    args: tuple[str, ...] = field(default=())
    trade: TradeLine | None = None


def read(line: str, resolve: Callable[[str], str]) -> Wish:
    """The wish of a line. `resolve` maps a name to a symbol or to nothing. Raises Unclear."""
    words = line.strip().lstrip(":").split()
    if not words:
        raise Unclear(HINT)
    verb, rest = words[0].lower(), words[1:]
    if verb == "vterm" and rest:
        verb, rest = rest[0].lower(), rest[1:]
    if verb == "order" and rest and rest[0].lower() in ("buy", "sell"):
        verb, rest = rest[0].lower(), rest[1:]
    reader = _VERBS.get(verb)
    if reader is not None:
        return reader(verb, rest, resolve)
    symbol = resolve(verb)
    if symbol:
        if rest and rest[0].lower() in ("buy", "sell"):
            return _trade(rest[0].lower(), [symbol, *rest[1:]], resolve)
        return Wish("select", (symbol,))
    raise Unclear(f"no command or instrument called {words[0][:24]}")


def _symbol(words: list[str], resolve: Callable[[str], str], usage: str) -> str:
    if not words:
        raise Unclear(usage)
    symbol = resolve(words[0])
    if not symbol:
        raise Unclear(f"no instrument called {words[0][:24]}")
    return symbol


def _trade(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    line = read_trade(verb, words, resolve)
    return Wish("ticket", (line.symbol,), line)


def _algo(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    if not words or words[0].lower() not in ("buy", "sell"):
        raise Unclear(f"{verb} buy AAPL 500 --over 30m")
    line = read_trade(words[0].lower(), words[1:], resolve, verb)
    return Wish("ticket", (line.symbol,), line)


def _cancel(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    if not words:
        raise Unclear("cancel all, or cancel and an order's id")
    return Wish("cancel_all") if words[0].lower() in ("all", "--all") else Wish("cancel", (words[0],))


def _close(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    return Wish("flatten", (_symbol(words, resolve, "close BTC"),))


def _clock(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    action = words[0].lower() if words else ""
    if not words:
        return Wish("clock_shown")
    if action in ("pause", "resume"):
        return Wish("clock", (action, ""))
    if action == "speed" and len(words) == 2:
        return Wish("clock", ("speed", number(words[1].lstrip("×x"), "the speed")))
    if action == "jump":
        return Wish("clock", ("jump", words[1].lower() if len(words) > 1 else "open"))
    raise Unclear("clock pause, clock resume, clock speed 10, clock jump open")


def _watch(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    return Wish("watch" if verb == "watch" else "unwatch", (_symbol(words, resolve, f"{verb} BTC"),))


def _alert(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    if words and words[0].lower() in ("add", "list"):
        words = words[1:]
    if not words:
        return Wish("alerts")
    if words[0].lower() in ("rm", "drop") and len(words) == 2:
        return Wish("drop_alert", ("" if words[1].lower() in ("all", "--all") else words[1],))
    line = (_symbol(words, resolve, USAGE), *words[1:])
    try:
        read_alert(list(line))
    except ValueError as error:
        raise Unclear(str(error)) from None
    return Wish("alert", line)


def _theme(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    if not words or words[0] not in theme.names():
        raise Unclear("theme " + ", theme ".join(theme.names()))
    return Wish("theme", (words[0],))


def _set(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    choice = settings.BY_NAME.get(words[0].lower()) if words else None
    if choice is None:
        raise Unclear("set " + ", set ".join(c.name for c in settings.CHOICES))
    if len(words) != 2 or words[1].lower() not in choice.values:
        raise Unclear(f"set {choice.name} " + "|".join(choice.values))
    return Wish("set", (choice.name, words[1].lower()))


def _tour(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    kind = {"": "tour_open", "again": "tour_again", "leave": "tour_leave"}.get(" ".join(words).lower())
    if kind is None:
        raise Unclear("tour, tour again, tour leave")
    return Wish(kind)


def _layout(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    first, name = (words[0].lower() if words else "list"), " ".join(words[1:])
    if first in ("list", "next") and not name:
        return Wish("layout", (first, ""))
    if first in ("save", "delete"):
        if not name:
            raise Unclear(f"layout {first} NAME")
        return Wish("layout", (first, name))
    return Wish("layout", ("show", " ".join(words)))


def _sign(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    if len(words) > 1:
        raise Unclear(f"{verb}, or {verb} and a proposal's id")
    return Wish("sign_one", (words[0],)) if words else Wish("sign" if verb == "sign" else "proposals")


def _ask(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    if not words:
        raise Unclear("ask am I over-exposed to tech")
    return Wish("ask_copilot", (" ".join(words),))


def _screen(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    return Wish("screen", (verb,))


def _plain(verb: str, words: list[str], resolve: Callable[[str], str]) -> Wish:
    return Wish({"q": "quit", "exit": "quit"}.get(verb, verb))


_VERBS: dict[str, Callable[[str, list[str], Callable[[str], str]], Wish]] = {
    "buy": _trade, "sell": _trade, "twap": _algo, "vwap": _algo, "pov": _algo,
    "cancel": _cancel, "close": _close, "flatten": _close, "clock": _clock,
    "alert": _alert, "alerts": _alert,
    "watch": _watch, "unwatch": _watch, "theme": _theme, "set": _set, "tour": _tour,
    "layout": _layout, "layouts": _layout,
    "sign": _sign, "proposals": _sign, "ask": _ask,
    "help": _plain, "quit": _plain, "q": _plain, "exit": _plain,
    "desk": _screen, "portfolio": _screen, "markets": _screen, "research": _screen, "missions": _screen,
    "copilot": _screen, "activity": _screen, "settings": _screen,
}  # fmt: skip
