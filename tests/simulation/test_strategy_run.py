"""Strategies on the living market and on a recording: equal bytes, whole bars, honest ends, examples that run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import simulation
from engine.model.format import parse_time
from engine.simulate import STEPS, Options
from engine.strategy.base import Strategy
from engine.strategy.load import load
from engine.strategy.simulated import Actor
from engine.strategy.values import moment
from tests.architecture.source import ROOT
from tests.strategies import Witness, write
from tools.example_figures import COMMAND, FIGURES, command_of, figures

START, END = "2026-11-23T14:30:00Z", "2026-11-23T14:34:00Z"
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
RECORDING = ROOT / "tests" / "data" / "captures" / "quiet.vterm.jsonl"


def played(
    strategy: Strategy, *, events: tuple[str, ...] = ("order", "fill"), end: str = END, step: str = "100ms"
) -> list[dict[str, Any]]:
    """The lines of a run on AAPL and BTC."""
    options = Options(parse_time(START), parse_time(end), events, ("AAPL", "BTC"), STEPS[step])
    run = simulation(7, options)
    run.join(Actor(run, strategy, ("AAPL", "BTC"), "main", lambda text: None))
    return [json.loads(line) for line in run.lines(())]


def vterm(*words: str, **environment: str) -> tuple[int, bytes, str]:
    """(exit code, stdout, stderr) of a command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-m", "vterm", *words], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr.decode()


def simulate(strategy: str, *more: str, end: str = END, **environment: str) -> tuple[int, bytes, str]:
    """vterm simulate with a strategy."""
    words = ("simulate", "--seed", "7", "--start", START, "--end", end, "--strategy", strategy, *more)
    return vterm(*words, **environment)


BUSY = """\
    def on_start(self):
        print("talk goes to stderr")
        self.every("5s")
        self.n = 0
    def on_timer(self, at):
        for symbol in self.symbols:
            quote = self.quote(symbol)
            self.cancel_all()
            self.buy(symbol, self.instrument(symbol).quantity(50000 / quote.mid), limit=quote.bid, post_only=True)
            if self.position(symbol) > 0:
                self.sell(symbol, self.position(symbol))
    def on_trade(self, trade):
        self.n += 1
    def on_stop(self):
        self.log(self.n)
"""


def test_two_processes_print_equal_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, BUSY)
    runs = [simulate(path, "--symbols", "AAPL,BTC", "--json", PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert runs[0] == runs[1]
    code, out, err = runs[0]
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert err.startswith("talk goes to stderr\n")
    assert int(err.split()[-1]) > 100, "it saw the prints"
    kinds = [line["type"] for line in lines]
    assert kinds.count("fill") > 5 and kinds.count("order.cancelled") > 20
    assert lines[-1]["audit"] == {"ok": True, "imbalance": "0"}
    assert {line["order"]["origin"] for line in lines if line["type"].startswith("order.")} == {"strategy"}


def test_it_trades_with_the_account_that_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "    def on_start(self):\n        self.buy('AAPL', 1)\n")
    for words in (("--account", "bot", "simulate"), ("simulate", "--account", "bot")):
        more = ("--seed", "7", "--start", START, "--end", "2026-11-23T14:30:01Z", "--strategy", path)
        code, out, _ = vterm(*words, *more, "--symbols", "AAPL")
        assert code == 0
        assert list(json.loads(out.splitlines()[-1])["accounts"]) == ["bot"]


def test_bars_come_whole_and_once() -> None:
    class Bars(Witness):
        def on_start(self) -> None:
            self.subscribe("AAPL", bars="1m")
            self.past = self.bars("AAPL", "1m", 3)

        def on_bar(self, bar: Any) -> None:
            assert self.now == bar.at + timedelta(minutes=1)
            super().on_bar(bar)

        def on_stop(self) -> None:
            self.all = self.bars("AAPL", "1m", 4)

    witness = Bars()
    played(witness)
    begin = moment(parse_time(START))
    assert [bar.at for bar in witness.of("bar")] == [begin + timedelta(minutes=k) for k in range(4)]
    assert witness.all == tuple(witness.of("bar"))
    assert [bar.at for bar in witness.past] == [begin - timedelta(minutes=k) for k in (3, 2, 1)]
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in witness.all)


def test_every_without_a_timer_is_the_length_of_bars() -> None:
    class Five(Strategy):
        def on_start(self) -> None:
            self.every("5m")
            self.got: list[tuple[str, str]] = []

        def on_bar(self, bar: Any) -> None:
            self.got.append((bar.symbol, bar.every))

    strategy = Five()
    played(strategy, end="2026-11-23T14:36:00Z")
    assert strategy.got == [("AAPL", "5m"), ("BTC-USD", "5m")]


