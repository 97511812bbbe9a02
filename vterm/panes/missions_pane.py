"""What the panes of the Missions screen share: the counts, which are one document."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, arrow, clip, direction, fit, grouped, percent, places, signed
from vterm.panes.several_pane import SeveralListPane, fact, heading, meter
from vterm.state import units


class CountsPane(SeveralListPane):
    """A pane of lines made of the counts."""

    TOPICS: ClassVar[frozenset[str]] = frozenset({"asked"})
    DOCUMENT: ClassVar[str] = "progress"

    def paint(self, width: int, height: int) -> None:
        """Lines, or what is missing."""
        doc = self.document
        self.entitle(self.NAME, self.foot_of(doc) if doc else "")
        if not doc:
            self.waiting(height, width)
            return
        lines = self.lines_of(doc, width)
        if lines:
            self.list_lines(lines)
        else:
            self.keep([])
            self.empty(self.nothing(), height, width)

    def foot_of(self, doc: Document) -> str:
        """What stands at the pane's foot."""
        return self.aged()

    def lines_of(self, doc: Document, width: int) -> list[Line]:
        """The pane's lines; none where there is nothing to show."""
        raise NotImplementedError

    def nothing(self) -> str:
        """What is missing, and the key that makes it."""
        return f"no trade yet · {self.keymap.hint('buy')} buys"


def plural(count: int, word: str) -> str:
    """1 day, 2 days."""
    return f"{grouped(str(count))} {word}{'' if count == 1 else 's'}"


def lasted(seconds: object) -> str:
    """3 d 4 h, 2 h 5 min, 40 s; — where it is not known."""
    if seconds is None:
        return UNKNOWN
    whole = int(str(seconds))
    days, hours, minutes = whole // 86_400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{whole} s"


class DeedsPane(CountsPane):
    """Orders, days, streaks."""

    CONTEXT: ClassVar[str] = "deeds"
    NAME: ClassVar[str] = "What you have done"

    def foot_of(self, doc: Document) -> str:
        """Since when."""
        return self.aged(f"since {str(doc['from'])[:10]}")

    def lines_of(self, doc: Document, width: int) -> list[Line]:
        """Counts, the largest things first."""
        orders, days = doc["orders"], doc["days"]
        ends = orders["ends"]
        lines = [
            fact("orders sent", grouped(str(orders["sent"])), width),
            fact("filled", grouped(str(ends.get("filled", 0))), width),
            fact("taken back", grouped(str(ends.get("cancelled", 0))), width),
            fact("refused", grouped(str(orders["refused"])), width),
            fact("fills", grouped(str(doc["fills"])), width),
            fact("traded", grouped(places(str(doc["traded"]), 2)), width, "VCR"),
            fact("instruments", grouped(str(doc["symbols"])), width),
            fact("stops set", grouped(str(orders["stops"])), width),
            fact("open now", plural(int(doc["open"]), "position"), width),
            heading("DAYS WITH A TRADE", width, "a weekend breaks no row"),
            fact("in all", plural(int(days["traded"]), "day"), width),
            fact("longest row", plural(int(days["longest"]), "day"), width),
            fact("row now", plural(int(days["run"]), "day"), width),
        ]
        for title, counts in (("ORDERS BY TYPE", orders["types"]), ("WHO SENT THEM", orders["origins"])):
            if counts:
                lines.append(heading(title, width))
                lines += [
                    fact(str(name).replace("_", " "), grouped(str(count)), width) for name, count in counts.items()
                ]
        return lines


