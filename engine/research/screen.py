"""The screener's language: `class=equities and change>2 and spread<5bp and sector=technology`.

    screen   any ("or" any)*            any   one ("and" one)*
    one      "not" one | "(" screen ")" | SUBJECT SIGN VALUE
    sign     = != > >= < <= ~           value words up to the next and, or, bracket; or "in quotes"

Of words `=` means that each given word stands in the value (`sector=technology` finds Information Technology), `~` that
the text is part of it. Numbers take k, m or bn; changes are per cent (a % may follow), spreads basis points (bp).
Nothing that can be typed does anything but find rows or be refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from engine.model.instrument import ASSET_CLASSES
from engine.model.number import NumberFormatError, parse_decimal
from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe

Row = dict[str, Any]
Test = Callable[[Row], bool]

MOST_CHARACTERS = 512
MOST_TERMS = 24
MOST_DEPTH = 12
EXAMPLE = "write it like: class=equities and change>2 and spread<5bp"

_WORDS = {"symbol": "symbol", "name": "name", "sector": "sector", "class": "asset_class", "exchange": "exchange",
          "venue": "venue", "session": "session", "currency": "currency"}  # fmt: skip
_NUMBERS = {"last": "last", "price": "last", "change": "change_pct", "volume": "volume", "turnover": "turnover",
            "spread": "spread_bps"}  # fmt: skip
SUBJECTS = (*_WORDS, *_NUMBERS)
_UNITS = {"change": "%", "spread": "bp"}
_SCALES = {"k": 3, "m": 6, "bn": 9, "b": 9}
_CLASSES = {name: name for name in ASSET_CLASSES} | {
    "equity": "equities", "stock": "equities", "stocks": "equities", "etf": "etfs", "fx": "forex",
    "commodity": "commodities", "future": "commodities", "futures": "commodities", "index": "indices",
}  # fmt: skip
_SESSIONS = {"open": "regular", "regular": "regular", "pre": "pre", "post": "post", "closed": "closed",
             "halted": "halted", "break": "break"}  # fmt: skip
_TOKEN = re.compile(r'\s*(?:"([^"]*)"|(<=|>=|!=|[=<>~()])|([^\s=<>~()!"]+))', re.ASCII)
_AMOUNT = re.compile(r"([+-]?[0-9][0-9,_]*(?:\.[0-9]+)?|[+-]?\.[0-9]+)\s*(%|bps?|k|m|bn?)?\Z", re.ASCII)


class Token(NamedTuple):
    """A word, a sign or a quoted text."""

    kind: str
    text: str


class Screen:
    """A screen that was understood. `keeps` says whether a row of the market document passes."""

    def __init__(self, text: str, keeps: Test) -> None:
        self.text, self.keeps = text, keeps

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that pass, in their order."""
        return [row for row in rows if self.keeps(row)]


def read_screen(text: str) -> Screen:
    """The screen of a text; an empty one keeps everything. Raises Refused with field `where`."""
    if len(text) > MOST_CHARACTERS:
        raise refuse(
            Code.OUT_OF_RANGE, "the screen is too long", fix=f"use at most {MOST_CHARACTERS} characters", field="where"
        )
    if not text.strip():
        return Screen("", lambda row: True)
    return Screen(text.strip(), _Reader(_tokens(text)).read())


def _no(message: str, cause: str = "", fix: str = EXAMPLE, code: Code = Code.ENUM_ERROR) -> Refused:
    return refuse(code, message, cause=cause or message, fix=fix, field="where")


def _tokens(text: str) -> list[Token]:
    found, at = list[Token](), 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _no(f"the screen cannot be read at {safe(text[at:].strip(), 16)!s}", "a sign or a quote stands alone")
        quoted, sign, word = match.groups()
        if quoted is not None:
            found.append(Token("quoted", quoted))
        else:
            found.append(Token("sign", sign) if sign else Token("word", word))
        at = match.end()
    return found


