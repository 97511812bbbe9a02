"""The read-out above a chart: as much of it as fits, the most wanted first, each figure always in the same cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.model.number import div_half_even, to_text
from vterm.paint import DOWN, FLAT, UP, Line, Span, grouped, width
from vterm.panes.chart_axis import compact
from vterm.panes.chart_studies import Study, Value
from vterm.widgets.candles import Candle


class Token(NamedTuple):
    """A part of the read-out; the lowest `rank` is wanted most."""

    rank: int
    spans: Line


def packed(tokens: Iterable[Token], cells: int) -> Line:
    """The tokens that fit, in their order, two blanks between them."""
    wanted = list(enumerate(tokens))
    taken: list[tuple[int, Token]] = []
    used = 1
    for place, token in sorted(wanted, key=lambda each: (each[1].rank, each[0])):
        size = width(token.spans) + (2 if taken else 0)
        if used + size <= cells:
            taken.append((place, token))
            used += size
    spans: list[Span] = [(" ", "muted")]
    for number, (_, token) in enumerate(sorted(taken, key=lambda each: each[0])):
        spans += [("  ", "muted")] * bool(number)
        spans += token.spans
    return tuple(spans)


def change_of(candle: Candle, before: int) -> Span:
    """`▲ 0.12%` against the close before, always as wide."""
    points = div_half_even((candle[3] - before) * 10_000, before) if before > 0 else 0
    role = "up" if points > 0 else "down" if points < 0 else "flat"
    mark = {"up": UP, "down": DOWN, "flat": FLAT}[role]
    return (f"{mark}{to_text(abs(points), 2):>5}%", role)


def bar_tokens(when: str, candle: Candle, before: int, volume: float, decimals: int, cells: int) -> list[Token]:
    """Moment, open, high, low, close, change, volume; prices in `cells` cells."""

    def price(name: str, value: int, rank: int) -> Token:
        return Token(rank, ((f"{name} ", "muted"), (grouped(to_text(value, decimals)).rjust(cells), "foreground")))

    first, high, low, last = candle
    return [
        Token(2, ((when, "foreground"),)),
        price("O", first, 5),
        price("H", high, 3),
        price("L", low, 4),
        price("C", last, 0),
        Token(1, (change_of(candle, before),)),
        Token(6, (("V ", "muted"), (compact(volume).rjust(6), "foreground"))),
    ]


def value_text(study: Study, value: float, decimals: int) -> str:
    """A study's figure in its own unit."""
    if study.unit == "hundred":
        return f"{value:.1f}"
    if study.unit == "size":
        return compact(value)
    if study.unit == "percent":
        return f"{value * 100:.3f}%"
    return grouped(to_text(round(value), decimals))


def study_token(study: Study, value: Value, decimals: int, cells: int, rank: int, sample: Line) -> Token:
    """Its sample, name and figures."""
    size = cells if study.unit == "price" else 7
    spans: list[Span] = [*sample, (study.title, "muted")]
    for part in range(max(1, len(study.parts))):
        name = study.parts[part] if study.parts else ""
        text = value_text(study, value[part], decimals) if value else "—"
        spans += [(f" {name} " if name else " ", "muted"), (text.rjust(size), "foreground" if value else "faint")]
    return Token(rank, tuple(spans))


def short_token(study: Study, sample: Line, rank: int) -> Token:
    """Its sample and name, where there is no room for more."""
    return Token(rank, (*sample, (study.title, "muted")))


def fitting(long: Sequence[Token], short: Sequence[Token], cells: int) -> Line:
    """Figures if all of them fit, else the names."""
    room = sum(width(token.spans) + 2 for token in long)
    return packed(long if room <= cells else short, cells)
