"""Deeds held against rules: how far each mission is, what was completed, claimed, unlocked and reached."""

from __future__ import annotations

import msgspec

from engine.model.number import to_text, trim
from engine.progression import guards
from engine.progression.conditions import Condition, all_hold, number
from engine.progression.deed import Deed
from engine.progression.levels import Level, level_of
from engine.progression.rules import Badge, Mission, Rule, Rules, conditions
from engine.progression.state import Claim, Measure, Notice, Person, State

ONE = 1_000_000
"""Counts are whole millionths."""
MOST = 2**62
_NOT_ACTIVE = frozenset({"day_closed", "contest_ended", "claimed", "reset", "fill_kept"})
"""Deeds that happen without anybody doing a thing: they keep no streak alive."""


class Progress:
    """Everybody's progress by one rule book. Feeding the same deed twice changes nothing."""

    def __init__(self, rules: Rules, state: bytes = b"") -> None:
        self.rules = rules
        self.state = msgspec.msgpack.decode(state, type=State) if state else State()
        self._by_kind: dict[str, list[tuple[Mission | Badge, tuple[Condition, ...]]]] = {}
        everything: tuple[Mission | Badge, ...] = (*rules.mission, *rules.badge)
        for rule in everything:
            for kind in guards.kinds(rule):
                self._by_kind.setdefault(kind, []).append((rule, conditions(rule)))
        self._lessons = [(lesson, conditions(lesson)) for lesson in rules.lesson]

    def snapshot(self) -> bytes:
        """The whole state as one msgpack document, equal for equal states."""
        return msgspec.msgpack.encode(self.state, order="deterministic")

    def take(self, deed: Deed) -> list[Notice]:
        """Count a deed, and say what came of it. One that was taken before, or is older, changes nothing."""
        if (deed.seq, deed.n) <= (self.state.seq, self.state.n):
            return []
        self.state.seq, self.state.n = deed.seq, deed.n
        person = self.state.people.setdefault(deed.account, Person())
        turn = _Turn(self.rules, person, deed)
        person.days.reach(deed.at, deed.lived, self.rules.guards.day_s)
        if deed.kind == "claimed":
            turn.claim()
        if deed.kind not in _NOT_ACTIVE and person.streak.count(person.days.day):
            turn.say("streak", "", "", {"days": str(person.streak.run), "best": str(person.streak.best)})
        for rule, where in self._by_kind.get(deed.kind, ()):
            turn.count(rule, where)
        if deed.kind == "day_closed":
            person.closed_day = max(person.closed_day, person.days.day)
        for lesson, where in self._lessons:
            if lesson.event == deed.kind and all_hold(where, deed):
                turn.say("lesson", lesson.id, lesson.title, {**deed.data})
        return turn.notices

    def level(self, account: str) -> Level:
        """An account's level."""
        return level_of(self.rules.band, self.state.people.get(account, Person()).xp)

    def claimable(self, account: str, mission: str) -> tuple[str, Claim] | None:
        """The oldest reward of a mission that was not claimed, with its reference; None where there is none."""
        claims = self.state.people.get(account, Person()).claims
        return next(((ref, one) for ref, one in claims.items() if one.mission == mission and not one.claimed_at), None)


