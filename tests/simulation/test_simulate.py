"""Deterministic runs: equal bytes in any process, another seed another market, honest refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.bootstrap import simulation
from engine.model.format import parse_time
from engine.model.refusal import Code, Refused
from engine.script import read_commands
from engine.simulate import STEPS, Options

START, END = "2026-11-23T14:30:00Z", "2026-11-23T14:33:00Z"

COMMANDS = [
    {"at": "2026-11-23T14:30:10Z", "cmd": "submit", "account": "main",
     "order": {"symbol": "BTC", "side": "buy", "type": "market", "quantity": "1.5", "client_order_id": "a"}},
    {"at": "2026-11-23T14:30:20.250Z", "cmd": "submit", "account": "ada",
     "order": {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": 900, "client_order_id": "b"}},
    {"at": "2026-11-23T14:30:30Z", "cmd": "submit", "account": "main",
     "order": {"symbol": "EUR/USD", "side": "sell", "type": "limit", "limit_price": "1.2500", "quantity": 50000,
               "client_order_id": "c"}},
    {"at": "2026-11-23T14:31:00Z", "cmd": "submit", "account": "main",
     "order": {"symbol": "LLY", "side": "buy", "type": "market", "quantity": 200, "client_order_id": "d"}},
    {"at": "2026-11-23T14:31:30Z", "cmd": "cancel", "account": "main", "client_order_id": "c"},
    {"at": "2026-11-23T14:31:30Z", "cmd": "submit", "account": "main",
     "order": {"symbol": "BTC", "side": "hold", "type": "market", "quantity": 1, "client_order_id": "e"}},
]  # fmt: skip

SCRIPT = """
import json, sys
from engine.bootstrap import simulation
from engine.script import read_commands
from engine.simulate import Options
from engine.model.format import parse_time
seed, start, end = int(sys.argv[1]), parse_time(sys.argv[2]), parse_time(sys.argv[3])
events = ("order", "fill", "ledger", "portfolio", "quote", "book", "trade")
run = simulation(seed, Options(start=start, end=end, events=events, symbols=("AAPL", "BTC")))
sys.stdout.buffer.writelines(run.lines(read_commands(sys.stdin)))
"""


def in_a_process(seed: int, hash_seed: str) -> bytes:
    """The run's bytes from a fresh interpreter."""
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)}
    text = "".join(json.dumps(c) + "\n" for c in COMMANDS)
    command = [sys.executable, "-c", SCRIPT, str(seed), START, END]
    return subprocess.run(command, input=text.encode(), env=environment, capture_output=True, check=True).stdout


def lines(
    seed: int = 7, step: str = "100ms", commands: list[dict[str, object]] | None = None
) -> list[dict[str, object]]:
    """The run's events in this process."""
    options = Options(start=parse_time(START), end=parse_time(END), step_ns=STEPS[step])
    run = simulation(seed, options)
    text = [json.dumps(c) for c in (COMMANDS if commands is None else commands)]
    return [json.loads(line) for line in run.lines(read_commands(text))]


def test_two_processes_print_equal_bytes_and_another_seed_prints_others() -> None:
    first, second, other = in_a_process(7, "1"), in_a_process(7, "2"), in_a_process(8, "1")
    assert first == second
    assert first != other
    assert len(first) > 100_000


@pytest.mark.parametrize("step", list(STEPS))
def test_every_step_gives_a_sound_end(step: str) -> None:
    events = lines(step=step)
    end = events[-1]
    assert end["type"] == "end"
    assert end["audit"] == {"ok": True, "imbalance": "0"}
    assert end["events"] == len(events) - 1
    assert [e["seq"] for e in events[:-1]] == list(range(1, len(events)))
    kinds = {e["type"] for e in events}
    assert {"order.accepted", "order.filled", "fill", "ledger.entry", "portfolio", "order.cancelled"} <= kinds


def test_a_wrong_order_is_an_event_and_the_run_goes_on() -> None:
    events = lines()
    rejected = [e for e in events if e["type"] == "order.rejected"]
    assert [e["client_order_id"] for e in rejected] == ["e"]
    assert rejected[0]["refusal"]["code"] == "ENUM_ERROR"  # type: ignore[index]
    assert events[-1]["type"] == "end"


def test_cash_and_nav_follow_from_the_fills() -> None:
    events = lines()
    accounts = events[-1]["accounts"]
    for name, account in accounts.items():  # type: ignore[attr-defined]
        cents = 1_000_000 * 10**6
        for event in events:
            if event["type"] == "fill" and event["account"] == name:
                sign = -1 if event["side"] == "buy" else 1
                cents += sign * _minor(event["value"]) - _minor(event["fee"])
        assert cents == _minor(account["cash"])
        value = sum(_minor(p["value"]) for p in account["positions"])
        assert _minor(account["nav"]) == cents + value


def _minor(text: object) -> int:
    whole, _, fraction = str(text).partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 10**6 + sign * int((fraction or "0").ljust(6, "0"))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", Code.MALFORMED_JSON),
        ("[]", Code.TYPE_ERROR),
        ('{"at": "2026-11-23T14:30:10Z", "cmd": "submit"}', Code.MISSING_FIELD),
        ('{"at": "noon", "cmd": "submit", "account": "main"}', Code.NUMBER_FORMAT),
        ('{"at": 5, "cmd": "submit", "account": "main"}', Code.TYPE_ERROR),
        ("x" * 70_000, Code.PAYLOAD_TOO_LARGE),
        ("[" * 60_000, Code.MALFORMED_JSON),
    ],
)
def test_a_command_file_that_cannot_be_read_names_the_line(line: str, code: Code) -> None:
    with pytest.raises(Refused) as refused:
        list(read_commands(["", line]))
    assert refused.value.refusal.code is code
    assert "line 2" in refused.value.refusal.message


def test_commands_out_of_order_are_refused() -> None:
    early, late = json.dumps(COMMANDS[0]), json.dumps(COMMANDS[3])
    with pytest.raises(Refused) as refused:
        list(read_commands([late, early]))
    assert refused.value.refusal.code is Code.OUT_OF_RANGE
