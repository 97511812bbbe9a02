"""The rules as data: missions, badges, bands of levels, lessons and the numbers of the guards, strictly read.

A file is TOML with the tables [[mission]], [[badge]], [[band]], [[lesson]] and [guards]; docs/progression.md tells
their fields. A word too many, a kind of deed that does not exist or a number that is none refuses the whole file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from itertools import pairwise

import msgspec

from engine.model.refusal import Code, Refused, refuse
from engine.progression.conditions import Condition, number, parse
from engine.progression.deed import FIELDS

MOST_BYTES = 64 * 1024
WINDOWS = ("daily", "weekly", "once", "streak")
RARITIES = ("common", "uncommon", "rare", "epic", "legendary")
COUNTS = ("events", "days", "run")
COUNTS_OF = ("distinct", "sum", "max")
GUARDS = ("real_size", "not_wash", "not_self")
OWN, OWN_XP = "own", 10
"""The family of missions that a user added, and the most XP that one of them gives. They give no VCR."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\Z", re.ASCII)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What missions and badges share. `event` names kinds of deeds, `where` conditions that must all hold.

    `count` is what is counted towards `target`: events; days (UTC) with one; run (in a row: a deed of the kind that
    passes the guards and does not fit the conditions begins anew); distinct:FIELD; sum:FIELD; max:FIELD. `needs` are
    ids of missions that were completed before, or level:N. `vcr` is decimal text.
    """

    id: str
    title: str
    about: str
    event: str | tuple[str, ...]
    where: tuple[str, ...] = ()
    count: str = "events"
    target: str = "1"
    xp: int = 0
    vcr: str = "0"
    guard: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    why: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of deeds that it looks at."""
        return (self.event,) if isinstance(self.event, str) else self.event


