"""kill -9 at named points, several a second: each life is a fork of a process that has everything imported."""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

import msgspec

from engine.bootstrap import audit_home
from tests.crash.life import Found, live
from tests.crash.points import AFTER, BEFORE, CONSUMER, INSIDE, POINTS, SNAPSHOT, Death

LIVES_OF_A_HOME = 20
_MOST_COUNT = {BEFORE: 40, INSIDE: 500, AFTER: 40, SNAPSHOT: 120, CONSUMER: 30}
"""How often a point may be passed before the kill; a commit has several statements, a snapshot several steps."""


class Figures(msgspec.Struct):
    """What killing came to. Money figures count audits, not Minor."""

    kills: int = 0
    escaped: int = 0
    acknowledged: int = 0
    missing: int = 0
    imbalance: int = 0
    nav_differences: int = 0
    audits_not_ok: int = 0
    doubles: int = 0
    effects_wrong: int = 0
    resent: int = 0
    ready_ms_median: float = 0.0
    ready_ms_max: float = 0.0
    seconds: float = 0.0
    by_point: dict[str, int] = {}
    why: list[str] = []

    @property
    def sound(self) -> bool:
        """Whether every promise held."""
        broken = self.missing + self.imbalance + self.nav_differences + self.audits_not_ok
        return not broken + self.doubles + self.effects_wrong


def run(kills: int, seed: int = 1, *, points: tuple[str, ...] = POINTS, mutant: bool = False) -> Figures:
    """Kill `kills` times, the points in turn, in homes of twenty lives each."""
    begun, chance, figures, ready = time.perf_counter(), Random(seed), Figures(), []
    with tempfile.TemporaryDirectory() as folder:
        done, lost = 0, set[str]()
        while done < kills:
            home = Path(folder) / f"home-{done}"
            lives = min(LIVES_OF_A_HOME, kills - done)
            for number in range(lives + 1):
                point = points[(done + number) % len(points)] if number < lives else ""
                count = chance.randrange(1, _MOST_COUNT[point] + 1) if point else 0
                found = _life(home, Death(point, count), chance.randrange(2**32), figures, mutant=mutant)
                lost.update(found.missing)
                if number:
                    ready.append(found.ready_ms)
            figures.acknowledged += found.acknowledged
            done += lives
    figures.missing = len(lost)
    figures.ready_ms_median = round(statistics.median(ready), 1)
    figures.ready_ms_max = round(max(ready), 1)
    figures.seconds = round(time.perf_counter() - begun, 1)
    return figures


def _life(home: Path, death: Death, seed: int, figures: Figures, *, mutant: bool) -> Found:
    """One life and its death; then the audit of what it left."""
    found, status = _fork(home, death, seed, mutant=mutant)
    figures.doubles += found.doubles
    figures.effects_wrong += found.effects_wrong
    figures.resent += found.unanswered
    figures.why += found.why
    if death.point:
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        figures.kills += killed
        figures.escaped += not killed
        figures.by_point[death.point] = figures.by_point.get(death.point, 0) + killed
    report = audit_home(home)
    figures.imbalance += report.imbalance != "0"
    figures.nav_differences += report.nav_stored != report.nav_recomputed
    figures.audits_not_ok += not report.ok
    figures.why += report.problems
    return found


def _fork(home: Path, death: Death, seed: int, *, mutant: bool) -> tuple[Found, int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.close(reader)
            live(home, death, seed, writer, mutant=mutant)
            code = 0
        except BaseException:  # noqa: BLE001 - a fork must not run the rest of its parent
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writer)
    with open(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError(f"a life of {home.name} ended by a fault of its own, said above")
    return (msgspec.json.decode(said, type=Found) if said else Found()), status
