"""Configuration becomes a wired engine; the only file that knows the adapters."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.clock import FINE_STEP_NS, Clock, OwnClock, WallClock, wall_ms, wall_now
from engine.kernel import Kernel
from engine.market.calendar import Calendar, load_calendar
from engine.market.catalogue import Catalogue, load
from engine.market.shown import ShownMarket
from engine.model.command import Reach
from engine.model.format import parse_time, time_text
from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.refusal import Code, refuse
from engine.model.session import MarketSession
from engine.past import Past
from engine.ports import AuditReport, IntegrityError, LedgerStore, MarketSource
from engine.recovery import rebuild, snapshot_of
from engine.requests.identity import Identity
from engine.runner import Runner

if TYPE_CHECKING:
    from engine.adapters.sqlite_past import SqlitePast
    from engine.adapters.sqlite_prefix import Cut
    from engine.market.scenarios import Scenario
    from engine.research.source import ResearchSource
    from engine.simulate import Options, Run

MAX_SEED = 2**63
LEDGER, WATCHLIST = "ledger.db", "watchlist.json"
_OPEN_PLUS = 5 * MINUTE_NS
_BEFORE_ROLL = 15 * MINUTE_NS
_LOOK_STEPS = 600


def open_desk(
    home: Path,
    *,
    clock: str = "",
    seed: str = "",
    replay: tuple[Path, str] | None = None,
    symbol: str = "",
    scenario: str = "",
) -> Runner:
    """The desk of a home, recovered to where it was. A new home takes `clock`, `seed` and `scenario`; an old one keeps
    its own.

    Raises StoreError, IntegrityError, BadDataFile, Refused.
    """
    from engine.adapters.ledger_swap import finish_exchange
    from engine.adapters.lists import FileLists
    from engine.adapters.sqlite import SqliteLedger
    from engine.adapters.sqlite_journal import SqliteJournal
    from engine.adapters.sqlite_past import SqlitePast
    from engine.adapters.sqlite_recount import SqliteRecount

    if replay is not None and scenario:
        raise refuse(Code.INCONSISTENT_FIELDS, "a recorded market has no scenario", fix="leave out --scenario")
    finish_exchange(home)
    store = SqliteLedger(home / LEDGER)
    try:
        past = SqlitePast(store.path)
        if replay is not None:
            kernel, end = _recorded_kernel(replay, symbol, past)
            begin = kernel.state.now
            _catch_up(kernel, store, past)
            if kernel.state.now >= end:
                past.close()
                store.close()
                _put_away(home)
                store = SqliteLedger(home / LEDGER)
                kernel, _ = _recorded_kernel(replay, symbol, SqlitePast(store.path))
        else:
            kernel = _living_kernel(store, clock, seed, scenario, past)
            _catch_up(kernel, store, past)
    except BaseException:
        store.close()
        raise
    names = [str(i.symbol) for i in kernel.catalogue.columns] if replay is not None else None
    lists, journal = FileLists(home / WATCHLIST, names), SqliteJournal(store.path)
    runner = Runner(kernel, store, _clock(kernel, store), lists, journal, SqliteRecount(store.path), _identity(store))
    if replay is not None:
        runner.recording = {"name": replay[0].name, "begin": time_text(begin), "end": time_text(end)}
    return runner


def open_sources(home: Path, now: Callable[[], str]) -> dict[str, ResearchSource]:
    """Sources of real research data, none of which asks anybody until a person turns it on; `now` is market time."""
    from engine.adapters.edgar_cache import DocumentCache
    from engine.adapters.edgar_http import EdgarLibrary
    from engine.research.edgar.settings import read_settings
    from engine.research.edgar.source import Edgar

    library = EdgarLibrary(lambda: read_settings(home), DocumentCache(home / "edgar"))
    return {"edgar": Edgar(library, now)}


def _identity(store: LedgerStore) -> Identity:
    """Who this desk is to those who sign: a random id, made once."""
    if store.meta("engine_id") is None:
        store.set_meta("epoch", "1")
        store.set_meta("engine_id", secrets.token_hex(16))
    engine, epoch = str(store.meta("engine_id")), int(store.meta("epoch") or 1)
    return Identity(engine, epoch, "sim", lambda: secrets.token_hex(32), wall_ms)


def _catch_up(kernel: Kernel, store: LedgerStore, past: SqlitePast) -> None:
    """Bring a kernel to what its home remembers."""
    recovered = store.recover()
    kernel.equity.since = int(store.meta("points_from") or 0)
    past.play_back(recovered.snapshot.seq if recovered.snapshot else 0)
    rebuild(kernel, recovered)
    past.caught_up()


def audit_home(home: Path) -> AuditReport:
    """Prove or disprove the ledger of a home, running or not. Raises StoreError where there is none."""
    from engine.adapters.ledger_swap import standing_ledger
    from engine.adapters.sqlite_audit import audit

    return audit(standing_ledger(home))


def past_moment(home: Path, at: str = "", before: str = "", account: str = "main", *, back: bool = False) -> Cut:
    """The moment `at` a market time, or just before an order of `account`, in the history of a home.

    `back`: the home itself is to go back there, which one on the world's time cannot. Raises Refused, StoreError,
    IntegrityError.
    """
    from engine.adapters.ledger_swap import standing_ledger
    from engine.adapters.sqlite_prefix import cut_at, cut_before, words_of

    ledger = standing_ledger(home)
    words = words_of(ledger)
    if "seed" not in words:
        fix = "play it again from its start"
        raise refuse(Code.FORBIDDEN, "a recorded market's desk has no past moment to go back to", fix=fix)
    if back and words.get("clock") == "wall":
        fix = "`vterm fork --into DIR` makes a desk of that moment with a clock of its own"
        raise refuse(Code.FORBIDDEN, "a desk on the world's time cannot go back", fix=fix)
    return cut_before(ledger, before, account) if before else cut_at(ledger, _moment(at))


def fork_home(home: Path, into: Path, cut: Cut) -> str:
    """Make `into` (new, or empty) a home whose desk stands as that of `home` stood at `cut`, on a clock of its own; the
    hash of the last entry that both share. Raises Refused, StoreError, IntegrityError."""
    from engine.adapters.ledger_swap import standing_ledger
    from engine.adapters.sqlite_errors import told

    with told(into):
        if into.exists() and (not into.is_dir() or any(into.iterdir())):
            raise refuse(Code.INCONSISTENT_FIELDS, f"{into} is not empty", fix="name a new folder", field="into")
        into.parent.mkdir(parents=True, exist_ok=True)
        fresh = into.with_name(f".{into.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        try:
            own = {"engine_id": secrets.token_hex(16), "epoch": "1"}
            shared = _build_past(standing_ledger(home), fresh, cut, own)
            if (home / WATCHLIST).is_file():
                shutil.copy2(home / WATCHLIST, fresh / WATCHLIST)
            fresh.replace(into)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return shared


def rewind_home(home: Path, cut: Cut) -> Path:
    """Take the desk of a home back to `cut`; the folder in it that keeps the ledger as it was. The caller holds the
    home's lock. Raises StoreError, IntegrityError."""
    from engine.adapters.ledger_swap import exchange, finish_exchange, stage
    from engine.adapters.sqlite import SqliteLedger

    finish_exchange(home)
    store = SqliteLedger(home / LEDGER)
    epoch = int(store.meta("epoch") or 1)
    store.close()
    _build_past(home / LEDGER, stage(home), cut, {"epoch": str(epoch + 1)})
    return exchange(home)


