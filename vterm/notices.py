"""Everything that was told, in one bounded list: each thing once, floods folded. Pure; outlives every screen.

A notice is known by what it tells of (`identity`): told again it changes its row instead of adding one.
Notices of one `family` ("fills of BTC-USD") that come close together become one row that counts them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

from engine.model.text import SafeText, safe

KINDS = ("fill", "order", "algo", "alert", "market", "risk", "account", "link", "desk")
"""What a notice is about; the centre filters by it."""
MOST = 500
MOST_TOLD = 4000
MOST_TEXT = 240
FOLD_FROM = 3
"""Rows of one family that stand for themselves before the next one folds them."""
FOLD_SECONDS = 10.0
AGAIN_SECONDS = 4.0
"""A text that was on the screen a moment ago is not put there again."""
GRAVE = ("warning", "error")


@dataclass(slots=True, eq=False)
class Notice:
    """`at` is the market's time (RFC 3339), `target` what it is about: an order, an algorithm, an alert."""

    number: int
    at: str
    kind: str
    severity: str
    text: SafeText
    symbol: str = ""
    target: str = ""
    family: str = ""
    count: int = 1
    folded: bool = False
    read: bool = False
    away: bool = False
    rings: bool = False
    heard: float = 0.0

    @property
    def line(self) -> str:
        """The text, with how often it was told or how many it stands for."""
        if self.folded:
            return f"{self.count} {self.family} · last: {self.text}"
        return f"{self.text} ×{self.count}" if self.count > 1 and not self.family else str(self.text)

    @property
    def brief(self) -> str:
        """What a toast says."""
        return f"{self.count} {self.family}" if self.folded else str(self.text)


@dataclass(frozen=True, slots=True)
class News:
    """Something to be told. Foreign text in `text` is made safe when it is taken."""

    kind: str
    severity: str
    text: str
    symbol: str = ""
    target: str = ""
    identity: tuple[str, ...] = ()
    family: str = ""
    at: str = ""
    rings: bool = False
    quiet: bool = False
    """Listed, but never a toast."""
    ends: bool = False
    """The last that will be told of it: a toast however soon after the one before."""


class Notices:
    """The list, newest last. `fresh` are those that wait to be toasts."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self.now = now
        self.rows: list[Notice] = []
        self.fresh: list[Notice] = []
        self.made = 0
        self.changes = 0
        """Counts what changed in the list, for those who paint it."""
        self._told: OrderedDict[tuple[str, ...], tuple[str, Notice]] = OrderedDict()
        self._toasted: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def unread(self) -> int:
        """How many nobody has looked at."""
        return sum(not row.read for row in self.rows)

    @property
    def grave(self) -> bool:
        """Whether an unread one is a warning or worse."""
        return any(not row.read and row.severity in GRAVE for row in self.rows)

    def listed(self, kind: str = "") -> list[Notice]:
        """Newest first, of one kind or all."""
        return [row for row in reversed(self.rows) if kind in ("", row.kind)]

    def counts(self) -> dict[str, int]:
        """Rows a kind, kinds in their order, those that there are."""
        found = {kind: sum(row.kind == kind for row in self.rows) for kind in KINDS}
        return {kind: count for kind, count in found.items() if count}

    # -- telling --------------------------------------------------------------------------------------------

    def take(self, news: News, at: str = "", *, away: bool = False) -> Notice | None:
        """Put it into the list, once; None where it was told already. `at` is the market's time where it has none."""
        text = safe(news.text, MOST_TEXT)
        known = self._told.get(news.identity) if news.identity else None
        if known is not None:
            if known[0] == text:
                return None
            return self._again(news, known[1], text, news.at or at)
        self.made += 1
        notice = Notice(self.made, news.at or at, news.kind, news.severity, text, news.symbol, news.target,
                        news.family, rings=news.rings, away=away, heard=self.now())  # fmt: skip
        row = self._folded(notice)
        self._remember(news.identity, text, row)
        self._list(row)
        if not news.quiet and not away:
            self._toast(row)
        return row

    def say(self, text: str, severity: str, at: str, kind: str = "desk") -> Notice:
        """An answer to what the user just did: told on the screen, so read; the same once more is counted."""
        made = safe(text, MOST_TEXT)
        last = next((row for row in reversed(self.rows[-20:]) if row.text == made and row.kind == kind), None)
        if last is None:
            self.made += 1
            last = Notice(self.made, at, kind, severity, made, read=severity == "information", heard=self.now())
        else:
            last.count, last.at, last.heard = last.count + 1, at, self.now()
        self._list(last)
        self._toast(last)
        return last

    def _again(self, news: News, row: Notice, text: SafeText, at: str) -> Notice:
        """What it tells of went on: the same row says so."""
        gone = row not in self.rows
        if gone:
            self.made += 1
            row = Notice(self.made, at, news.kind, news.severity, text, news.symbol, news.target, news.family)
        row.text, row.at, row.severity, row.read, row.heard = text, at, news.severity, False, self.now()
        row.count += 0 if gone else 1
        self._remember(news.identity, text, row)
        self._list(row)
        if not news.quiet:
            self._toast(row, at_once=news.ends)
        return row

    def _folded(self, notice: Notice) -> Notice:
        """The row that stands for its whole family, where that comes in floods; else the notice itself."""
        if not notice.family:
            return notice
        since = self.now() - FOLD_SECONDS
        near = [r for r in self.rows if r.family == notice.family and r.kind == notice.kind and r.heard >= since
                and r.away == notice.away]  # fmt: skip
        whole = next((row for row in near if row.folded), None)
        if whole is None and len(near) < FOLD_FROM:
            return notice
        if whole is None:
            whole, gone = near[-1], near[:-1]
            whole.folded, whole.count = True, sum(row.count for row in near)
            self.rows = [row for row in self.rows if row not in gone]
            self.fresh = [row for row in self.fresh if row not in gone]
        whole.count += notice.count
        whole.text, whole.at, whole.heard, whole.read = notice.text, notice.at, notice.heard, False
        whole.target = notice.target
        return whole

    def _remember(self, identity: tuple[str, ...], text: str, row: Notice) -> None:
        if identity:
            self._told[identity] = (text, row)
            self._told.move_to_end(identity)
            while len(self._told) > MOST_TOLD:
                self._told.popitem(last=False)

    def _list(self, row: Notice) -> None:
        if row in self.rows:
            self.rows.remove(row)
        self.rows.append(row)
        del self.rows[:-MOST]
        self.changes += 1

    def _toast(self, row: Notice, *, at_once: bool = False) -> None:
        key = f"{row.kind} {row.family}" if row.folded else str(row.text)
        pause = FOLD_SECONDS if row.folded else AGAIN_SECONDS
        last = max(self._toasted.get(key, -1e9), -1e9 if at_once else self._toasted.get(str(row.number), -1e9))
        if row in self.fresh or self.now() - last < pause:
            return
        if len(self._toasted) > MOST:
            self._toasted.clear()
        self._toasted[key] = self._toasted[str(row.number)] = self.now()
        self.fresh.append(row)

    # -- reading --------------------------------------------------------------------------------------------

    def mark(self, rows: Iterable[Notice], read: bool = True) -> None:
        """Read, or not."""
        for row in rows:
            row.read = read
        self.changes += 1
