"""Twins of glyphs that a console's font lacks: one cell for one cell, the same meaning.

A console font holds ASCII, light and double lines, half blocks and a few arrows (code page 437). Everything else that
the terminal paints has a twin here; a test reads the sources for glyphs that have none.
"""

from __future__ import annotations

from functools import cache

CONSOLE = frozenset("─│┌┐└┘├┤┬┴┼═║╔╗╚╝█▄▌▐▀░▒▓▲▼►◄•○·←↑→↓±√≤≥°∞÷²½¼Σσµαβπ")
_TWINS = {
    "●": "•", "◌": "○", "◐": "o", "◆": "*", "◇": "o", "◂": "◄", "▸": "►", "▾": "▼", "›": ">", "‹": "<", "★": "*",
    "✓": "√", "✕": "x", "×": "x", "☐": "o", "☑": "x", "…": "~", "⋯": "~", "—": "-", "–": "-", "−": "-", "‖": "║",
    "◔": "o", "◑": "o", "◕": "o",
    "▏": " ", "▎": "▌", "▍": "▌", "▋": "▌", "▊": "█", "▉": "█", "▕": "▐", "▔": "▀",
    "▁": "_", "▂": "_", "▃": "▄", "▅": "▄", "▆": "█", "▇": "█",
    "╭": "┌", "╮": "┐", "╰": "└", "╯": "┘", "┏": "╔", "┓": "╗", "┗": "╚", "┛": "╝", "━": "═", "┃": "║",
    "╻": "│", "╹": "│", "╽": "│", "╿": "│", "╷": "│", "╵": "│", "╌": "-", "┈": "-", "┄": "-", "╴": "-", "╶": "-",
    "’": "'", "‘": "'", "“": '"', "”": '"', "¹": "1", "≈": "~", "≠": "!", "γ": "y",
}  # fmt: skip


def _braille(code: int) -> str:
    """Dots above, below, or both: where the line of a chart runs in the cell."""
    dots = code - 0x2800
    upper, lower = dots & 0b00011011, dots & 0b11100100
    return " " if not dots else ":" if upper and lower else "'" if upper else "."


@cache
def twins() -> dict[int, str]:
    """For `str.translate`."""
    return {ord(glyph): twin for glyph, twin in _TWINS.items()} | {
        code: _braille(code) for code in range(0x2800, 0x2900)
    }
