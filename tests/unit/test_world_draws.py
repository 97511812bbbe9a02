"""Counter-based draws, shipped tables and the functions made of exactly rounded operations."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from engine.market.world import depth
from engine.market.world.season import season
from engine.market.world.tables import exp, exp32, mixing, normal, tables
from engine.rng import Stream, halves, keys, mix64, octets, stable_hash, stream_key, words, words_at


def test_a_draw_has_one_value_for_ever() -> None:
    assert stable_hash("AAPL") == 17648410629993613931
    assert mix64(1234567 + 0x9E3779B97F4A7C15) == 6457827717110365317, "the published SplitMix64 test vector"
    assert Stream(7, "orders").word(0) == mix64(stream_key(7, "orders") + 0x9E3779B97F4A7C15)


def test_arrays_and_scalars_draw_the_same() -> None:
    subject = np.array([stable_hash("AAPL"), stable_hash("KO")], np.uint64)
    key = keys(stream_key(7, "x"), subject, np.array([41, 42]))
    block = words(key, 3, 4)
    for column in range(2):
        for row in range(4):
            at = words_at(key[column : column + 1], np.array([3 + row]))
            assert int(at[0]) == int(block[row, column])
            assert int(block[row, column]) == mix64(int(key[column]) + (4 + row) * 0x9E3779B97F4A7C15)


def test_words_fall_into_parts_from_the_low_end() -> None:
    word = np.array([0x0807060504030201], np.uint64)
    assert octets(word)[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert halves(word)[0].tolist() == [0x0201, 0x0403, 0x0605, 0x0807]


def test_scalar_streams_stay_in_bounds() -> None:
    stream = Stream(1, "ids")
    assert {stream.below(k, 5) for k in range(200)} == set(range(5))
    assert len({stream.token(k) for k in range(1000)}) == 1000
    assert len(stream.token(0)) == 12


def test_normals_are_normal() -> None:
    table = tables().normal.astype(float)
    assert abs(table.mean()) < 1e-6
    assert abs((table**2).mean() - 1) < 1e-3
    drawn = normal(halves(words(np.array([5], np.uint64), 0, 20_000))).astype(float).ravel()
    assert abs(drawn.mean()) < 0.015
    assert abs(drawn.var() - 1) < 0.02
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.015


def test_mixing_and_size_tables_have_unit_scale() -> None:
    grid = -4.25 + 8.5 * (np.arange(4096) + 0.5) / 4096
    weight = np.exp(-grid * grid / 2)
    for row in tables().mixing.astype(float):
        assert (row**2 * weight).sum() / weight.sum() == pytest.approx(1, abs=1e-4)
        assert (np.diff(row) >= 0).all()
    assert tables().sizes.astype(float).mean(axis=1) == pytest.approx(1, abs=1e-4)
    assert tables().depth.max() <= 1.5


def test_own_exponentials() -> None:
    x = np.linspace(-30, 30, 4001)
    assert np.abs(exp(x) / np.exp(x) - 1).max() < 1e-12
    assert (
        np.abs(exp32(x.astype(np.float32)).astype(float) / np.exp(x.astype(np.float32).astype(float)) - 1).max() < 1e-5
    )
    assert exp(np.zeros(1))[0] == 1.0


@pytest.mark.parametrize("kind", ["u", "forex", "commodity", "crypto"])
def test_seasons_average_one(kind: str) -> None:
    shape = season(kind, 780, 390 if kind == "u" else 1440)
    assert math.isclose(float(shape.mean()), 1, rel_tol=1e-9)
    assert shape.min() > 0


def test_the_equity_day_is_a_u() -> None:
    shape = season("u", 0, 390)
    total = shape.sum()
    assert 0.09 <= shape[:30].sum() / total <= 0.20
    assert 0.11 <= shape[-30:].sum() / total <= 0.25


def test_a_level_keeps_its_size_for_an_epoch() -> None:
    seen = [depth.noise(123, 25_000, 0, tick) for tick in range(200)]
    changes = [k for k in range(1, 200) if seen[k] != seen[k - 1]]
    assert {b - a for a, b in pairwise(changes)} == {32}
    assert depth.noise(123, 25_000, 0, 0) != depth.noise(123, 25_000, 1, 0)


def test_a_normal_beyond_the_table_has_the_factor_of_its_end() -> None:
    """Some home's seed draws one: it may neither fail nor read another column's factors."""
    rows = len(tables().mixing)
    for row in range(rows):
        kind = np.full(4, row)
        low, high, inside_low, inside_high = mixing(kind, np.array([-9.0, 9.0, -4.2499, 4.2499], np.float32))
        assert (low, high) == (inside_low, inside_high) == (tables().mixing[row][0], tables().mixing[row][-1])