class _Turn:
    """What one deed does to one person."""

    def __init__(self, rules: Rules, person: Person, deed: Deed) -> None:
        self.rules, self.person, self.deed = rules, person, deed
        self.notices: list[Notice] = []

    def say(self, kind: str, name: str, title: str, data: dict[str, str]) -> None:
        deed = self.deed
        number_ = len(self.notices)
        self.notices.append(Notice(deed.seq, deed.n, number_, deed.at, deed.account, kind, name, title, data))

    def count(self, rule: Mission | Badge, where: tuple[Condition, ...]) -> None:
        """Hold the deed against one rule."""
        person, deed = self.person, self.deed
        if not self._open(rule) or not guards.passes(rule, deed, self.rules.guards):
            return
        measure = self._measure(rule)
        if measure.done:
            return
        fits = all_hold(where, deed)
        if rule.count == "run" and not fits:
            measure.have, measure.seen = 0, []
            return
        if not fits or (deed.kind == "day_closed" and person.days.day <= person.closed_day):
            return
        before = measure.have
        _add(rule, measure, deed, person.days.day)
        goal = _millionths(rule.target)
        if measure.have >= goal:
            self._complete(rule, measure)
        elif measure.have != before and isinstance(rule, Mission):
            self.say("mission.progress", rule.id, rule.title, {"have": text(measure.have), "target": rule.target})

    def claim(self) -> None:
        """A completed mission's reward was given: its XP counts from now on."""
        ref = f"{self.deed.get('mission')}@{self.deed.get('window')}"
        claim = self.person.claims.get(ref)
        if claim is None or claim.claimed_at:
            return
        claim.claimed_at = self.deed.at
        self.say("mission.claimed", claim.mission, "", {"xp": str(claim.xp), "vcr": claim.vcr})
        self._earn(claim.xp)

    def _open(self, rule: Rule) -> bool:
        for need in rule.needs:
            if need.startswith("level:"):
                if level_of(self.rules.band, self.person.xp).level < int(need.removeprefix("level:")):
                    return False
            elif need not in self.person.completed:
                return False
        return True

    def _measure(self, rule: Mission | Badge) -> Measure:
        window = self.person.days.key(rule.window if isinstance(rule, Mission) else "once")
        measure = self.person.measures.get(rule.id)
        if measure is None or measure.window != window:
            measure = self.person.measures[rule.id] = Measure(window)
        return measure

    def _complete(self, rule: Mission | Badge, measure: Measure) -> None:
        person, deed = self.person, self.deed
        if isinstance(rule, Badge):
            measure.done = True
            if rule.id not in person.badges:
                person.badges[rule.id] = deed.at
                self.say("badge.unlocked", rule.id, rule.title, {"rarity": rule.rarity})
                self._earn(rule.xp)
            return
        if not self._may_pay(rule.family):
            return
        measure.done = True
        person.completed[rule.id] = person.completed.get(rule.id, 0) + 1
        ref = f"{rule.id}@{measure.window}"
        if ref not in person.claims:
            person.claims[ref] = Claim(rule.id, measure.window, rule.family, deed.at, rule.xp, rule.vcr)
            self.say("mission.completed", rule.id, rule.title, {"ref": ref, "xp": str(rule.xp), "vcr": rule.vcr})

    def _may_pay(self, family: str) -> bool:
        """One more of a family, unless today's are spent: then it is completed by a deed of another day."""
        person, book = self.person, self.rules.guards
        if person.paid_day != person.days.day:
            person.paid_day, person.paid = person.days.day, {}
        if person.paid.get(family, 0) >= book.cap.get(family, book.cap_all):
            return False
        person.paid[family] = person.paid.get(family, 0) + 1
        return True

    def _earn(self, xp: int) -> None:
        before = level_of(self.rules.band, self.person.xp)
        self.person.xp += xp
        after = level_of(self.rules.band, self.person.xp)
        if after.level > before.level:
            new = tuple(word for word in after.unlocks if word not in before.unlocks)
            self.say("level.up", str(after.level), after.title, {"xp": str(after.xp), "unlocks": "|".join(new)})


def _add(rule: Rule, measure: Measure, deed: Deed, day: int) -> None:
    """Count one fitting deed. Fills of one order are one event."""
    name, _, field = rule.count.partition(":")
    if name == "days":
        measure.streak.count(day)
        streak = isinstance(rule, Mission) and rule.window == "streak"
        measure.have = measure.streak.run * ONE if streak else _distinct(measure, str(day))
    elif name == "distinct":
        measure.have = _distinct(measure, deed.get(field)) if deed.get(field) else measure.have
    elif name in ("sum", "max"):
        value = _millionths(deed.get(field))
        measure.have = max(-MOST, min(MOST, measure.have + value if name == "sum" else max(measure.have, value)))
    elif deed.get("order"):
        measure.have = _distinct(measure, deed.get("order"))
    else:
        measure.have += ONE


def _distinct(measure: Measure, word: str) -> int:
    if word not in measure.seen:
        measure.seen = [*measure.seen, word]
    return len(measure.seen) * ONE


def _millionths(value: str) -> int:
    exact = number(value)
    return 0 if exact is None else int(exact * ONE)


def text(millionths: int) -> str:
    """A count as it is shown."""
    return trim(to_text(millionths, 6))
