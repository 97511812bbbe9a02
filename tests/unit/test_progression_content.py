"""The missions, badges, levels and lessons that come with the desk: complete, fair, and true to its documents."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from engine.progression.deed import FIELDS, Deed
from engine.progression.rules import Lesson, Mission, Rules, join, read_rules
from engine.progression.tracker import Progress

ROOT = Path(__file__).parents[2]
DATA = ROOT / "engine" / "progression" / "data"
FILES = ("missions.toml", "achievements.toml", "levels.toml", "lessons.toml")
TOPICS = {"technical analysis", "fundamental analysis", "risk management", "market mechanics", "options theory",
          "macroeconomics"}  # fmt: skip
HOUSE = {"Brainy Brian", "Index Ivan", "Compute Clara", "Quant Quinn", "Neural Nick", "GPT Guru Gina", "Signal Sid",
         "Algo Alice", "Oracle Olivia", "SMA Steve"}  # fmt: skip
NAMED_MISSIONS = {
    "Place 3 trades today": ("daily", "3"),
    "View the financials tab of any stock": ("daily", "1"),
    "Like or comment on 2 posts": ("daily", "2"),
    "Ask Copilot a question": ("daily", "1"),
    "Complete the daily quiz": ("daily", "1"),
    "Earn 100 points from trades": ("daily", "100"),
    "Add a watchlist item": ("daily", "1"),
    "+5% portfolio return this week": ("weekly", "5"),
    "Publish a trade idea post": ("weekly", "1"),
    "Complete 5 daily quizzes": ("weekly", "5"),
    "First 10 Trades": ("once", "10"),
}
NAMED_BADGES = {
    "First Blood": ("common", (), "1"),
    "Centurion": ("uncommon", (), "100"),
    "Diversified": ("uncommon", ("sectors >= 5", "leverage >= 0.05"), "1"),
    "Hot Streak": ("rare", ("won = yes",), "5"),
    "Diamond Hands": ("rare", ("held_days >= 30", "leverage >= 0.05"), "1"),
    "Whale": ("epic", ("nav >= 2000000",), "1"),
    "Market Maker": ("epic", (), "1000"),
    "Triple Crown": ("legendary", ("place = 1", "disqualified = no"), "3"),
    "Untouchable": ("legendary", ("sharpe > 2.0",), "90"),
}
OTHER_BADGES = {"7-Day Streak", "30-Day Streak", "100-Day Streak", "365-Day Streak", "First Trade", "100th Trade",
                "1000th Trade", "First Million VCR", "Gold", "Silver", "Bronze", "Participant", "Quiz Mastery",
                "Copilot Power User", "Community Contributor", "Trader", "Expert", "Master", "Legend"}  # fmt: skip
CURRICULUM = {"plan-first", "protect-first", "size-in-rule", "review-loss", "twap-saves", "open-auction", "hedge",
              "five-sectors", "low-leverage-7", "first-note"}  # fmt: skip
FIRST_HOUR = ("tour", "first-limit", "first-stop", "first-cost", "first-quiz")


def book() -> Rules:
    return join([read_rules((DATA / name).read_bytes(), name) for name in FILES], "the desk's own rules")


def mission(name: str) -> Mission:
    return next(one for one in book().mission if one.id == name)


def lines_of(lesson: Lesson) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lesson.todo.splitlines())


def test_there_is_enough_of_everything() -> None:
    rules = book()
    assert len(rules.mission) >= 60
    assert len(rules.badge) >= 40
    assert len(rules.lesson) >= 20
    assert {one.id for one in rules.mission} >= CURRICULUM
    assert {one.rarity for one in rules.badge} == {"common", "uncommon", "rare", "epic", "legendary"}
    assert sum(one.window == "streak" for one in rules.mission) >= 4


@pytest.mark.parametrize("title", NAMED_MISSIONS)
def test_named_missions_keep_name_window_and_threshold(title: str) -> None:
    (found,) = [one for one in book().mission if one.title == title]
    assert (found.window, found.target) == NAMED_MISSIONS[title]


def test_the_mission_of_three_sectors_asks_for_three() -> None:
    found = mission("week-sectors")
    assert (found.title, found.where) == ("Hold positions in 3 different sectors", ("sectors >= 3", "leverage >= 0.05"))


@pytest.mark.parametrize("title", NAMED_BADGES)
def test_named_badges_keep_rarity_and_criterion(title: str) -> None:
    (found,) = [one for one in book().badge if one.title == title]
    assert (found.rarity, found.where, found.target) == NAMED_BADGES[title]


def test_the_other_named_badges_are_there() -> None:
    titles = {one.title for one in book().badge}
    assert titles >= OTHER_BADGES
    assert {one.where[0] for one in book().badge if one.title.endswith("-Day Streak")} == {
        f"mission = trading-streak-{days}" for days in (7, 30, 100, 365)
    }


def test_levels_have_the_bands_and_open_company_and_looks_only() -> None:
    bands = book().band
    assert [(one.title, one.level, one.xp) for one in bands] == [
        ("Rookie", 1, 0), ("Trader", 6, 500), ("Expert", 16, 3_000), ("Master", 31, 10_000), ("Legend", 51, 30_000),
    ]  # fmt: skip
    free = {path.stem for path in (ROOT / "themes" / "palettes").glob("*.toml")}
    assert free
    met = set()
    for unlock in (one for band in bands for one in band.unlocks):
        kind, _, name = unlock.partition(":")
        assert kind in {"contest", "house", "frame", "theme"}, unlock
        assert kind != "theme" or name not in free, f"{name} is everybody's already"
        met |= {name} if kind == "house" else set()
    assert met == HOUSE


def test_the_first_hour_reaches_level_two() -> None:
    band, after = book().band[:2]
    level_two = -(-after.xp // (after.level - band.level))
    assert sum(mission(name).xp for name in FIRST_HOUR) >= level_two
    assert all(not mission(name).needs and mission(name).target == "1" for name in FIRST_HOUR)


def test_the_deeds_of_a_first_hour_lead_to_level_two_once_claimed() -> None:
    progress = Progress(book())
    trade = {"symbol": "AAPL", "value": "5000", "nav_ppm": "5000", "order": "o1", "order_type": "limit"}
    deeds = [("viewed", {"subject": "tour"}), ("fill_kept", trade), ("order_protected", {"symbol": "AAPL"}),
             ("viewed", {"subject": "fill-cost"}), ("quiz_done", {"topic": "options theory", "pct": "20"}),
             *(("claimed", {"mission": name}) for name in FIRST_HOUR)]  # fmt: skip
    for seq, (kind, data) in enumerate(deeds, 1):
        assert kind != "claimed" or seq > len(FIRST_HOUR) + 1 or progress.level("main").level == 1
        progress.take(Deed(seq, 0, seq, "main", kind, data))
    assert progress.level("main").level == 2


def test_nothing_pays_for_trading_often() -> None:
    trades = {"fill", "trade_closed", "order_placed"}
    rules = book()
    for one in rules.mission:
        if trades & set(one.kinds) and one.window in ("daily", "weekly"):
            assert one.count.startswith("sum:") or int(one.target) <= 3, one.id
        if trades & set(one.kinds):
            assert "real_size" in one.guard, one.id
        if {"fill", "trade_closed"} & set(one.kinds):
            assert {"not_wash", "not_self"} <= set(one.guard), one.id
        assert one.window != "streak" or not trades & set(one.kinds), one.id
        assert "order_placed" not in one.kinds, f"{one.id}: such a deed says no size, so no guard can hold"
    for badge in rules.badge:
        if trades & set(badge.kinds):
            assert "real_size" in badge.guard, badge.id
            assert badge.xp == 0 or badge.where or badge.count != "events", badge.id
    assert rules.guards.cap["trading"] <= 3


def test_most_xp_is_for_process() -> None:
    activity = {"trading", "community", "growth"}
    missions = book().mission
    mere = sum(one.xp for one in missions if one.family in activity)
    assert mere * 10 <= sum(one.xp for one in missions)
    assert all(one.xp <= 10 for one in missions if one.family in activity and one.window == "daily")


def test_every_mission_teaches_something_in_plain_words() -> None:
    for one in book().mission:
        assert one.about.endswith(".") and one.why.endswith("."), one.id
    for name in FILES:
        text = (DATA / name).read_text(encoding="utf-8")
        assert text.isascii(), name
        assert not re.search(r"!(?!=)|amazing|awesome|crush|unleash", text), name


def test_lessons_name_fields_a_topic_and_a_mission_that_are_there() -> None:
    known = {one.id for one in book().mission}
    for lesson in book().lesson:
        for field in re.findall(r"\{(\w+)\}", lesson.text + lesson.todo):
            assert field in FIELDS[lesson.event], (lesson.id, field)
        lines = lines_of(lesson)
        assert list(lines) == ["Do", "Quiz", "Mission"], lesson.id
        assert lines["Quiz"].rstrip(".") in TOPICS, lesson.id
        assert lines["Mission"].rstrip(".") in known, lesson.id
        assert lesson.where, lesson.id
    assert {lines_of(one)["Quiz"].rstrip(".") for one in book().lesson} == TOPICS


def test_lessons_use_commands_and_flags_of_the_desk() -> None:
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"vterm ([a-z-]+)", documented))
    for lesson in book().lesson:
        quoted = re.findall(r"`([^`]+)`", lines_of(lesson)["Do"])
        said = [one.split() for one in quoted if one.startswith("vterm ")]
        assert said, lesson.id
        for words in said:
            assert words[1] in commands, (lesson.id, words[1])
        for flag in re.findall(r"--[a-z-]+", lines_of(lesson)["Do"]):
            lines = [one for one in documented.splitlines() if re.search(rf"{flag}\b", one)]
            assert any(f"vterm {words[1]}" in line for words in said for line in lines), (lesson.id, flag)


def test_the_document_has_every_row_of_the_data() -> None:
    shown = (ROOT / "docs" / "missions.md").read_text(encoding="utf-8")
    rules = book()
    rows = [
        *(f"| {one.id} | {one.title} | {one.window} | {one.family} | {', '.join(one.kinds)}: {one.count} "
          f"| {one.target} | {one.xp} | {one.vcr} |" for one in rules.mission),
        *(f"| {one.id} | {one.title} | {one.rarity} | {one.about} |" for one in rules.badge),
        *(f"| {one.level} | {one.title} | {one.xp} | {', '.join(one.unlocks)} |" for one in rules.band),
        *(f"| {one.id} | {one.title} | {one.event}: {'; '.join(one.where)} | {lines_of(one)['Mission'].rstrip('.')} |"
          for one in rules.lesson),
    ]  # fmt: skip
    listed = [line.replace("\\|", "|") for line in shown.splitlines() if line.startswith("| ") and "| id |" not in line]
    assert [line for line in listed if not line.startswith("| from level")] == rows


def test_each_file_is_toml_of_its_own_kind() -> None:
    for name, table in zip(FILES, ("mission", "badge", "band", "lesson"), strict=True):
        assert table in tomllib.loads((DATA / name).read_text(encoding="utf-8"))
