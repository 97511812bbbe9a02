"""The import contracts name real rooms, so that a misspelt one cannot pass by being absent."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.architecture.source import ROOT


def _contracts() -> dict[str, dict[str, Any]]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in config["tool"]["importlinter"]["contracts"]}


def test_contracts_name_rooms_of_the_layers() -> None:
    contracts = _contracts()
    rooms = {name for layer in contracts["rooms"]["layers"] for name in re.findall(r"\w+", layer)}
    checked = 0
    for contract in contracts.values():
        for name in [*contract.get("source_modules", []), *contract.get("forbidden_modules", [])]:
            if name.startswith("engine."):
                checked += 1
                assert name.split(".")[1] in rooms, f"{contract['id']} names {name}, which is no room of the layers"
    assert checked > 20


def test_every_core_room_is_kept_offline() -> None:
    contracts = _contracts()
    outer = {"process", "bootstrap", "gateway", "client", "adapters"}
    rooms = {name for layer in contracts["rooms"]["layers"] for name in re.findall(r"\w+", layer)}
    offline = {name.removeprefix("engine.") for name in contracts["offline"]["source_modules"]}
    assert rooms - outer == offline, "add the room to the contract `offline` in pyproject.toml (or to the outer rooms)"
    wiring = {n.removeprefix("engine.") for n in contracts["wiring"]["source_modules"] if n.startswith("engine.")}
    assert rooms - {"process", "bootstrap", "adapters"} == wiring, "add the room to the contract `wiring`"
