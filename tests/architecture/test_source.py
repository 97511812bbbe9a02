"""How the source must read: small rooms, honest names, no money in floats, no clock where time is an input."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import pytest

from tests.architecture.source import imported, modules, names_used, product

FILE_LINES, TEST_LINES, FUNCTION_LINES = 600, 800, 70
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "stuff"}
EXACT_ROOMS = ("engine/model", "engine/ledger", "engine/kernel.py", "engine/risk", "engine/matching")
MAY_ASK_THE_TIME = (
    "engine/clock.py",
    "engine/gateway",
    "engine/client",
    "engine/adapters",
    "engine/bootstrap.py",
    "engine/process.py",
)
CLOCKS = {"time.time", "time.time_ns", "datetime.now", "datetime.datetime.now", "datetime.utcnow", "date.today"}
CLOCKS |= {"datetime.date.today", "datetime.datetime.utcnow", "time.localtime"}
HEX_COLOUR = re.compile(r"""["'\s:(]#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b""")


def complain(found: list[str], advice: str) -> None:
    """Fail with every place and one piece of advice."""
    assert not found, "\n  ".join([f"{advice}:", *found])


def test_there_is_source_to_read() -> None:
    assert len(product()) > 20, "the source was not found: tests/architecture/source.py looks in the wrong place"


def test_files_are_small() -> None:
    found = [
        f"{m.path}: {m.lines} lines" for m in modules() if m.lines > (TEST_LINES if m.under("tests") else FILE_LINES)
    ]
    complain(found, f"a file holds one idea: split it (limit {FILE_LINES}, tests {TEST_LINES})")


def test_functions_are_short() -> None:
    found = []
    for module in modules():
        for function in module.functions():
            length = (function.end_lineno or function.lineno) - function.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{module.path}:{function.lineno} {function.name}: {length} lines")
    complain(found, f"a function fits on a screen: give its steps names (limit {FUNCTION_LINES})")


def test_names_say_what_things_are() -> None:
    found = []
    for module in modules():
        parts = module.path.removesuffix(".py").split("/")
        found += [module.path for part in parts if part in VAGUE]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and re.search(r"(Utils?|Helpers?|Manager)$", node.name):
                found.append(f"{module.path}:{node.lineno} {node.name}")
    complain(found, "call it by what it does, not utils, helper, manager or common")


def test_modules_say_what_they_are_for() -> None:
    found = [m.path for m in modules() if m.text.strip() and not ast.get_docstring(m.tree)]
    complain(found, "begin the module with a docstring: one line that says what it is for")


def test_packages_are_packages() -> None:
    folders = {m.path.rpartition("/")[0] for m in product()}
    present = {m.path for m in product()}
    found = sorted(folder for folder in folders if f"{folder}/__init__.py" not in present)
    complain(found, "add an __init__.py, or neither mypy, import-linter nor the wheel sees the folder")


def test_money_is_never_a_float() -> None:
    found = []
    for module in product():
        if module.under(*EXACT_ROOMS):
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                    found.append(f"{module.path}:{node.lineno}")
    complain(found, "no float( on the money path: count ticks, lots and minor units")


def test_time_is_an_input() -> None:
    found = []
    for module in product():
        if module.under("engine") and not module.under(*MAY_ASK_THE_TIME):
            uses = [(line, name) for line, name in names_used(module.tree) if name in CLOCKS]
            uses += [(line, name) for line, name in imported(module.tree) if name in ("time.time", "time.time_ns")]
            found += [f"{module.path}:{line} {name}" for line, name in uses]
    complain(found, "take the time as an argument: only engine/clock.py and the outer rooms ask for it")


def test_chance_comes_from_the_seed() -> None:
    def is_chance(name: str) -> bool:
        return name.split(".")[0] in ("random", "secrets") or name.startswith(("numpy.random", "np.random"))

    found = []
    for module in product():
        if module.under("engine") and not module.under(*MAY_ASK_THE_TIME):
            uses = {(line, name) for line, name in imported(module.tree) if is_chance(name)}
            uses |= {(line, name) for line, name in names_used(module.tree) if name.startswith("np.random.")}
            found += [f"{module.path}:{line} {name}" for line, name in sorted(uses)]
    complain(found, "draw from engine/rng.py: the same seed must give the same market")


def test_colours_live_in_palettes() -> None:
    found = []
    for module in product():
        if not module.under("themes/palettes"):
            for number, line in enumerate(module.text.splitlines(), 1):
                if HEX_COLOUR.search(line.split("  # ")[0]):
                    found.append(f"{module.path}:{number} {line.strip()[:60]}")
    complain(found, "name a colour of themes/palettes instead of a hex value")


@pytest.mark.parametrize(
    ("judge", "text"),
    [
        (lambda line: bool(HEX_COLOUR.search(line)), 'x = "#ff00aa"'),
        (lambda line: any(name in CLOCKS for _, name in names_used(ast.parse(line))), "at = time.time()"),
        (lambda line: "random.Random" in dict(map(reversed, imported(ast.parse(line)))), "from random import Random"),
    ],
)
def test_the_judges_can_see(judge: Callable[[str], bool], text: str) -> None:
    assert judge(text)


def test_unread_files_would_be_noticed() -> None:
    paths = {module.path for module in modules()}
    assert {"engine/model/ids.py", "tests/architecture/source.py"} <= paths
