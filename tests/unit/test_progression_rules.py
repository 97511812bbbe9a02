"""Rule files are read strictly: what is wrong is said in one line and nothing of the file is taken."""

from __future__ import annotations

import pytest

from engine.model.refusal import Refused
from engine.progression.deed import Deed
from engine.progression.rules import MOST_BYTES, OWN, Rules, conditions, join, read_own, read_rules

GOOD = b"""
[[mission]]
id = "three"
title = "Three trades"
about = "Place 3 trades"
family = "trade"
window = "daily"
event = "fill"
where = ["value >= 1000", "class in crypto|forex", "side = buy"]
count = "events"
target = "3"
xp = 5
vcr = "0"
guard = ["real_size"]

[[band]]
title = "Rookie"
level = 1
xp = 0
step = 100
"""


def with_(old: str, new: str) -> bytes:
    changed = GOOD.decode().replace(old, new)
    assert changed != GOOD.decode()
    return changed.encode()


def test_a_good_file_is_read() -> None:
    rules = read_rules(GOOD, "missions.toml")
    assert rules.mission[0].kinds == ("fill",)
    deed = Deed(1, 0, 0, "main", "fill", {"value": "1000.00", "class": "forex", "side": "buy"})
    assert all(one.holds(deed) for one in conditions(rules.mission[0]))
    assert not conditions(rules.mission[0])[0].holds(Deed(1, 0, 0, "main", "fill", {"value": "999.99"}))
    assert not conditions(rules.mission[0])[2].holds(Deed(1, 0, 0, "main", "fill"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (with_('event = "fill"', 'event = "filled"'), "no kind of deed"),
        (with_("value >= 1000", "worth >= 1000"), "has no field 'worth'"),
        (with_("value >= 1000", "value >= lots"), "no plain number"),
        (with_("value >= 1000", "value>=1000"), "FIELD SIGN VALUE"),
        (with_('target = "3"', 'target = "0"'), "above 0"),
        (with_('target = "3"', 'target = "1e3"'), "above 0"),
        (with_('window = "daily"', 'window = "hourly"'), "window is one of"),
        (with_('window = "daily"', 'window = "streak"'), "a streak has count"),
        (with_('count = "events"', 'count = "sum:worth"'), "which its deeds do not have"),
        (with_('count = "events"', 'count = "median:value"'), "is none of"),
        (with_('"real_size"', '"luck"'), "guard"),
        (with_('id = "three"', 'id = "Three"'), "is no id"),
        (with_("xp = 5", "xp = 5\nprize = 1"), "unknown field"),
        (with_("xp = 5", "xp = -5"), "xp is 0"),
        (with_("step = 100", "step = 0"), "needs a step"),
        (GOOD + GOOD.split(b"[[band]]")[0], "there twice"),
        (b"\xff", "decode"),
        (b"[" * 5000, ""),
        (b"#" * (MOST_BYTES + 1), "larger than"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read_rules(data, "missions.toml")
    refusal = caught.value.refusal
    assert said in refusal.cause and "\n" not in refusal.cause and len(refusal.cause) <= 240
    assert "missions.toml" in refusal.message


def test_needs_are_looked_up_when_books_are_joined() -> None:
    wanting = read_rules(with_("xp = 5", 'xp = 5\nneeds = ["first", "level:2"]'), "a")
    with pytest.raises(Refused):
        join([wanting], "a")
    first = read_rules(with_('id = "three"', 'id = "first"').split(b"[[band]]")[0], "b")
    assert len(join([wanting, first], "both").mission) == 2


def test_own_missions_are_goals_and_no_source_of_money() -> None:
    own = GOOD.split(b"[[band]]")[0]
    assert read_own(own, "missions.toml", Rules()).mission[0].family == OWN
    for old, new in ((b'vcr = "0"', b'vcr = "1"'), (b"xp = 5", b"xp = 11")):
        with pytest.raises(Refused):
            read_own(own.replace(old, new), "missions.toml", Rules())
    with pytest.raises(Refused):
        read_own(GOOD, "missions.toml", Rules())
    with pytest.raises(Refused):
        read_own(own, "missions.toml", read_rules(GOOD, "shipped"))
