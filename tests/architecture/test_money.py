"""Money is whole numbers: where it is moved, nothing is a float and nothing is divided but exact fractions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import product

MONEY = (
    "engine/ledger",
    "engine/model/account.py",
    "engine/model/fill.py",
    "engine/model/number.py",
    "engine/portfolio",
    "engine/matching/chronicle.py",
    "engine/matching/fees.py",
    "engine/risk/gate.py",
    "engine/risk/margin.py",
    "engine/recovery.py",
)
STATISTICS = ("engine/portfolio/analytics",)
"""Figures about money, not money: computed from it and never put back."""

EXACT = {
    "instrument.tick.fraction() / 2",
    "1 / price",
    "level /= 100",
    "Path(__file__).resolve().parents[1] / 'market' / 'data'",
    "Path(__file__).resolve().parents[1] / 'market'",
    "_DATA / name",
    "_DATA / 'futures_roots.csv'",
}
"""Divisions whose operands are Fraction, which divides exactly, or paths."""

SECONDS = {"engine/ledger/writer.py 0.0001"}
"""Waiting times of threads."""


def inexact(tree: ast.AST, path: str = "") -> Iterator[str]:
    """Every division and every float in a module, as text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            if ast.unparse(node) not in EXACT:
                yield f"{node.lineno} {ast.unparse(node)}"
        elif isinstance(node, ast.Name) and node.id == "float":
            yield f"{node.lineno} float"
        elif isinstance(node, ast.Constant) and isinstance(node.value, float) and f"{path} {node.value}" not in SECONDS:
            yield f"{node.lineno} {node.value}"


def test_nothing_divides_money() -> None:
    found = []
    for module in product():
        if module.under(*MONEY) and not module.under(*STATISTICS):
            found += [f"{module.path}:{what}" for what in inexact(module.tree, module.path)]
    advice = "round once, with div_half_even, div_floor or div_ceil of engine/model/number.py:"
    assert not found, "\n  ".join([advice, *found])


@pytest.mark.parametrize("text", ["fee = value / 3", "value /= 3", "fee = value * 0.5", "fee = float(value)"])
def test_the_judge_can_see(text: str) -> None:
    assert list(inexact(ast.parse(text)))


def test_what_is_exact_is_let_pass() -> None:
    assert not list(inexact(ast.parse("x = 1 / price\ny = value // 3")))
