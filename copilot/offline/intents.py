"""Which kind of question a line is: an ordered table of tests, the first that holds wins."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from copilot.offline.grammar import Request
from copilot.offline.lexicon import BUY, SELL


class Intent(StrEnum):
    """Kinds of questions; each has a plan."""

    EXPOSURE = "exposure"
    COSTS = "costs"
    WHATIF = "whatif"
    STRESS = "stress"
    STOPS = "stops"
    SLICING = "slicing"
    SIZING = "sizing"
    WATCHLIST = "watchlist"
    ALERT = "alert"
    SCREENS = "screens"
    TRADE = "trade"
    BRIEFING = "briefing"
    RISK = "risk"
    QUOTES = "quotes"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


def _verb(it: Request) -> bool:
    return it.has("buy", "sell", "short", "purchase", "close", "dump", "exit", "trim", "offload", "bought", "sold",
                  "buying", "selling")  # fmt: skip


def _exposure(it: Request) -> bool:
    stems = ("expos", "over-expos", "overexpos", "concentrat", "overweight", "diversif", "heav")
    asked = any(word.startswith(stems) for word in it.words)
    moved = it.has("rebalance", "rotate", "shift", "swap", "switch") or (it.has("move") and it.has("into"))
    return asked or (it.phrase("too much") and not _verb(it)) or (moved and bool(it.listings))


def _costs(it: Request) -> bool:
    fill = it.has("fill", "fills", "execution", "executions", "slippage", "trade", "trades", "order", "trading")
    return fill and it.has("cost", "costs", "expensive", "slippage", "paid", "dear")


def _supposed(it: Request) -> bool:
    return it.phrase("what if", "what happens", "what would", "what does", "suppose", "what-if", "if i")


def _whatif(it: Request) -> bool:
    doubts = it.phrase("should i", "shall i", "would you", "is it wise")
    return (_supposed(it) or doubts) and _verb(it) and bool(it.listings)


def _stress(it: Request) -> bool:
    jump = (
        bool(it.percents)
        and bool(it.move)
        and bool(it.listings or it.classes or it.sectors or it.has("market", "markets"))
    )
    return it.has("stress", "scenario", "scenarios", "shock") or (_supposed(it) and (jump or it.move == "down")) or (
        it.has("crash") and not it.has("which")
    )  # fmt: skip


def _stops(it: Request) -> bool:
    return it.has("stop", "stops", "stop-loss", "stoploss", "protect", "protective", "protection") and not it.has(
        "watchlist"
    )


def _slicing(it: Request) -> bool:
    return it.has("twap", "vwap", "pov", "slices", "slice") or (
        _verb(it) and bool(it.spans) and it.has("over", "during")
    )


def _sizing(it: Request) -> bool:
    asks = it.phrase("how much", "how many") and it.has("can", "could", "may", "max", "afford")
    most = it.phrase("as much", "as many", "as possible", "limits allow") or it.has("max", "maximum")
    return (asks or most) and (_verb(it) or it.has("afford"))


def _alert(it: Request) -> bool:
    return it.has("alert", "notify", "remind") or it.phrase("tell me when", "let me know when", "warn me")


def _screens(it: Request) -> bool:
    asks = it.has(
        "which", "screen", "find", "list", "show", "top", "movers", "gainers", "losers", "biggest", "best", "worst"
    )
    about = bool(it.classes or it.sectors) or it.has("movers", "gainers", "losers", "instruments", "names", "market")
    return asks and about and not it.has("my", "risk", "i") and not (_verb(it) and it.listings)


def _trade(it: Request) -> bool:
    acts = next((word for word in it.words if word in BUY | SELL), "")
    sized = bool(it.quantities or it.money)
    if acts in ("get", "add", "long", "short"):  # everyday words, unless a number stands beside them
        return sized and bool(it.listings)
    return bool(acts) and (sized or bool(it.listings) or it.has("everything"))


_BRIEF = ("brief", "briefing", "summary", "summarise", "summarize", "overview", "portfolio", "positions", "pnl", "p&l",
          "nav", "holdings", "status")  # fmt: skip


def _briefing(it: Request) -> bool:
    phrases = it.phrase(
        "how am i", "how is my", "how are my", "what do i hold", "what do i own", "how did i", "good morning"
    )
    own = it.has("portfolio", "positions", "holdings", "my", "account")
    return phrases or (it.has(*_BRIEF) and (own or not it.listings))


def _risk(it: Request) -> bool:
    return it.has("risk", "risky", "var", "volatility", "drawdown", "beta", "margin", "leverage", "liquidated",
                  "liquidation", "riskiest")  # fmt: skip


def _forbidden(it: Request) -> bool:
    """Wishes about signing, keys, settings or limits: nothing here can do them, and the answer says so."""
    acts = it.has("sign", "confirm", "approve", "key", "keys", "passphrase", "password", "setting", "settings",
                  "confirmation", "confirmations", "confirmed")  # fmt: skip
    limits = it.has("limit", "limits") and it.has("raise", "remove", "change", "set", "lift", "disable", "increase")
    return acts or limits


_TABLE: tuple[tuple[Intent, Callable[[Request], bool]], ...] = (
    (Intent.FORBIDDEN, _forbidden),
    (Intent.EXPOSURE, _exposure),
    (Intent.COSTS, _costs),
    (Intent.SIZING, _sizing),
    (Intent.WHATIF, _whatif),
    (Intent.STRESS, _stress),
    (Intent.WATCHLIST, lambda it: it.has("watchlist") and it.has("add", "remove", "put", "drop", "delete", "off")),
    (Intent.ALERT, _alert),
    (Intent.STOPS, _stops),
    (Intent.SLICING, _slicing),
    (Intent.SCREENS, _screens),
    (Intent.TRADE, _trade),
    (Intent.RISK, _risk),
    (Intent.BRIEFING, _briefing),
    (Intent.QUOTES, lambda it: bool(it.listings)),
)


def intent_of(request: Request) -> Intent:
    """The kind of question; UNKNOWN where none fits."""
    return next((intent for intent, holds in _TABLE if holds(request)), Intent.UNKNOWN)