def _build_past(source: Path, folder: Path, cut: Cut, words: dict[str, str]) -> str:
    """A ledger in `folder` that ends at `cut`, played back once to prove that it stands. `words` are those by which
    signatures of its other life are known: they are worth nothing here."""
    from engine.adapters.sqlite import SqliteLedger
    from engine.adapters.sqlite_past import SqlitePast
    from engine.adapters.sqlite_prefix import copy_prefix

    shared = copy_prefix(source, folder / LEDGER, cut, {"clock": "own", **words})
    store = SqliteLedger(folder / LEDGER)
    past = SqlitePast(store.path)
    try:
        kernel = _living_kernel(store, "", "", "", past)
        _catch_up(kernel, store, past)
        entries = kernel.apply(Reach(at=cut.at))[0] if kernel.state.now < cut.at else []
        # A ledger from before there were equity points may get some here; nothing else can come of it.
        if kernel.state.now != cut.at or any(e.orders or e.fills or e.transfers for e in entries):
            raise IntegrityError("the journal of this home cannot be played back to that moment")
        store.commit(entries)
        store.snapshot(snapshot_of(kernel))
    finally:
        past.close()
        store.close()
    return shared.hex()


def simulation(seed: int, options: Options, scenario: str = "") -> Run:
    """A deterministic run on the living market. Raises Refused for a scenario that there is not."""
    from engine.simulate import Run

    source, catalogue, calendars = living_market(seed, options.start, scenario)
    return Run(source, catalogue, calendars, options)


def replay_run(
    files: Sequence[Path], form: str, symbols: Sequence[str], options: Callable[[TimeNs, TimeNs], Options]
) -> Run:
    """A deterministic run on recorded data; `options` is given the recording's first book and its last moment."""
    from engine.simulate import Run

    source, catalogue, calendars, start, end = recorded_market(files, form, symbols)
    return Run(source, catalogue, calendars, options(start, end))


def living_market(
    seed: int, anchor: TimeNs, scenario: str = ""
) -> tuple[MarketSource, Catalogue, Mapping[str, Calendar]]:
    """The synthetic market: its world, its instruments, its calendars. Raises Refused for an impossible scenario."""
    from engine.market.dividends import Dividends
    from engine.market.exdividend import ExDividend
    from engine.market.world import World

    catalogue = load(date.fromisoformat(time_text(anchor)[:10]))
    calendars = {i.session: load_calendar(i.session) for i in catalogue.columns}
    plot = _scenario(scenario, catalogue) if scenario else None
    world = World(catalogue.columns, calendars, seed, anchor, plot)
    dividends = Dividends(catalogue.columns, calendars, seed, anchor)
    return ExDividend(world, dividends), catalogue, calendars


