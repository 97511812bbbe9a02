"""Make the shipped session tables from exchange_calendars: python -m tools.build_sessions

One text file a session key under engine/market/data/sessions: runs of weekdays with the same UTC hours, and the days
that differ. Where exchange_calendars models a venue otherwise than it trades (Globex without its daily break, grains,
livestock and softs not at all, the FX week) its holidays are kept and the hours come from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import exchange_calendars
import pandas

from tools.mainland_holidays import is_mainland_holiday

TARGET = Path(__file__).resolve().parents[1] / "engine" / "market" / "data" / "sessions"
FIRST, LAST, LAST_US = date(2022, 1, 1), date(2029, 12, 31), date(2035, 12, 31)
MAINLAND_KNOWN = date(2026, 12, 31)
NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Shape = tuple[tuple[int, str], ...]
"""(minute of UTC counted from the label's midnight, state that begins there); the last state is `end`."""

Days = dict[date, Shape]


def minute(label: date, moment: datetime) -> int:
    """Minutes from the label's UTC midnight to a moment."""
    midnight = datetime.combine(label, time(), UTC)
    return round((moment - midnight).total_seconds()) // 60


def local(label: date, zone: ZoneInfo, clock: str, days: int = 0) -> int:
    """The same for a local wall time some days after the label."""
    return minute(label, datetime.combine(label + timedelta(days), time.fromisoformat(clock), zone))


def exchange(name: str, last: date = LAST) -> Days:
    """Regular hours and lunch breaks of an exchange."""
    schedule = exchange_calendars.get_calendar(name, start=FIRST.isoformat(), end=last.isoformat()).schedule
    days: Days = {}
    for row in schedule.itertuples():
        label = row.Index.date()
        marks = [(row.open, "regular"), (row.break_start, "break"), (row.break_end, "regular"), (row.close, "end")]
        days[label] = tuple((minute(label, at.to_pydatetime()), state) for at, state in marks if not pandas.isna(at))
    return days


def us_equities() -> Days:
    """XNYS with its pre-market from 04:00 and its post-market to 20:00, to 17:00 on half days."""
    days: Days = {}
    for label, shape in exchange("XNYS", LAST_US).items():
        close = shape[-1][0]
        half = close < local(label, NEW_YORK, "16:00")
        late = (close, "post"), (local(label, NEW_YORK, "17:00" if half else "20:00"), "end")
        days[label] = ((local(label, NEW_YORK, "04:00"), "pre"), shape[0], *late)
    return days


def globex() -> Days:
    """CMES days from 17:00 the evening before to 16:00 Chicago, which leaves the daily hour free; early closes kept."""
    days: Days = {}
    for label, shape in exchange("CMES").items():
        close = min(shape[-1][0], local(label, CHICAGO, "16:00"))
        days[label] = (local(label, CHICAGO, "17:00", -1), "regular"), (close, "end")
    return days


def on_new_york_days(full: Callable[[date], Shape], half_close: Callable[[date], int]) -> Days:
    """Own hours on XNYS days; on its half days everything ends at `half_close` at the latest."""
    days: Days = {}
    for label, shape in exchange("XNYS").items():
        hours = full(label)
        if shape[-1][0] < local(label, NEW_YORK, "16:00"):
            close = half_close(label)
            hours = (*[mark for mark in hours[:-1] if mark[0] < close], (close, "end"))
        days[label] = hours
    return days


def grains() -> Days:
    """Evening from 19:00 to 07:45 and day from 08:30 to 13:20 Chicago; 12:05 on half days."""

    def full(label: date) -> Shape:
        evening = (local(label, CHICAGO, "19:00", -1), "regular"), (local(label, CHICAGO, "07:45"), "break")
        return (*evening, (local(label, CHICAGO, "08:30"), "regular"), (local(label, CHICAGO, "13:20"), "end"))

    return on_new_york_days(full, lambda label: local(label, CHICAGO, "12:05"))


def livestock() -> Days:
    """08:30 to 13:05 Chicago; 12:15 on half days."""
    return on_new_york_days(
        lambda label: ((local(label, CHICAGO, "08:30"), "regular"), (local(label, CHICAGO, "13:05"), "end")),
        lambda label: local(label, CHICAGO, "12:15"),
    )


def softs() -> Days:
    """The hours of coffee for all softs, 04:15 to 13:30 New York; 13:00 on half days."""
    return on_new_york_days(
        lambda label: ((local(label, NEW_YORK, "04:15"), "regular"), (local(label, NEW_YORK, "13:30"), "end")),
        lambda label: local(label, NEW_YORK, "13:00"),
    )


def foreign_exchange() -> Days:
    """Monday to Friday, each from 17:00 New York the evening before."""
    return {
        label: ((local(label, NEW_YORK, "17:00", -1), "regular"), (local(label, NEW_YORK, "17:00"), "end"))
        for label in dates()
        if label.weekday() < 5
    }


def round_the_clock() -> Days:
    """Every UTC day."""
    return dict.fromkeys(dates(), ((0, "regular"), (1440, "end")))


def shanghai() -> Days:
    """XSHG as far as its holidays are published, then its hours on weekdays that are no statutory holiday."""
    days = exchange("XSHG", MAINLAND_KNOWN)
    hours = Counter(days.values()).most_common(1)[0][0]
    for label in dates():
        if label > MAINLAND_KNOWN and label.weekday() < 5 and not is_mainland_holiday(label):
            days[label] = hours
    return days


SOURCES: dict[str, tuple[str, Callable[[], Days]]] = {
    "24_7": ("UTC days", round_the_clock),
    "ASX": ("XASX", lambda: exchange("XASX")),
    "BME": ("XMAD", lambda: exchange("XMAD")),
    "CBOT_GRAIN": ("grain hours on XNYS days", grains),
    "CFE": ("XCBF", lambda: exchange("XCBF")),
    "CME_GLOBEX": ("CMES with the daily break 16:00-17:00 Chicago", globex),
    "CME_LIVESTOCK": ("livestock hours on XNYS days", livestock),
    "EURONEXT": ("XPAR", lambda: exchange("XPAR")),
    "FX_24_5": ("the FX week, Sunday 17:00 to Friday 17:00 New York", foreign_exchange),
    "HKEX": ("XHKG", lambda: exchange("XHKG")),
    "ICE_SOFTS": ("coffee hours on XNYS days", softs),
    "KRX": ("XKRX", lambda: exchange("XKRX")),
    "LSE": ("XLON", lambda: exchange("XLON")),
    "SSE": ("XSHG; from 2027 on estimated, the exchange publishes each year in the autumn before", shanghai),
    "TSE": ("XTKS", lambda: exchange("XTKS")),
    "TSX": ("XTSE", lambda: exchange("XTSE")),
    "US_EQ": ("XNYS with pre- and post-market", us_equities),
    "US_IDX": ("XNYS", lambda: exchange("XNYS", LAST_US)),
    "XETRA": ("XETR", lambda: exchange("XETR")),
}


def dates() -> Iterator[date]:
    """Every date of the tables."""
    for number in range(FIRST.toordinal(), LAST.toordinal() + 1):
        yield date.fromordinal(number)


def spoken(shape: Shape) -> str:
    """A shape as text: state and hour, each lasting until the next."""
    words = []
    for at, state in shape:
        hours, rest = divmod(abs(at), 60)
        words.append(f"{state} {'-' if at < 0 else ''}{hours:02d}:{rest:02d}")
    return " ".join(words)


def lines(days: Days) -> Iterator[str]:
    """Runs of equal days, each followed by the days in it that differ."""
    week = 7 if any(label.weekday() >= 5 for label in days) else 5
    first, last = min(days), max(days)
    calendar = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    expected = [label for label in calendar if label.weekday() < week]
    start = 0
    while start < len(expected):
        shape = usual(days, expected, start)
        stop = start + 1
        while stop < len(expected) and not changes(days, expected, stop, shape):
            stop += 1
        names = "Mon-Sun" if week == 7 else "Mon-Fri"
        yield f"{expected[start]} {expected[stop - 1]} {names} {spoken(shape)}"
        for label in expected[start:stop]:
            if days.get(label) != shape:
                yield f"{label} {spoken(days[label]) if label in days else 'closed'}"
        start = stop


def usual(days: Days, expected: list[date], index: int) -> Shape:
    """The shape that most of the next days have: what a run goes on with."""
    near = [days[label] for label in expected[index : index + 9] if label in days]
    near = near or [days[label] for label in expected[max(0, index - 9) : index] if label in days]
    return Counter(near).most_common(1)[0][0]


def changes(days: Days, expected: list[date], index: int, shape: Shape) -> bool:
    """Whether a new run begins: the day has other hours, and so have most of the days after it."""
    coming = usual(days, expected, index)
    return coming != shape and days.get(expected[index]) == coming


def main() -> None:
    """Write all tables."""
    TARGET.mkdir(exist_ok=True)
    by: Any = version("exchange_calendars")
    for key, (source, make) in SOURCES.items():
        days = make()
        head = [
            f"# {key}: {source}.",
            f"# Made by tools/build_sessions.py with exchange_calendars {by}.",
            "# UTC, counted from midnight of the day's date; a state lasts until the next one. First date, last date,",
            "# weekdays and hours of a run; below it the days that differ.",
        ]
        body = list(lines(days))
        (TARGET / f"{key}.txt").write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")
        print(f"{key:14} {len(days):5} days {len(body):4} lines")


if __name__ == "__main__":
    main()
