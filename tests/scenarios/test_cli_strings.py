"""No foreign text reaches the terminal by a command: each command of the table on an engine whose every word is an
attack. What is checked are the characters written to stdout and stderr, as a table, as CSV and as JSON.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.client.thin import ThinDesk
from tests.hostile_desk import spoilt
from tests.processes import Desk, desk
from tests.terminal_stream import taken_apart
from tests.unit.test_tui_strings import OWN, SAMPLES
from vterm.cli.commands import COMMANDS
from vterm.cli.main import main

LINES: dict[str, tuple[str, ...]] = {
    "quote": ("quote BTC AAPL",),
    "book": ("book BTC",),
    "trades": ("trades BTC",),
    "bars": ("bars BTC --limit 3",),
    "instruments": ("instruments",),
    "markets": ("markets", "markets --by class", "markets --by sector", "markets --where change>-9"),
    "screen": ("screen change>-9",),
    "study": ("study AAPL",),
    "research": ("research", "research statements AAPL", "research news AAPL", "research filings AAPL"),
    "sessions": ("sessions",),
    "clock": ("clock",),
    "order": ("order buy AAPL 1", "order buy AAPL 1 --preview", "order show o000001"),
    "orders": ("orders",),
    "cancel": ("cancel nothing",),
    "close": ("close MSFT",),
    "roll": ("roll GC",),
    "twap": ("twap buy AAPL 9 --over 10m",),
    "vwap": ("vwap buy AAPL 9 --over 10m",),
    "pov": ("pov buy AAPL 9 --rate 0.1",),
    "iceberg": ("iceberg buy AAPL 9 --limit 9 --display 3",),
    "algos": ("algos",),
    "algo": ("algo show a000001",),
    "fills": ("fills",),
    "history": ("history fills", "history orders"),
    "portfolio": ("portfolio",),
    "positions": ("positions",),
    "wallet": ("wallet",),
    "statement": ("statement",),
    "journal": ("journal",),
    "export": ("export trades --out {folder}/t.csv --force",),
    "accounts": ("accounts",),
    "proposals": ("proposals", "proposals p000001"),
    "decline": ("decline p000001 --why so",),
    "equity": ("equity",),
    "analytics": ("analytics",),
    "attribution": ("attribution",),
    "correlation": ("correlation AAPL MSFT",),
    "calendar": ("calendar",),
    "cashflow": ("cashflow",),
    "roundtrips": ("roundtrips",),
    "what-if": ("what-if buy AAPL 10",),
    "rebalance": ("rebalance equal --symbols AAPL,MSFT",),
    "risk": ("risk",),
    "progress": ("progress",),
    "checks": ("checks",),
    "alerts": ("alerts",),
    "watchlist": ("watchlist",),
    "copilot": ("copilot what do I hold",),
    "tools": ("tools", "tools show portfolio_context", "tools call portfolio_context"),
    "engine": ("engine status",),
    "doctor": ("doctor",),
    "audit": ("audit",),
    "keys": ("keys list",),
}
REFUSED = {"proposals", "decline", "cancel", "close", "roll", "audit"}
"""What is refused here (the path of the ledger is spoilt, too): refusals are words."""
NOTHING_FOREIGN = {
    "help": "says what is in the source",
    "completions": "says what is in the source",
    "watch": "JSON in ASCII only, from another way than the rest",
    "import": "a file of the user's: its lines are tried below",
    "fork": "says a folder and a time",
    "rewind": "says a time and ids of the engine's own",
    "sign": "only at a terminal; its screen is tried with a pseudo-terminal of its own",
    "mcp": "speaks a protocol, in JSON; its answers are tried with the server",
    "strategy": "the user's own program; its words are tried with it",
    "simulate": "a market of its own, no engine",
    "replay": "a market of its own, no engine",
    "data": "files: their names and words are tried below",
}
"""Commands that are not asked here, and why."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("strings") / "home") as it:
        it.ask("order", "buy", "BTC", "0.01")
        it.ask("order", "buy", "AAPL", "10", "--limit", "1")
        it.ask("alerts", "add", "BTC", "above", "900000")
        yield it


@contextlib.contextmanager
def hostile(it: Desk, text: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything that the engine answers is spoilt on its way."""
    for name in ("VTERM_HOME", "VTERM_CLOCK", "VTERM_SEED", "VTERM_IDLE_SECONDS"):
        monkeypatch.setenv(name, it.environment[name])
    send = ThinDesk.send

    def spoiling(self: ThinDesk, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        status, raw = send(self, method, path, body)
        try:
            document: Any = json.loads(raw)
        except ValueError:
            return status, raw
        return status, json.dumps(spoilt(document, text), ensure_ascii=False).encode("utf-8", "surrogatepass")

    with monkeypatch.context() as patch:
        patch.setattr(ThinDesk, "send", spoiling)
        yield


def said(capfd: pytest.CaptureFixture[str], line: list[str], *, answers: bool = False) -> str:
    """What the command writes; it may refuse where it need not answer, but it must not break."""
    code = main(line)
    out, err = capfd.readouterr()
    assert code != 70 and (code == 0 or not answers), (code, line, err)
    return out + err


def acting(text: str, line: list[str]) -> list[tuple[list[str], list[str]]]:
    """The line, and what of its answer acts."""
    findings = taken_apart(text)[0][:3] or (["an escape"] if "\x1b" in text else [])
    return [(line, findings)] if findings else []


TEXTS = {**{name: row["text"] for name, row in SAMPLES.items()}, "mixed": OWN["mixed"].replace("\ud800", "").replace(
    "\udfff", "")}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_every_command(
    home: Desk, name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = []
    with hostile(home, TEXTS[name], monkeypatch):
        for command, lines in LINES.items():
            for text in lines:
                for way in ((), ("--csv",), ("--json",)):
                    line = [*text.format(folder=tmp_path).split(), *way]
                    found += acting(said(capfd, line, answers=command not in REFUSED), line)
    assert not found


@pytest.mark.parametrize("name", TEXTS)
def test_words_of_a_command_line(
    home: Desk, name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What somebody was told to paste comes back in refusals: as the name of a thing, a file, a flag."""
    for key in ("VTERM_HOME", "VTERM_CLOCK", "VTERM_SEED"):
        monkeypatch.setenv(key, home.environment[key])
    text, found = TEXTS[name], []
    table = tmp_path / "trades.csv"
    table.write_text(f"symbol,side,{text}\n{text},{text},{text}\n", encoding="utf-8")
    for line in (
        ["quote", text], ["order", text], ["order", "buy", text, text], ["cancel", text], [text], ["help", text],
        ["--account", text, "portfolio"], ["--home", str(tmp_path / text.replace("/", "-")[:40]), "engine", "status"],
        ["import", str(table)], ["import", text], ["data", "check", text], ["data", "check", str(table)],
        ["alerts", "add", "BTC", text], ["accounts", "open", text], ["screen", text], ["tools", "show", text],
        ["watchlist", "add", text], ["keys", "create", text], ["strategy", "run", text], ["fork", text],
        ["history", "fills", "--symbol", text], ["completions", text], ["--desk", text, "portfolio"],
        ["--replay", text, "--format", text],
    ):  # fmt: skip
        found += acting(said(capfd, line), line)
    assert not found


def test_every_command_is_asked() -> None:
    assert set(LINES) | set(NOTHING_FOREIGN) == set(COMMANDS)
    assert not set(LINES) & set(NOTHING_FOREIGN)