class Turner(Strategy):
    """Turns its position with each bar, and leaves an order in the book."""

    def on_bar(self, bar: Any) -> None:
        held = self.position(bar.symbol)
        lot = self.instrument(bar.symbol).quantity(20_000 / bar.close)
        (self.sell if held > 0 else self.buy)(bar.symbol, lot + abs(held))
        self.cancel_all()
        self.buy(bar.symbol, lot, limit=self.instrument(bar.symbol).price(bar.close * 999 / 1000))


def test_what_is_printed_changes_nothing() -> None:
    """With market events the run stops at every step; without, it jumps to the next bar where nothing works."""
    quiet, loud = played(Turner()), played(Turner(), events=("order", "fill", "quote"))
    assert quiet[-1]["state_hash"] == loud[-1]["state_hash"]
    assert [{**x, "seq": 0} for x in loud[:-1] if x["type"] != "quote"] == [{**x, "seq": 0} for x in quiet[:-1]]


@pytest.mark.parametrize("step", ["1s", "60s"])
def test_coarser_steps_give_the_same_bars_and_a_sound_end(step: str) -> None:
    fine, coarse = Witness(), Witness()
    played(fine)
    lines = played(coarse, step=step)
    assert coarse.of("bar") == fine.of("bar")
    assert len(coarse.of("quote")) < len(fine.of("quote")) / 5
    assert lines[-1]["audit"]["ok"] is True


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (
            "    def on_bar(self, bar):\n        raise ValueError('two\\nlines')\n",
            "STRATEGY_FAILED",
            "it.py:4 in on_bar",
        ),
        ("    x = = 1\n", "STRATEGY_FAILED", "it.py:3"),
    ],
)
def test_a_failing_strategy_ends_in_one_line(tmp_path: Path, body: str, code: str, text: str) -> None:
    path = write(tmp_path, body)
    done, out, err = simulate(path, "--symbols", "AAPL")
    assert (done, err.count("\n")) == (2, 1)
    assert err.startswith(f"vterm: {code}: ") and text in err and "Traceback" not in err
    done, out, err = simulate(path, "--symbols", "AAPL", "--json")
    assert (done, err) == (2, "")
    assert json.loads(out.splitlines()[-1])["error"]["code"] == code


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "    pass\n")
    for words, exit_code, code in (
        ((path,), 2, "USAGE"),
        ((path, "--symbols", "NOPE"), 4, "UNKNOWN_SYMBOL"),
        ((f"{path}:Other", "--symbols", "AAPL"), 2, "BAD_STRATEGY"),
        ((str(tmp_path / "absent.py"), "--symbols", "AAPL"), 2, "BAD_STRATEGY"),
    ):
        done, out, _ = simulate(*words, "--json")
        assert (done, json.loads(out)["error"]["code"]) == (exit_code, code)


def test_it_trades_on_a_recording(tmp_path: Path) -> None:
    body = "    def on_start(self):\n        self.log((self.symbols, self.buy(self.symbols[0], '0.01').status))\n"
    path = write(tmp_path, body + "    def on_quote(self, quote):\n        self.stop(self.log(quote.bid))\n")
    code, out, err = vterm("replay", str(RECORDING), "--format", "vterm", "--strategy", path, "--events", "fill")
    assert code == 0, err
    assert "filled" in err
    assert json.loads(out.splitlines()[0])["type"] == "fill"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_says_what_it_made_and_goes_home_flat(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert FIGURES.search(text) and "no edge" in text
    words = command_of(text)
    assert words[words.index("--strategy") + 1] == f"examples/{path.name}"
    start = parse_time(words[words.index("--start") + 1])
    options = Options(start, start + 240 * 10**9, ("order", "fill"), ("AAPL",))  # type: ignore[arg-type]
    run = simulation(int(words[words.index("--seed") + 1]), options)
    run.join(Actor(run, load(str(path)), ("AAPL",), "main", lambda text: None))
    lines = [json.loads(line) for line in run.lines(())]
    end = lines[-1]["accounts"]["main"]
    assert lines[-1]["audit"]["ok"] is True
    assert end["positions"] == [] and end["working_orders"] == 0
    assert figures(lines).startswith("fills ")


def test_the_command_of_an_example_is_found() -> None:
    assert len(EXAMPLES) >= 3
    assert COMMAND.search("a\n    vterm simulate --seed 7\n")
