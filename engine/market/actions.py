"""What companies do to their shares: cash dividends and splits, as a calendar of things to come.

The living market's calendar is simulated (engine/market/dividends.py) and has no splits. A recorded market takes its
calendar from a table beside its first file, because a recording knows prices only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from engine.model.format import parse_time, time_text
from engine.model.ids import Symbol, TimeNs
from engine.model.instrument import Instrument
from engine.model.refusal import Code, Refused, refuse

DIVIDEND, SPLIT = "dividend", "split"
MOST_ROWS, MOST_BYTES, MOST_DIGITS = 10_000, 1_000_000, 6


class Action(msgspec.Struct, frozen=True):
    """One corporate action. It takes effect at `at`: who holds at that moment is paid, and from then on the market
    shows prices without the dividend, or after the split.

    `kind` is dividend (`ticks` a share) or split (`new` shares for `old`). `label` is the ex-date.
    """

    symbol: Symbol
    at: TimeNs
    kind: str
    label: str
    ticks: int = 0
    new: int = 0
    old: int = 0


@runtime_checkable
class ActionCalendar(Protocol):
    """What companies will do, by symbol and time."""

    def next_action(self, symbol: str, after: int) -> TimeNs:
        """When the next one of a symbol takes effect; 0 where none is known."""

    def actions_at(self, symbol: str, at: int) -> tuple[Action, ...]:
        """Those of a symbol that take effect at exactly this time."""

    def next_split(self, after: int) -> tuple[TimeNs, tuple[Action, ...]]:
        """The next splits of any symbol later than a time, and when; (0, ()) where none is known."""


class ActionTable:
    """A calendar of given actions; of none, an empty one."""

    def __init__(self, actions: Iterable[Action] = ()) -> None:
        self._actions = sorted(actions, key=lambda action: (action.at, action.symbol, action.kind))

    def next_action(self, symbol: str, after: int) -> TimeNs:
        """When the next one of a symbol takes effect; 0 where none is known."""
        return next((a.at for a in self._actions if a.symbol == symbol and a.at > after), TimeNs(0))

    def actions_at(self, symbol: str, at: int) -> tuple[Action, ...]:
        """Those of a symbol that take effect at exactly this time."""
        return tuple(a for a in self._actions if a.symbol == symbol and a.at == at)

    def next_split(self, after: int) -> tuple[TimeNs, tuple[Action, ...]]:
        """The next splits of any symbol later than a time, and when; (0, ()) where none is known."""
        splits = [a for a in self._actions if a.kind == SPLIT and a.at > after]
        return (splits[0].at, tuple(a for a in splits if a.at == splits[0].at)) if splits else (TimeNs(0), ())


def actions_of(source: object) -> ActionCalendar:
    """The calendar that a market carries as `actions`; an empty one where it has none."""
    found = getattr(source, "actions", None)
    return found if isinstance(found, ActionCalendar) else ActionTable()


def actions_path(recording: Path) -> Path:
    """Where the actions of a recording stand: beside it, as NAME.actions.csv."""
    return recording.with_name(f"{recording.name}.actions.csv")


def read_actions(path: Path, instruments: Iterable[Instrument]) -> ActionTable:
    """The actions of a CSV table with the columns symbol, at, kind, amount.

    `at` is an RFC 3339 time, `amount` a dividend a share in the instrument's currency (on its price grid) or a split
    such as 4:1. A file that is not there is an empty table. Raises Refused naming the line that is wrong.
    """
    known = {str(i.symbol): i for i in instruments}
    if not path.is_file():
        return ActionTable()
    text = path.read_bytes()[: MOST_BYTES + 1]
    if len(text) > MOST_BYTES:
        raise _bad(path, 1, f"a table of actions is at most {MOST_BYTES} bytes")
    lines = text.decode("utf-8", "replace").splitlines()
    rows = csv.DictReader(lines)
    if rows.fieldnames != ["symbol", "at", "kind", "amount"]:
        raise _bad(path, 1, "its columns are not symbol,at,kind,amount")
    return ActionTable(_action(path, number, row, known) for number, row in enumerate(rows, 2))


def _action(path: Path, number: int, row: dict[str, str | None], known: dict[str, Instrument]) -> Action:
    symbol, at, kind, amount = (str(row.get(name) or "") for name in ("symbol", "at", "kind", "amount"))
    if number > MOST_ROWS or symbol not in known:
        raise _bad(path, number, "the market has no such symbol, or there are too many lines")
    try:
        moment = parse_time(at)
        label = time_text(moment)[:10]
        if kind == SPLIT:
            new, old = (_count(part) for part in amount.split(":"))
            return Action(Symbol(symbol), moment, SPLIT, label, new=new, old=old)
        ticks = known[symbol].tick.steps(amount) if kind == DIVIDEND else None
    except ValueError as error:
        raise _bad(path, number, "a time, an amount or a ratio is not written as one") from error
    if ticks is None or ticks <= 0:
        raise _bad(path, number, "it is neither a dividend on the price grid nor a split such as 4:1")
    return Action(Symbol(symbol), moment, DIVIDEND, label, ticks=ticks)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text)):
        raise ValueError(text)
    return int(text)


def _bad(path: Path, number: int, cause: str) -> Refused:
    return refuse(Code.OUT_OF_RANGE, f"line {number} of {path.name}: {cause}", fix="correct the line")
