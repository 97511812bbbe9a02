"""All that progress remembers: one document, equal whichever cuts the journal was read in."""

from __future__ import annotations

import msgspec

from engine.progression.streaks import Streak
from engine.progression.windows import Days


class Measure(msgspec.Struct):
    """How far one rule is in `window`: `have` in millionths, the words of a distinct count, days in a row."""

    window: str = ""
    have: int = 0
    seen: list[str] = []
    streak: Streak = msgspec.field(default_factory=Streak)
    done: bool = False


class Claim(msgspec.Struct):
    """A mission that was completed: its reward, and when it was claimed (0: it can be)."""

    mission: str
    window: str
    family: str
    at: int
    xp: int
    vcr: str
    claimed_at: int = 0


class Person(msgspec.Struct):
    """One account. `claims` are by "mission@window", `badges` the time of their unlocking."""

    xp: int = 0
    days: Days = msgspec.field(default_factory=Days)
    streak: Streak = msgspec.field(default_factory=Streak)
    measures: dict[str, Measure] = {}
    completed: dict[str, int] = {}
    claims: dict[str, Claim] = {}
    badges: dict[str, int] = {}
    paid_day: int = -1
    paid: dict[str, int] = {}
    closed_day: int = -1


class State(msgspec.Struct):
    """Everybody, and the deed that was taken last."""

    seq: int = 0
    n: int = -1
    people: dict[str, Person] = {}


class Notice(msgspec.Struct, frozen=True):
    """What is told: mission.progress, mission.completed, mission.claimed, badge.unlocked, level.up, streak, lesson.
    (seq, n, i) names it for ever."""

    seq: int
    n: int
    i: int
    at: int
    account: str
    kind: str
    id: str
    title: str
    data: dict[str, str] = {}
