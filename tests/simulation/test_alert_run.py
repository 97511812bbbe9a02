"""Alerts in a file of commands: events of their own, the same bytes each time, and no difference to the rest."""

from __future__ import annotations

import json
from typing import Any

from engine.bootstrap import simulation
from engine.model.format import parse_time
from engine.script import read_commands
from engine.simulate import DEFAULT_EVENTS, Options
from vterm.cli import simulate as simulate_command

START, END = parse_time("2026-11-23T15:00:00Z"), parse_time("2026-11-23T15:05:00Z")
ORDER = {"symbol": "BTC", "asset_class": "crypto", "side": "buy", "type": "market", "quantity": 0.5}
AT = {"at": "2026-11-23T15:00:01Z", "account": "main"}
OPEN = {**AT, "cmd": "cancel_all"}
ALERTS: list[dict[str, Any]] = [
    {**AT, "cmd": "alert", "alert": {"symbol": "BTC", "kind": "trail", "value": "2bp", "note": "back"}},
    {**AT, "cmd": "alert", "alert": {"symbol": "AAPL", "kind": "price", "direction": "above", "value": 1}},
    {**AT, "cmd": "alert", "alert": {"symbol": "AAPL", "kind": "price", "direction": "above", "value": 9000}},
    {**AT, "cmd": "alert", "alert": {"symbol": "AAPL", "kind": "price", "value": 1}},
    {**AT, "at": "2026-11-23T15:01:00Z", "cmd": "alert_drop", "alert_id": "al000003"},
]
SUBMIT = {**AT, "at": "2026-11-23T15:02:00Z", "cmd": "submit", "order": ORDER}


def _run(*commands: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [json.dumps(command) for command in commands]
    out = simulation(7, Options(START, END)).lines(read_commands(lines))
    return [json.loads(line) for line in out]


def test_alerts_are_set_fire_and_are_dropped() -> None:
    lines = _run(*ALERTS, SUBMIT)
    told = [(line["type"], line["alert"]["alert_id"]) for line in lines if line["type"].startswith("alert.")]
    assert told[:4] == [*(("alert.set", f"al00000{n}") for n in (1, 2, 3)), ("alert.fired", "al000002")]
    assert ("alert.dropped", "al000003") in told and told.count(("alert.fired", "al000001")) == 1
    (fired,) = (line for line in lines if line["type"] == "alert.fired" and line["alert"]["alert_id"] == "al000001")
    assert fired["at"] == fired["alert"]["fired_at"] and fired["alert"]["note"] == "back"
    (refused,) = (line for line in lines if line["type"] == "command.refused")
    assert (refused["line"], refused["refusal"]["code"]) == (4, "MISSING_FIELD")
    assert _run(*ALERTS, SUBMIT) == lines


def test_alerts_change_nothing_else() -> None:
    def rest(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [line for line in lines if not line["type"].startswith(("alert.", "command.", "end"))]
        return [{name: value for name, value in line.items() if name != "seq"} for line in kept]

    watched, plain = _run(OPEN, *ALERTS, SUBMIT), _run(OPEN, SUBMIT)
    assert rest(watched) == rest(plain)
    assert watched[-1]["accounts"] == plain[-1]["accounts"] and watched[-1]["audit"]["ok"]


def test_the_command_prints_the_same_events_as_the_engine() -> None:
    assert tuple(simulate_command.DEFAULT_EVENTS.split(",")) == DEFAULT_EVENTS
