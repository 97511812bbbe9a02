"""SafeText: what acts is gone, what is read stays."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from engine.model.text import REPLACEMENT, SafeText, cells, clip, safe

SAMPLES = Path(__file__).resolve().parents[2] / ".." / "shared" / "security" / "terminal_strings.jsonl"


def _cases() -> list[dict[str, Any]]:
    if not SAMPLES.exists():
        return []
    return [json.loads(line) for line in SAMPLES.read_text(encoding="ascii").splitlines() if line.strip()]


def test_the_samples_are_there() -> None:
    if not _cases():
        pytest.skip("../shared/security/terminal_strings.jsonl is absent: the attack strings were not tried")


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_sample(case: dict[str, Any]) -> None:
    shown, expect = safe(case["text"]), case["expect"]
    for code in expect.get("forbid_codepoints", ()):
        assert chr(int(code, 16)) not in shown
    for part in expect.get("forbid_substrings", ()):
        assert part not in shown
    for part in expect.get("must_show", ()):
        assert part in shown
    if expect.get("must_preserve") or expect.get("literal"):
        assert shown == case["text"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[31mred\x1b[0mb", "aredb"),
        ("a\x9b31mred", "ared"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x9d0;title\x9cb", "ab"),
        ("a\x1b]8;;http://x.example/\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1bPq#0;2;0\x1b\\b", "ab"),
        ("a\x90q\x9cb", "ab"),
        ("a\x1b_Gf=100;AAAA\x1b\\b", "ab"),
        ("a\x1b^pm\x1b\\b", "ab"),
        ("a\x1bXsos\x1b\\b", "ab"),
        ("a\x1b]0;never ends", "a0;never ends"),
        ("a\x1b]0;cut\x1b[31mvisible\x07", "avisible"),
        ("a\x1b]0;cut\x18visible", "avisible"),
        ("a\x1bcb", "ab"),
        ("a\x1b(Bb", "ab"),
        ("a\x1b[", "a"),
        ("a\x1b", "a"),
        ("a\x1b[>0qb", "ab"),
        ("a\x1b[?1049hb", "ab"),
        ("a\nb\tc", "a b c"),
        ("a\r\nb", "a b"),
        ("a\rb\x08\x7f", "ab"),
        ("a\u2028b\u2029c", "a b c"),
        ("\u202eabc\u202c", "abc"),
        ("\u2066a\u2069", "a"),
        ("M\u200bS\u200cF\u200dT\u2060\ufeff", "MSFT"),
        ("A\ufe0fB\U000e0101C\U000e0041D", "ABCD"),
        ("A\u3164\uffa0\u115f\u1160\u2800B", "AB"),
        ("soft\u00adhyphen", "softhyphen"),
        ("a\ud800b\udfff", "ab"),
        ("a\ue000b\U00100000c", f"a{REPLACEMENT}b{REPLACEMENT}c"),
        ("a\ufdd0b\U0001ffffc", "abc"),
        ("e\u0301\u0302\u0303\u0304x", "e\u0301\u0302x"),
        ("\u0301a", "a"),
        ("e\u0301\u200b\u0302\u0303", "e\u0301\u0302"),
        (
            "Ελλάδα Газпром ソニー 삼성전자 नेस्ले ﷼ 1\u00a0234\u202f€",
            "Ελλάδα Газпром ソニー 삼성전자 नेस्ले ﷼ 1\u00a0234\u202f€",
        ),
        ("[b]markup[/b] [@click=app.quit]x[/]", "[b]markup[/b] [@click=app.quit]x[/]"),
    ],
)
def test_one_line(raw: str, shown: str) -> None:
    assert safe(raw) == shown
    assert safe(safe(raw)) == shown


def test_multiline_keeps_line_ends_only() -> None:
    assert safe("a\r\nb\tc\u2028d\x0b", multiline=True) == "a\nb c\nd"
    assert safe(safe("a\nb", multiline=True)) == "a b"
    assert safe("a\n\u0301b", multiline=True) == "a\nb"


def test_limit_and_other_objects() -> None:
    assert safe("x" * 5000) == "x" * 4096
    assert safe("\x1b[1m" * 10 + "y" * 50, 40) == "y" * 40
    assert safe("é" * 50, 40) == "é" * 40
    assert safe(12.5) == "12.5"
    assert safe(None) == "None"
    assert safe(ValueError("bad\x1b[2Jthing")) == "badthing"


def test_hostile_lengths_are_read_once() -> None:
    for piece in ("\x9d", "\x1b]", "\x9d;\x90", "\x1b[0;", "\x9b", "\u0301", "\u202e", "\x1b]8;;"):
        assert len(safe(piece * 300_000)) <= 4096


def test_only_safe_makes_it() -> None:
    with pytest.raises(TypeError):
        SafeText("no\x1b[2J")
    text = safe("Ünï")
    assert type(text) is SafeText
    assert pickle.loads(pickle.dumps(text)) == text == copy.deepcopy(text)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("ソニー", 6),
        ("e\u0301", 1),
        ("한국", 4),
        ("ﾊﾛｰ", 3),
        ("A→B", 3),
        ("🙂", 2),
        ("\u1112\u1161\u11ab", 2),
    ],
)
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Sony", 4, "Sony"),
        ("Sony Group", 6, "Sony …"),
        ("ソニーグループ", 7, "ソニー…"),
        ("ソニーグループ", 6, "ソニ…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("a\x1b[31mb", 2, "ab"),
    ],
)
def test_clip(text: str, width: int, shown: str) -> None:
    clipped = clip(text, width)
    assert clipped == shown
    assert type(clipped) is SafeText
    assert cells(clipped) <= width
