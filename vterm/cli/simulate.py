"""simulate and replay: a deterministic run, every event a line of JSON, the same arguments the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vterm.cli.context import account_name
from vterm.cli.output import plain
from vterm.cli.stop import usage

if TYPE_CHECKING:
    from engine.model.ids import TimeNs
    from engine.simulate import Options, Run

app_simulate = typer.Typer(add_completion=False, rich_markup_mode=None)
app_replay = typer.Typer(add_completion=False, rich_markup_mode=None)

DEFAULT_EVENTS = "order,fill,ledger,portfolio,risk,mission,algo,alert,system"

Commands = Annotated[str, typer.Option("--commands", help="Commands as NDJSON in time order; - for standard input.")]
Events = Annotated[str, typer.Option("--events", help="Which events to print, comma-separated; quote,book,trade too.")]
Symbols = Annotated[
    str, typer.Option("--symbols", help="Whose quote, book and trade events to print; what a strategy trades.")
]
Step = Annotated[str, typer.Option("--step", help="100ms, 1s or 60s: the same process, coarser.")]
Start = Annotated[str, typer.Option("--start", help="First moment, such as 2026-11-23T14:30:00Z.")]
StrategyFile = Annotated[
    str, typer.Option("--strategy", metavar="FILE.py[:Class]", help="A strategy that trades in the run, on --symbols.")
]
Account = Annotated[str, typer.Option("--account", help="Whose money the strategy trades with.")]
Scenario = Annotated[str, typer.Option("--scenario", help="What happens from the start on; earnings-gap:NVDA.")]
End = Annotated[str, typer.Option("--end", help="Last moment.")]
Json = Annotated[bool, typer.Option("--json", help="The lines are JSON either way.")]


@app_simulate.command()
def simulate(  # noqa: PLR0913, PLR0917 - typer reads the options from the parameters
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the market.")],
    start: Start,
    end: End,
    commands: Commands = "",
    events: Events = DEFAULT_EVENTS,
    symbols: Symbols = "",
    step: Step = "100ms",
    scenario: Scenario = "",
    strategy: StrategyFile = "",
    account: Account = "main",
    as_json: Json = False,
) -> None:
    """Run the living market of a seed between two moments."""
    from engine.bootstrap import simulation

    del as_json
    options = _options(_time(start, "--start"), _time(end, "--end"), events, symbols, step)
    _run(simulation(seed, options, scenario), commands, strategy, account)


@app_replay.command()
def replay(  # noqa: PLR0913, PLR0917 - typer reads the options from the parameters
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="A recorded file; .gz .xz .zst .zip as it is.")],
    fmt: Annotated[str, typer.Option("--format", help="See `vterm data formats`.")],
    symbol: Annotated[list[str] | None, typer.Option("--symbol", help="Of a file of several; may be repeated.")] = None,
    start: Start = "",
    end: End = "",
    commands: Commands = "",
    events: Events = DEFAULT_EVENTS,
    symbols: Symbols = "",
    step: Step = "100ms",
    strategy: StrategyFile = "",
    account: Account = "main",
    as_json: Json = False,
) -> None:
    """Run a recorded market from its first book to its last message; several files are one recording."""
    from engine.bootstrap import replay_run

    del as_json
    given = _time(start, "--start") if start else None, _time(end, "--end") if end else None

    def options(first: TimeNs, last: TimeNs) -> Options:
        begin = first if given[0] is None else max(given[0], first)
        return _options(
            begin, last if given[1] is None else min(given[1], last), events, symbols, step, everything=True
        )

    _run(replay_run(files, fmt, tuple(symbol or ()), options), commands, strategy, account)


def _time(text: str, flag: str) -> TimeNs:
    from engine.model.format import parse_time

    try:
        return parse_time(text)
    except ValueError as error:
        raise usage(f"{flag} is {error}", f"{flag} 2026-11-23T14:30:00Z") from None


def _options(start: TimeNs, end: TimeNs, events: str, symbols: str, step: str, *, everything: bool = False) -> Options:
    from engine.simulate import STEPS, Options

    if end <= start:
        raise usage("--end is not after --start", "give a later --end")
    if step not in STEPS:
        raise usage(f"there is no step of {step[:20]}", f"use {', '.join(STEPS)}")
    wanted = tuple(name for name in symbols.split(",") if name)
    return Options(start, end, tuple(n for n in events.split(",") if n), wanted, STEPS[step], everything and not wanted)


def _run(run: Run, commands: str, strategy: str, account: str) -> None:
    """Write the run's lines as they come. What a strategy prints is talk, so it goes to stderr."""
    from engine.script import read_commands

    out = sys.stdout.buffer
    with _lines(commands) as lines, redirect_stdout(sys.stderr):
        if strategy:
            _join(run, strategy, account)
        try:
            for line in run.lines(read_commands(lines)):
                out.write(line)
        finally:
            out.flush()
    damage = run.damage()
    if damage is not None:
        raise damage


def _join(run: Run, strategy: str, account: str) -> None:
    """Let a strategy act in the run."""
    from engine.strategy.load import load
    from engine.strategy.simulated import Actor

    symbols = [str(instrument.symbol) for instrument in run.watched]
    if not symbols:
        raise usage("a strategy needs to know what to trade", "--symbols AAPL,BTC")
    run.join(
        Actor(run, load(strategy), symbols, account_name(account), lambda text: print(plain(text), file=sys.stderr))
    )


@contextmanager
def _lines(commands: str) -> Iterator[Iterable[bytes]]:
    """The command file's lines, untouched; none without a file."""
    if commands == "-":
        yield sys.stdin.buffer
        return
    if not commands:
        yield ()
        return
    try:
        file = open(commands, "rb")  # noqa: SIM115 - closed below; only the opening may be told as a usage error
    except OSError as error:
        raise usage(f"cannot read {commands}: {error.strerror}", "--commands FILE, or - for standard input") from None
    with file:
        yield file