def _scenario(text: str, catalogue: Catalogue) -> Scenario | None:
    """The scenario of a text, with the symbol as the catalogue spells it."""
    from engine.market.scenarios import parse_scenario

    scenario = parse_scenario(text)
    if scenario is None or not scenario.symbol:
        return scenario
    instrument = catalogue.resolve(scenario.symbol, catalogue.anchor, trading=False)
    if instrument.asset_class not in {"equities", "etfs"}:
        cause = f"{scenario.name} happens to a share or a fund, not to {instrument.symbol}"
        raise refuse(Code.WRONG_ASSET_CLASS, cause, fix=f"name a share: {scenario.name}:AAPL")
    return replace(scenario, symbol=str(instrument.symbol))


def recorded_market(
    files: Sequence[Path], form: str, symbols: Sequence[str]
) -> tuple[MarketSource, Catalogue, Mapping[str, Calendar], TimeNs, TimeNs]:
    """A recorded market: its source, its instruments, its calendars, its first book and its last moment."""
    from engine.market.recorded import RecordedMarket

    source = RecordedMarket(files, form, symbols)
    catalogue = Catalogue.of(source.instruments)
    calendars = {i.session: load_calendar(i.session) for i in catalogue.columns}
    return source, catalogue, calendars, _first_book(source, source.start), source.end


def _first_book(source: MarketSource, start: TimeNs) -> TimeNs:
    """The first moment on the grid at which the recording has a sound book (its start, where it never has)."""
    first = TimeNs(-(-start // FINE_STEP_NS) * FINE_STEP_NS)
    for step in range(_LOOK_STEPS):
        at = TimeNs(first + step * FINE_STEP_NS)
        source.advance(at, FINE_STEP_NS)
        if int(source.state[0]) == MarketSession.REGULAR:
            return at
    return first


def _living_kernel(store: LedgerStore, clock: str, seed: str, scenario: str, past: Past) -> Kernel:
    chosen = store.meta("seed")
    if chosen is None:
        chosen = str(_seed(seed))
        start = _before_roll() if scenario == "fx-roll" and not clock else first_time(clock)
        if scenario:
            _scenario(scenario, load())  # refuses what cannot be before anything of it is remembered
        store.set_meta("scenario", scenario)
        store.set_meta("clock", "wall" if clock == "wall" else "own")
        store.set_meta("start", time_text(start))
        store.set_meta("seed", chosen)
    start = parse_time(str(store.meta("start")))
    source, catalogue, calendars = living_market(int(chosen), start, store.meta("scenario") or "")
    return Kernel(ShownMarket(source, calendars), catalogue, start, past=past)


def _recorded_kernel(replay: tuple[Path, str], symbol: str, past: Past) -> tuple[Kernel, TimeNs]:
    path, form = replay
    source, catalogue, calendars, start, end = recorded_market([path], form, (symbol,) if symbol else ())
    return Kernel(ShownMarket(source, calendars), catalogue, start, past=past), end


def _put_away(home: Path) -> None:
    """Keep the ledger of a recording that was played to its end, so that it can be played again from the start."""
    number = 1
    while (kept := home / f"played-{number}").exists():
        number += 1
    kept.mkdir()
    for path in home.glob("ledger.*"):
        path.rename(kept / path.name)


def _seed(text: str) -> int:
    if not text:
        return secrets.randbelow(MAX_SEED)
    if not (text.isascii() and text.isdigit() and int(text[:20]) < MAX_SEED):
        raise refuse(Code.OUT_OF_RANGE, f"a seed is a whole number below {MAX_SEED}", fix="use digits only")
    return int(text)


def first_time(clock: str) -> TimeNs:
    """Where a new home's clock starts: now, a given time, or 09:35 New York of the last session before now."""
    if clock == "wall":
        return wall_now()
    if clock:
        return _moment(clock, "wall, or ")
    calendar, now = load_calendar("US_EQ"), wall_now()
    days = calendar.days
    for number in range(min(calendar.day_index(now), len(days) - 1), -1, -1):
        opens = [s.start for s in days[number].segments if s.state is MarketSession.REGULAR]
        if opens and opens[0] + _OPEN_PLUS <= now:
            return TimeNs(opens[0] + _OPEN_PLUS)
    return now


def _moment(text: str, otherwise: str = "") -> TimeNs:
    try:
        return parse_time(text)
    except ValueError as error:
        fix = f"use {otherwise}a time like 2026-11-23T14:35:00Z"
        raise refuse(Code.NUMBER_FORMAT, str(error), fix=fix) from error


def _before_roll() -> TimeNs:
    """A quarter of an hour before the last end of a currency day before now."""
    calendar, now = load_calendar("FX_24_5"), wall_now()
    day = calendar.last_day_before(now)
    return TimeNs(day.segments[-1].end - _BEFORE_ROLL)


def _clock(kernel: Kernel, store: LedgerStore) -> Clock:
    if store.meta("clock") == "wall":
        return WallClock()
    return OwnClock(kernel.state.now, kernel.state.speed, paused=kernel.state.paused)
