"""Scenarios: their names, their curves, and what a new home remembers of one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.bootstrap import LEDGER, living_market, open_desk, simulation
from engine.market.calendar import load_calendar
from engine.market.scenarios import SCENARIOS, Scenario, parse_scenario
from engine.market.world.scenario import Curve
from engine.model.format import parse_time
from engine.model.ids import MINUTE_NS
from engine.model.refusal import Code, Refused
from engine.simulate import Options
from vterm.cli.main import main

START, END = "2026-11-23T14:35:00Z", "2026-11-23T14:36:00Z"


def refused(text: str) -> Code:
    with pytest.raises(Refused) as caught:
        living_market(7, parse_time(START), text)
    return caught.value.refusal.code


def test_every_name_is_known_and_written_back() -> None:
    for name, symbol in SCENARIOS.items():
        scenario = parse_scenario(name)
        assert scenario == Scenario(name, symbol)
        assert parse_scenario(scenario.text) == scenario
    assert parse_scenario("") is None
    assert parse_scenario("earnings-gap:NVDA") == Scenario("earnings-gap", "NVDA")


@pytest.mark.parametrize("text", ["crash", "calm:AAPL", "earnings-gap:", "flash-crash:SPY", ":", "Calm"])
def test_what_there_is_not_is_refused(text: str) -> None:
    assert refused(text) is Code.ENUM_ERROR


def test_a_name_must_be_a_share_that_there_is() -> None:
    assert refused("earnings-gap:NOBODY") is Code.UNKNOWN_SYMBOL
    assert refused("short-squeeze:EUR-USD") is Code.WRONG_ASSET_CLASS


def test_the_command_ends_with_2_and_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--seed", "7", "--start", START, "--end", END, "--scenario", "doom"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in SCENARIOS)
    assert main(["replay", "nothing.jsonl", "--format", "binance-spot", "--scenario", "calm"]) == 2


def test_a_recording_has_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        open_desk(tmp_path, replay=(tmp_path / "x", "binance-spot"), scenario="calm")
    assert caught.value.refusal.code is Code.INCONSISTENT_FIELDS


def test_a_home_keeps_the_scenario_it_began_with(tmp_path: Path) -> None:
    for scenario in ("liquidity-drought", "calm"):
        asyncio.run(open_desk(tmp_path, clock=START, seed="7", scenario=scenario).stop())
    store = SqliteLedger(tmp_path / LEDGER)
    assert store.meta("scenario") == "liquidity-drought"
    store.close()


def test_an_impossible_scenario_leaves_no_home_behind(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        open_desk(tmp_path, clock=START, seed="7", scenario="doom")
    store = SqliteLedger(tmp_path / LEDGER)
    assert store.meta("seed") is None
    store.close()


def test_the_roll_begins_before_it(tmp_path: Path) -> None:
    runner = open_desk(tmp_path, seed="7", scenario="fx-roll")
    ends = {int(day.segments[-1].end) for day in load_calendar("FX_24_5").days}
    assert int(runner.kernel.state.now) + 15 * MINUTE_NS in ends
    asyncio.run(runner.stop())


def test_a_run_with_a_scenario_is_another_and_repeats() -> None:
    def quotes(scenario: str) -> list[bytes]:
        options = Options(start=parse_time(START), end=parse_time(END), events=("quote",), symbols=("SPY",))
        return list(simulation(7, options, scenario).lines(iter(())))

    assert quotes("liquidity-drought") == quotes("liquidity-drought") != quotes("")


def test_a_curve_is_straight_between_its_points_and_constant_outside() -> None:
    curve = Curve.of((10, 0.0), (14, 1.0), (16, 0.0))
    times = np.array([0.0, 10.0, 11.0, 14.0, 15.0, 16.0, 99.0])
    assert curve.read(times).tolist() == [0.0, 0.0, 0.25, 1.0, 0.5, 0.0, 0.0]


def test_a_step_shows_its_later_value() -> None:
    curve = Curve.steps([(10, 3.0), (20, 1.0)])
    assert curve.read(np.array([9.5, 10.0, 19.5, 20.0, 30.0])).tolist() == [1.0, 3.0, 3.0, 1.0, 1.0]
