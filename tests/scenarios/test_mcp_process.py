"""`vterm mcp` as other programs start it: by the official inspector, and by bytes on its standard input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.tools.registry import GROUP_OF
from tests.processes import ROOT, Desk, desk

INSPECTOR = os.environ.get("VTERM_INSPECTOR") or shutil.which("mcp-inspector") or ""
"""The command of @modelcontextprotocol/inspector (npm), 2.12 or newer."""
WITHIN_S = 120


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("mcp") / "home") as it:
        yield it


def inspected(it: Desk, *words: str) -> Any:
    """What the inspector prints of our server."""
    server = [sys.executable, "-m", "vterm", "mcp"]
    given = [f"{name}={it.environment[name]}" for name in ("VTERM_HOME", "VTERM_CLOCK", "VTERM_SEED", "PYTHONPATH")]
    flags = [part for pair in given for part in ("-e", pair)]
    run = subprocess.run(
        [INSPECTOR, "--cli", *server, *words, *flags],
        capture_output=True, text=True, cwd=ROOT, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_inspector_lists_calls_and_prompts(home: Desk) -> None:
    if not INSPECTOR:
        pytest.skip("mcp-inspector (npm: @modelcontextprotocol/inspector; VTERM_INSPECTOR) is absent: not inspected")
    home.ask("quote", "AAPL")
    tools = inspected(home, "--method", "tools/list")["tools"]
    assert {tool["name"] for tool in tools} == {*GROUP_OF, "list_proposals"}
    called = ("--method", "tools/call", "--tool-name")
    quote = inspected(home, *called, "live_quote", "--tool-arg", 'symbols=["AAPL"]')
    assert quote["structuredContent"]["data"]["quotes"][0]["symbol"] == "AAPL"
    order = ["symbol=AAPL", "side=buy", 'quantity="1"', "type=limit", 'limit_price="100.00"']
    made = inspected(home, *called, "propose_order", *(part for one in order for part in ("--tool-arg", one)))
    assert made["structuredContent"]["data"]["status"] == "REQUIRES_USER_CONFIRMATION", made
    assert [one["origin"][:4] for one in home.ask("proposals")["proposals"]] == ["mcp:"]
    assert {one["name"] for one in inspected(home, "--method", "prompts/list")["prompts"]} >= {"briefing"}


def test_nothing_but_the_protocol_is_on_standard_output(home: Desk) -> None:
    info = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    said: list[Any] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": info},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "ping"},
    ]
    data = b"no json\n" + b"\n".join(json.dumps(one).encode() for one in said) + b"\n"
    code, out, err = home.run("mcp", data=data)
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [answer.get("id") for answer in answers] == [None, 1, 2]
    assert answers[0]["error"]["code"] == -32700


def test_it_needs_an_engine_of_its_own(home: Desk) -> None:
    assert home.refused("--no-daemon", "mcp")[1] == "USAGE"


def test_the_server_is_not_loaded_by_other_commands() -> None:
    found = [path for path in (ROOT / "vterm").rglob("*.py") if "copilot.mcp" in Path(path).read_text("utf-8")]
    assert {path.name for path in found} <= {"mcp.py", "copilot_mcp.py"}
