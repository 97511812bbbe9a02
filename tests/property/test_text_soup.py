"""Whatever comes in, nothing that acts comes out."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from engine.model.text import MAX_MARKS, SafeText, cells, clip, safe

_FORBIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_FILLERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}

_PIECES = st.one_of(
    st.text(max_size=8),
    st.text(alphabet=st.characters(), max_size=8),
    st.sampled_from(
        [
            "\x1b",
            "\x1b[",
            "\x1b]",
            "\x1bP",
            "\x1b\\",
            "\x07",
            "\x9b",
            "\x9c",
            "\x9d",
            "\x90",
            "\x18",
            "52;c;",
            "31m",
            "8;;",
            "\u202e",
            "\u2066",
            "\u200b",
            "\u200d",
            "\ufe0f",
            "\U000e0041",
            "\u3164",
            "\u0301",
            "\u0489",
            "\n",
            "\r\n",
            "\t",
            "\ud800",
            "\udc00",
            "\ue000",
            "\uffff",
            "é",
            "ソ",
            "🙂",
            "न्",
        ]
    ),
)
SOUP = st.lists(_PIECES, max_size=30).map("".join)


@given(SOUP, st.booleans(), st.integers(0, 60))
def test_nothing_that_acts_survives(raw: str, multiline: bool, limit: int) -> None:
    shown = safe(raw, limit, multiline=multiline)
    assert type(shown) is SafeText
    assert len(shown) <= limit
    marks = MAX_MARKS
    for char in shown:
        category = unicodedata.category(char)
        assert category not in _FORBIDDEN or (multiline and char == "\n")
        assert char not in _FILLERS
        marks = marks + 1 if category in ("Mn", "Me") else 0 if char != "\n" else MAX_MARKS
        assert marks <= MAX_MARKS
    assert safe(shown, limit, multiline=multiline) == shown
    assert safe(str(shown), limit, multiline=multiline) == shown


@given(SOUP, st.integers(0, 40))
def test_clip_fits(raw: str, width: int) -> None:
    clipped = clip(raw, width)
    assert cells(clipped) <= width
    assert safe(str(clipped)) == clipped


@given(st.text(alphabet=st.characters(whitelist_categories=("Lu", "Ll", "Lo", "Nd", "Zs", "Sc", "Po")), max_size=60))
def test_honest_text_is_untouched(text: str) -> None:
    honest = "".join(char for char in text if char not in _FILLERS)
    assert safe(honest) == honest