class ResultsPane(CountsPane):
    """Closed trades."""

    CONTEXT: ClassVar[str] = "results"
    NAME: ClassVar[str] = "Closed trades"

    def nothing(self) -> str:
        """Nothing is closed."""
        return f"no trade is closed yet · {self.keymap.hint('flatten')} closes a position"

    def lines_of(self, doc: Document, width: int) -> list[Line]:
        """Won and lost, streaks, the best and the worst."""
        stats = doc["trades"]
        if not stats["total"]:
            return []
        factor = stats["profit_factor"]
        lines = [
            fact("closed", grouped(str(stats["total"])), width, f"{stats['wins']} won, {stats['losses']} lost"),
            fact("win rate", f"{percent(stats['win_rate'])} %", width),
            fact("profit factor", UNKNOWN if factor is None else places(str(factor), 2), width),
            fact("average win", _money(stats["average_win"]), width),
            fact("average loss", _money(stats["average_loss"], "-"), width),
            fact("expected a trade", _money(stats["expectancy"]), width),
            fact("wins in a row", str(stats["consecutive_wins"]), width),
            fact("losses in a row", str(stats["consecutive_losses"]), width),
            fact("held on average", lasted(stats["mean_held_s"]), width),
            fact("held longest", lasted(stats["longest_held_s"]), width),
        ]
        for name, word in (("best", "best trade"), ("worst", "worst trade")):
            trip = stats[name]
            if trip:
                lines.append(fact(word, _money(trip["pnl"]), width, safe(str(trip["symbol"]))))
        newest = self.asked.documents.get("round_trips", {}).get("trades", [])
        return [*lines, heading("NEWEST", width), *(_trip(row, width) for row in newest)] if newest else lines


def _trip(row: Document, width: int) -> Line:
    """When it was closed, what it was, how long it lasted, what came of it."""
    pnl = str(row["pnl"])
    line: list[Span] = [(f" {str(row['closed_at'])[5:16].replace('T', ' ')} ", "muted"),
                        (clip(safe(str(row["symbol"])), 9), "foreground"), (f"{row['side']:<5}", "muted")]  # fmt: skip
    if width >= 52:
        line.append((f"{lasted(row.get('held_s')):<13}", "muted"))
    return fit((*line, (arrow(pnl), direction(pnl)), *signed(pnl, max(9, min(12, width - 30)), 2)), width)


def _money(value: object, sign: str = "") -> Line:
    if value is None:
        return ((UNKNOWN, "faint"),)
    text = places(str(value), 2)
    shown = f"{sign}{text}" if sign and units(text, 2) and not text.startswith("-") else text
    return tuple((span.strip(), role) for span, role in signed(shown, 16, 2))


class PaidPane(CountsPane):
    """What trading cost beside the market's own moves."""

    CONTEXT: ClassVar[str] = "paid"
    NAME: ClassVar[str] = "Costs paid and saved"

    def lines_of(self, doc: Document, width: int) -> list[Line]:
        """Fees, spread, impact; what waiting saved."""
        if not doc["fills"]:
            return []
        costs = doc["costs"]
        bps = costs["paid_bps"]
        share = UNKNOWN if costs["waited_share"] is None else f"{percent(str(costs['waited_share']))} %"
        return [
            fact("fees", _money(_turned(costs["fee"])), width),
            fact("spread", _money(_turned(costs["spread"])), width),
            fact("impact", _money(_turned(costs["impact"])), width),
            fact("in all", _money(_turned(costs["paid"])), width, f"{UNKNOWN if bps is None else bps} bp"),
            fact("timing", _money(_turned(costs["timing"])), width, "the market's drift"),
            fact("saved by waiting", _money(costs["saved"]), width),
            fact("fills that waited", f"{grouped(str(costs['waited']))} · {share}", width),
        ]


def _turned(text: object) -> str:
    """A cost as it changed the account: what was paid is negative."""
    shown = str(text)
    return shown[1:] if shown.startswith("-") else f"-{shown}" if units(shown, 6) else shown


class ClassesPane(CountsPane):
    """A row a class."""

    CONTEXT: ClassVar[str] = "classes"
    NAME: ClassVar[str] = "By asset class"

    def lines_of(self, doc: Document, width: int) -> list[Line]:
        """Fills, instruments, worth, a bar of the share."""
        return [_kind(row, width) for row in doc["classes"]]


def _kind(row: Document, width: int) -> Line:
    none = not row["fills"]
    name: Span = (f" {row['asset_class']:<12}", "muted" if none else "foreground")
    if none:
        return fit((name, ("not traded yet", "muted")), width)
    symbols = f"{row['symbols']} instr."
    part = str(row["share"])
    line: list[Span] = [name, (f"{row['fills']:>6} {'fill ' if row['fills'] == 1 else 'fills'}", "foreground")]
    if width >= 42:
        line.append((f"{symbols:>11}", "muted"))
    line.append((f"{percent(part):>7} %", "foreground"))
    room = width - 42
    if room >= 6:
        line += [(" ", "muted"), *meter(units(part, 6), 1_000_000, min(40, room))]
    return fit(line, width)
