"""What a program wrote to its terminal, taken apart: the sequences that the terminal obeys, and the text it shows.

The list of sequences is what a full-screen program of ours may write and nothing more, so that whatever foreign text
smuggles in is a finding: a clipboard write, a title, a link, a device string, an unknown control, a hidden character.
"""

from __future__ import annotations

import re
import unicodedata

_ALLOWED = re.compile(
    r"\x1b\[[0-9;]*m"  # colours
    r"|\x1b\[[0-9]+;[0-9]+H|\x1b\[H(?=\x1b|$|\r|\n)"  # where to write
    r"|\x1b\[\?(?:1|7|12|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)(?:;[0-9]+)*[hl]"  # modes
    r"|\x1b\[\?(?:2026|2048)\$p"  # questions
    r"|\x1b\[>[0-9]*u|\x1b\[<u|\x1b\[=[0-9;]*u"  # the keyboard
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the pointer
    r"|\x1b\[[0-9]* q|\x1b\[[0-9]*[ABCDGJK]"  # the cursor, clearing
)
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_FILLERS = frozenset("\u034f\u115f\u1160\u3164\uffa0")


def taken_apart(stream: str) -> tuple[list[str], str]:
    """What acts and is not allowed to, each with what follows it; and the text, a space for each sequence."""
    findings, shown, at = [], [], 0
    for found in _ALLOWED.finditer(stream):
        shown.append(stream[at : found.start()])
        at = found.end()
    shown.append(stream[at:])
    for text in shown:
        for place, char in enumerate(text):
            if char in "\r\n" or (char.isascii() and char.isprintable()):
                continue
            if char in _FILLERS or unicodedata.category(char) in _HIDDEN:
                findings.append(ascii(text[place : place + 24]))
    return findings, " ".join(shown)


def words(stream: str) -> str:
    """The text alone, without what stands between two runs of one style."""
    return re.sub(r"\s+", " ", _ALLOWED.sub("", stream))


def smuggled(stream: str, text: str) -> list[str]:
    """Sequences of the text that are in the stream with what follows them in the text: also those that a program of
    ours may write itself, and which by themselves prove nothing."""
    starts = [found.start() for found in re.finditer("[\x1b\x9b\x9d\x90]", text)]
    return [ascii(text[at : at + 12]) for at in starts if len(text) - at >= 6 and text[at : at + 12] in stream]