class _Reader:
    """Reads tokens by the grammar of this page, each once."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at, self._terms, self._depth = tokens, 0, 0, 0

    def read(self) -> Test:
        test = self._either()
        if self._at < len(self._tokens):
            raise _no(f"{safe(self._tokens[self._at].text, 20)!s} stands where and or or is expected")
        return test

    def _is(self, *words: str) -> bool:
        token = self._peek()
        return token is not None and token.kind != "quoted" and token.text.lower() in words

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            raise _no("the screen ends too early", "a subject, a sign or a value is missing at its end")
        self._at += 1
        return token

    def _either(self) -> Test:
        tests = [self._both()]
        while self._is("or"):
            self._at += 1
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._is("and"):
            self._at += 1
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _no("the screen is nested too deeply", fix=f"nest at most {MOST_DEPTH} times", code=Code.OUT_OF_RANGE)
        try:
            if self._is("not"):
                self._at += 1
                inner = self._one()
                return lambda row: not inner(row)
            if self._is("("):
                self._at += 1
                inner = self._either()
                if not self._is(")"):
                    raise _no("a bracket is not closed", fix="close it with )")
                self._at += 1
                return inner
            return self._term()
        finally:
            self._depth -= 1

    def _term(self) -> Test:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise _no("the screen has too many terms", fix=f"use at most {MOST_TERMS}", code=Code.OUT_OF_RANGE)
        named = self._take()
        subject = named.text.lower()
        if named.kind != "word" or subject not in SUBJECTS:
            raise _no(f"there is no subject {safe(named.text, 20)!s}", fix=f"subjects: {', '.join(SUBJECTS)}")
        sign = self._take()
        if sign.kind != "sign" or sign.text in "()":
            raise _no(f"after {subject} a sign is expected", f"{safe(sign.text, 20)!s} stands there")
        return _compare(subject, sign.text, self._value(subject))

    def _value(self, subject: str) -> str:
        token = self._peek()
        if token is not None and token.kind == "quoted":
            self._at += 1
            return token.text
        words: list[str] = []
        while (token := self._peek()) is not None and token.kind == "word" and not self._is("and", "or"):
            words.append(token.text)
            self._at += 1
        if not words:
            raise _no(f"{subject} has no value", fix=EXAMPLE, code=Code.MISSING_FIELD)
        return " ".join(words)


def _compare(subject: str, sign: str, value: str) -> Test:
    if subject in _NUMBERS:
        return _numbers(subject, sign, value)
    if sign not in ("=", "!=", "~"):
        raise _no(
            f"{subject} is a word: {sign} does not compare it", fix=f"use {subject}=…, {subject}!=… or {subject}~…"
        )
    key, wanted = _WORDS[subject], value.lower()
    if sign == "~":
        return lambda row: wanted in str(row.get(key) or "").lower()
    if subject in ("class", "session"):
        return _listed(subject, sign, wanted)
    if subject == "symbol":
        return lambda row: (str(row.get(key) or "").lower() == wanted) == (sign == "=")
    parts = wanted.split()
    return lambda row: _has(str(row.get(key) or ""), parts) == (sign == "=")


def _has(value: str, parts: list[str]) -> bool:
    words = value.lower().split()
    return all(part in words for part in parts)


def _listed(subject: str, sign: str, wanted: str) -> Test:
    """Comparison with one of few words; another word is a typing error."""
    known = _CLASSES if subject == "class" else _SESSIONS
    if wanted not in known:
        words = ASSET_CLASSES if subject == "class" else tuple(_SESSIONS)
        raise _no(f"there is no {subject} {safe(wanted, 20)!s}", fix=f"use {', '.join(words)}")
    key, word = _WORDS[subject], known[wanted]
    return lambda row: (row.get(key) == word) == (sign == "=")


def _numbers(subject: str, sign: str, value: str) -> Test:
    if sign == "~":
        raise _no(f"{subject} is a number: ~ does not compare it", fix=f"use {subject}>… or {subject}<…")
    key, (wanted, scale) = _NUMBERS[subject], _amount(subject, value)

    def keeps(row: Row) -> bool:
        known = amount_of(row.get(key))
        if known is None:
            return False
        have: int = known[0] * 10**scale
        other: int = wanted * 10 ** known[1]
        if sign in ("=", "!="):
            return (have == other) == (sign == "=")
        return (have > other or (have == other and sign == ">=")) if ">" in sign else (
            have < other or (have == other and sign == "<="))  # fmt: skip

    return keeps


def _amount(subject: str, text: str) -> tuple[int, int]:
    """(digits, scale) of a value with its unit."""
    match = _AMOUNT.match(text.strip().lower()) if len(text) <= 40 else None
    if match is None:
        raise _no(
            f"{safe(text, 20)!s} is not a number", fix=f"compare {subject} with a number", code=Code.NUMBER_FORMAT
        )
    number, unit = match[1].replace(",", "").replace("_", "").lstrip("+"), (match[2] or "").removesuffix("s")
    digits, scale = parse_decimal(number.replace("-.", "-0.") if not number.startswith(".") else f"0{number}")
    if unit in ("%", "bp"):
        if _UNITS.get(subject) != unit:
            fix = f"write {subject} in {_UNITS[subject]}" if subject in _UNITS else f"write {subject} without a unit"
            raise _no(f"{subject} is not measured in {unit}", fix=fix)
        return digits, scale
    return digits * 10 ** _SCALES.get(unit, 0), scale


def amount_of(value: object) -> tuple[int, int] | None:
    """(digits, scale) of a decimal text of a row; None where it has none."""
    if not isinstance(value, str):
        return None
    try:
        return parse_decimal(value.removeprefix("+"))
    except NumberFormatError:
        return None
