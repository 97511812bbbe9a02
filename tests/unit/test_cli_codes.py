"""The codes of the command line are those of the engine, and each is explained."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.model.refusal import _BY_HTTP, Code
from vterm.cli.codes import BY_STATUS, EXITS, OTHERS, REFUSALS, exit_of
from vterm.cli.main import main

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_refusal_has_the_exit_code_of_the_engine() -> None:
    assert {code: number for code, (number, _) in REFUSALS.items()} == {code.value: code.exit_code for code in Code}
    assert not set(REFUSALS) & set(OTHERS)
    assert {number for number, _ in (*REFUSALS.values(), *OTHERS.values())} <= set(EXITS)
    assert all(BY_STATUS[status] == number for status, number in _BY_HTTP.items())


def test_help_exit_codes_prints_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "exit-codes"]) == 0
    text = capsys.readouterr().out
    for code in (*REFUSALS, *OTHERS):
        assert re.search(rf"^ +{code} ", text, re.M), code
    assert main(["help", "exit-codes", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["code"]: row["exit"] for row in document["codes"]} == {
        c: n for c, (n, _) in {**REFUSALS, **OTHERS}.items()
    }


def test_the_page_of_exit_codes_is_complete() -> None:
    page = (DOCS / "exit-codes.md").read_text("utf-8")
    for code, (number, _) in {**REFUSALS, **OTHERS}.items():
        assert re.search(rf"^\| `{code}` \| {number} \|", page, re.M), code


def test_help_on_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    for code, (number, _) in {**REFUSALS, **OTHERS}.items():
        assert main(["help", code]) == 0
        assert f"exit code {number}:" in capsys.readouterr().out


def test_unknown_codes_fall_back_on_the_status() -> None:
    assert exit_of("NEW_CODE", 404) == 4
    assert exit_of("NEW_CODE", 418) == 70
