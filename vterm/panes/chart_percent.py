"""Several instruments as lines in percent, each with its name at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vterm.paint import Line, clip
from vterm.panes.chart_axis import axis_text
from vterm.panes.chart_compare import DECIMALS, POINTS, Compared, percent_text, risen, spaced
from vterm.panes.chart_legend import Token, fitting
from vterm.panes.chart_paint import STROKES, draw_line
from vterm.widgets.candles import nice_step, scale_of
from vterm.widgets.strokes import SAMPLES

if TYPE_CHECKING:
    from vterm.panes.chart_picture import Picture


def percent_lines(picture: Picture) -> list[Line]:
    """A line an instrument, in percent from the left edge."""
    frame, rows = picture.frame, picture.frame.plan.prices
    found = _risen(picture)
    known = [value for each in found for value in each.values if value is not None] or [0]
    low, high = min(0, *known), max(0, *known)
    scale = scale_of([(high, high, low, low)], rows)
    sheet = picture.sheet(rows)
    step = nice_step(scale.high - scale.low, max(2, rows // 3))
    ticks = {scale.row(value): value for value in range(-(-scale.low // step) * step, scale.high, step)}
    for row in ticks:
        sheet.ground(row, "┈", "rule")
    sheet.ground(scale.row(0), "╌", "faint")
    for number in reversed(range(len(found))):
        role, dash = _line_of(number)
        draw_line(sheet, found[number].values, scale, frame.cells, frame.left, role, dash)
    ends = {each.symbol: scale.row(each.last) for each in found if each.last is not None}
    placed = spaced(ends, rows)
    last = {each.symbol: each.last for each in found}
    roles = {each.symbol: _line_of(number)[0] for number, each in enumerate(found)}
    width, out = frame.plan.axis, []
    for y, line in enumerate(sheet.lines()):
        name = placed.get(y)
        if name is not None:
            text = percent_text(last[name])
            text = text if picture.narrow else f"{clip(name, width - len(text) - 1)} {text}"
            out.append((*line, ("▸", roles[name]), (text.rjust(width), roles[name])))
        else:
            tick = f"{axis_text(ticks[y], DECIMALS, step)}%" if y in ticks else ""
            out.append((*line, (f" {tick.rjust(width)}", "muted")))
    return out


def _risen(picture: Picture) -> list[Compared]:
    times = [picture.series.at[slot.stop - 1] for slot in picture.frame.slots]
    known = [name for name in picture.rivals if name in picture.others]
    return [
        risen(picture.symbol, picture.series, times),
        *(risen(name, picture.others[name], times) for name in known),
    ]


def percent_names(picture: Picture, place: int) -> Line:
    """What each line is, and its percent at a slot; names alone where there is no room, the desk's own last."""
    long, short = [], []
    for number, each in enumerate(_risen(picture)):
        (role, dash), value = _line_of(number), each.values[place]
        name = ((SAMPLES[dash], role), (f" {each.symbol}", "muted"))
        long.append(Token(number, (*name, (f" {percent_text(value):>8}", _signed(value)))))
        short.append(Token(number or len(picture.rivals) + 1, name))
    waiting = [name for name in picture.rivals if name not in picture.others]
    rest = [Token(len(long), ((f"{name} has no bars yet", "faint"),)) for name in waiting]
    return fitting([*long, *rest], [*short, *rest], picture.width)


def _line_of(number: int) -> tuple[str, int]:
    """Role and dash of an instrument's line: the desk's own is plain."""
    return ("foreground", 0) if number == 0 else STROKES[(number - 1) % len(STROKES)]


def _signed(value: int | None) -> str:
    if value is None:
        return "faint"
    return "up" if value >= POINTS // 200 else "down" if value <= -POINTS // 200 else "flat"