class Mission(Rule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Counted anew in every window: daily from 00:00 UTC, weekly from Monday; once; or a streak of `target` days."""

    family: str
    window: str = "once"


class Badge(Rule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Unlocked once and kept for ever."""

    rarity: str = "common"


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Levels of one title: its first level, the whole XP at which that begins, and what it opens. `step` is the XP of
    one level in the last band; in the others the way to the next band is divided evenly."""

    title: str
    level: int
    xp: int
    unlocks: tuple[str, ...] = ()
    step: int = 0


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a deed of the user's own teaches. `{field}` in `text` and `todo` stands for the deed's data."""

    id: str
    title: str
    event: str
    text: str
    where: tuple[str, ...] = ()
    todo: str = ""


class Guards(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A real size is worth `least_ppm` millionths of NAV and `least_value` VCR. A round trip within `wash_s` seconds
    is a wash where it won or lost less than its spread or one tick. A new day of missions begins only after the desk's
    clock ran for `day_s` real seconds in the one before, and a week after five times that: jumps and speed earn no
    days. `cap` is by family how many missions a day pay; `cap_all` holds for families without a word of their own."""

    least_ppm: int = 1_000
    least_value: str = "1000"
    wash_s: int = 60
    day_s: int = 600
    cap_all: int = 10
    cap: dict[str, int] = {}


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule book, of one file or of several joined."""

    mission: tuple[Mission, ...] = ()
    badge: tuple[Badge, ...] = ()
    band: tuple[Band, ...] = ()
    lesson: tuple[Lesson, ...] = ()
    guards: Guards = Guards()


def read_rules(data: bytes, name: str) -> Rules:
    """The rules of one file, called `name` where it is refused. Raises Refused in one line."""
    if len(data) > MOST_BYTES:
        raise _bad(name, f"it is larger than {MOST_BYTES} bytes")
    try:
        rules = msgspec.convert(tomllib.loads(data.decode("utf-8")), Rules)
        _check(rules)
    except (ValueError, RecursionError) as error:
        raise _bad(name, " ".join(str(error).split())[:200]) from None
    return rules


def read_own(data: bytes, name: str, known: Rules) -> Rules:
    """Missions that a user added, made to the family OWN: they give at most OWN_XP and no VCR."""
    rules = read_rules(data, name)
    if rules.badge or rules.band or rules.lesson or rules.guards != Guards():
        raise _bad(name, "only [[mission]] can be added")
    for mission in rules.mission:
        if mission.xp > OWN_XP or number(mission.vcr) != 0:
            raise _bad(name, f"mission {mission.id}: an own mission gives at most {OWN_XP} XP and no VCR")
    own = tuple(msgspec.structs.replace(mission, family=OWN) for mission in rules.mission)
    joined = join([known, Rules(mission=own)], name)
    return msgspec.structs.replace(joined, guards=known.guards)


def join(parts: Iterable[Rules], name: str) -> Rules:
    """Several books as one; the guards are those of the last book that says something of them."""
    books = tuple(parts)
    rules = Rules(
        mission=tuple(one for book in books for one in book.mission),
        badge=tuple(one for book in books for one in book.badge),
        band=tuple(one for book in books for one in book.band),
        lesson=tuple(one for book in books for one in book.lesson),
        guards=next((book.guards for book in reversed(books) if book.guards != Guards()), Guards()),
    )
    try:
        _check_ids(rules)
        _check_needs(rules)
    except ValueError as error:
        raise _bad(name, str(error)) from None
    return rules


def conditions(rule: Rule | Lesson) -> tuple[Condition, ...]:
    """A rule's conditions, ready to be asked."""
    return tuple(parse(line) for line in rule.where)


def _bad(name: str, cause: str) -> Refused:
    return refuse(
        Code.INCONSISTENT_FIELDS, f"{name} holds no valid rules", cause=cause, fix=f"mend {name}, or remove it"
    )


def _check(rules: Rules) -> None:
    _check_ids(rules)
    for rule in (*rules.mission, *rules.badge):
        try:
            _check_rule(rule)
        except ValueError as error:
            raise ValueError(f"{rule.id}: {error}") from None
    for lesson in rules.lesson:
        _check_fields(lesson, (lesson.event,))
    _check_bands(rules.band)
    guards = rules.guards
    if min(guards.least_ppm, guards.wash_s, guards.cap_all, guards.day_s, *guards.cap.values(), 0) < 0:
        raise ValueError("guards: no number may be below 0")
    if number(guards.least_value) is None:
        raise ValueError("guards: least_value is no plain number")


def _check_ids(rules: Rules) -> None:
    seen: set[str] = set()
    everything: tuple[Rule | Lesson, ...] = (*rules.mission, *rules.badge, *rules.lesson)
    for name in (one.id for one in everything):
        if not _ID.match(name):
            raise ValueError(f"{name[:48]!r} is no id: small letters, digits and -, at most 48")
        if name in seen:
            raise ValueError(f"{name} is there twice")
        seen.add(name)


def _check_needs(rules: Rules) -> None:
    known = {mission.id for mission in rules.mission}
    for rule in (*rules.mission, *rules.badge):
        for need in rule.needs:
            level = need.removeprefix("level:")
            if not (level.isdecimal() if level != need else need in known):
                raise ValueError(f"{rule.id} needs {need[:48]!r}, which is neither a mission nor level:N")


def _check_rule(rule: Rule) -> None:
    if not 1 <= len(rule.title) <= 60 or len(rule.about) > 200 or len(rule.why) > 200:
        raise ValueError("a title has 1 to 60 characters, about and why at most 200")
    _check_fields(rule, rule.kinds)
    name, _, field = rule.count.partition(":")
    if (name not in COUNTS_OF or not field) if ":" in rule.count else name not in COUNTS:
        raise ValueError(f"count {rule.count[:40]!r} is none of {', '.join(COUNTS)}, distinct:, sum: or max:FIELD")
    if field and any(field not in FIELDS[kind] for kind in rule.kinds):
        raise ValueError(f"count names {field[:40]!r}, which its deeds do not have")
    target, vcr = number(rule.target), number(rule.vcr)
    if target is None or not 0 < target <= 10**12:
        raise ValueError(f"target {rule.target[:40]!r} is no plain number above 0")
    if vcr is None or not 0 <= vcr <= 1_000_000 or not 0 <= rule.xp <= 100_000:
        raise ValueError("xp is 0 to 100000, vcr 0 to 1000000")
    if unknown := [word for word in rule.guard if word not in GUARDS]:
        raise ValueError(f"guard {unknown[0][:40]!r} is none of {', '.join(GUARDS)}")
    if isinstance(rule, Mission) and (rule.window not in WINDOWS or not _ID.match(rule.family)):
        raise ValueError(f"window is one of {', '.join(WINDOWS)}, family a word")
    if isinstance(rule, Mission) and rule.window == "streak" and rule.count != "days":
        raise ValueError('a streak has count = "days"')
    if isinstance(rule, Badge) and rule.rarity not in RARITIES:
        raise ValueError(f"rarity is one of {', '.join(RARITIES)}")


def _check_fields(rule: Rule | Lesson, kinds: tuple[str, ...]) -> None:
    if not kinds or any(kind not in FIELDS for kind in kinds):
        raise ValueError(f"event {', '.join(kinds)[:60]!r} is no kind of deed")
    for condition in conditions(rule):
        if any(condition.field not in FIELDS[kind] for kind in kinds):
            raise ValueError(f"{', '.join(kinds)} has no field {condition.field[:40]!r}")


def _check_bands(bands: tuple[Band, ...]) -> None:
    for before, after in pairwise(bands):
        if after.level <= before.level or after.xp <= before.xp:
            raise ValueError(f"band {after.title[:40]} must begin above {before.title[:40]}")
    if bands and (bands[0].level, bands[0].xp) != (1, 0):
        raise ValueError("the first band begins at level 1 with 0 XP")
    if bands and bands[-1].step < 1:
        raise ValueError("the last band needs a step: the XP of one level")
