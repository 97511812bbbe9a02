"""No trick earns anything: each is tried, beside the honest trade that does."""

from __future__ import annotations

from tests.progression_journal import CASH, Journal


def test_honest_trades_complete_a_mission() -> None:
    journal = Journal()
    for symbol in ("AAPL", "MSFT", "NVDA"):
        journal.fill(1, symbol=symbol)
        journal.wait(5)
    assert journal.completed() == []
    journal.wait(61)
    assert journal.completed() == ["three"]


def test_wash_trades_earn_nothing() -> None:
    journal = Journal()
    for _ in range(20):
        journal.fill(1)
        journal.wait(10)
        journal.fill(-1, realised=-1)
        journal.wait(70)
    assert journal.completed() == []
    assert all(deed.get("wash") == "yes" for deed in journal.kinds("trade_closed"))


def test_round_trips_on_one_tick_earn_nothing_and_a_real_profit_does() -> None:
    journal = Journal()
    for _ in range(4):
        journal.fill(1, price=10_000)
        journal.fill(-1, price=10_001, realised=1)
    journal.wait(100)
    assert journal.completed() == []
    for _ in range(2):
        journal.fill(1, price=10_000)
        journal.wait(30)
        journal.fill(-1, price=10_100, realised=100)
    assert "close" in journal.completed()


def test_closing_nearly_all_of_a_wash_earns_nothing() -> None:
    journal = Journal()
    for _ in range(10):
        journal.fill(1, 10_000)
        journal.fill(-1, 9_999)
    journal.wait(100)
    assert journal.completed() == []


def test_self_matching_earns_nothing() -> None:
    journal = Journal()
    journal.say("open_account", account="other", cash=CASH)
    for symbol in ("A", "B", "C", "D"):
        journal.fill(1, symbol=symbol)
        journal.fill(-1, symbol=symbol, account="other")
        journal.wait(100)
    assert journal.completed() == []
    assert [deed.get("self_match") for deed in journal.kinds("fill")] == ["no", "yes"] * 4


def test_a_profit_on_what_was_traded_with_oneself_earns_nothing() -> None:
    journal = Journal()
    journal.say("open_account", account="other", cash=CASH)
    for symbol in ("A", "B", "C"):
        journal.fill(1, symbol=symbol)
        journal.fill(-1, symbol=symbol, account="other")
        journal.wait(100)
        journal.fill(-1, symbol=symbol, price=11_000, realised=1_000)
        journal.wait(100)
    assert [deed.get("self_match") for deed in journal.kinds("trade_closed")] == ["yes"] * 3
    assert "close" not in journal.completed()


def test_micro_lots_earn_nothing() -> None:
    journal = Journal()
    for number in range(50):
        journal.fill(1, 999, symbol=f"S{number}")
    journal.wait(100)
    assert journal.completed() == []
    assert not any(notice.kind == "badge.unlocked" for notice in journal.notices)


def test_many_fills_of_one_order_are_one_trade() -> None:
    journal = Journal()
    for _ in range(10):
        journal.fill(1, 5_000, order="o-one")
    journal.wait(100)
    assert journal.completed() == []


def test_a_reset_gives_nothing_a_second_time() -> None:
    journal = Journal()
    for _ in range(5):
        journal.say("note", account="main", activity="planned", subject="AAPL", text="why")
        for symbol in ("A", "B", "C"):
            journal.fill(1, symbol=symbol)
        journal.wait(100)
        journal.say("reset_account", account="main", cash=CASH)
    assert sorted(journal.completed()) == ["first", "three"]
    assert len(journal.kinds("reset")) == 5


def test_jumps_open_no_days_and_no_streak() -> None:
    journal = Journal()
    for _ in range(6):
        journal.say("note", account="main", activity="asked", subject="x", text="y")
        for symbol in ("A", "B", "C"):
            journal.fill(1, symbol=symbol)
        journal.wait(70)
        journal.jump(1)
    assert journal.completed() == ["three"]
    assert journal.progress.state.people["main"].streak.best == 1


def ask(journal: Journal) -> None:
    journal.say("note", account="main", activity="asked", subject="x", text="y")


def test_lived_days_make_a_streak() -> None:
    journal = Journal()
    for _ in range(3):
        ask(journal)
        ask(journal)
        journal.wait(86_400)
    assert journal.completed() == ["streak-3"]
    assert journal.progress.state.people["main"].streak.best == 3


def test_a_missed_weekday_ends_a_streak_and_a_weekend_does_not() -> None:
    journal = Journal()
    for days in (1, 2, 1, 3, 0):
        ask(journal)
        journal.wait(days * 86_400)
    # Monday, Tuesday, then Thursday, Friday and the Monday after.
    assert journal.completed() == ["streak-3"]
    assert [notice.data["days"] for notice in journal.notices if notice.kind == "streak"] == ["1", "2", "1", "2", "3"]


def test_a_clock_that_goes_back_counts_nothing_anew() -> None:
    journal = Journal()
    for _ in range(4):
        for symbol in ("A", "B", "C"):
            journal.fill(1, symbol=symbol)
        journal.wait(70)
        journal.at -= 86_400 * 10**9
    assert journal.completed().count("three") <= 1


def test_speed_makes_no_days() -> None:
    journal = Journal()
    journal.say("set_clock", speed=3600, paused=False, step_ns=10**9)
    for _ in range(6):
        journal.say("note", account="main", activity="asked", subject="x", text="y")
        journal.wait(86_400)
    assert "streak-3" not in journal.completed()


def test_days_that_were_jumped_over_make_no_run() -> None:
    journal = Journal()
    journal.say("set_clock", speed=1, paused=False, step_ns=60 * 10**9)
    for _ in range(5):
        journal.midnight()
    assert len(journal.kinds("day_closed")) == 5
    assert not any(notice.id == "calm" for notice in journal.notices)


def test_three_lived_days_make_a_run_and_a_bad_one_ends_it() -> None:
    journal = Journal()
    for gross in (0, 0, 2 * CASH, 0, 0):
        journal.midnight(gross=gross)
    assert not any(notice.id == "calm" for notice in journal.notices)
    journal.midnight()
    assert [notice.id for notice in journal.notices if notice.kind == "badge.unlocked"] == ["calm"]


def test_a_reward_counts_once_however_often_it_is_claimed() -> None:
    journal = Journal()
    journal.say("note", account="main", activity="planned", subject="AAPL", text="why")
    found = journal.progress.claimable("main", "first")
    assert found is not None and (found[0], found[1].vcr) == ("first@", "200")
    for _ in range(3):
        journal.say("reward", account="main", ref="first@", amount=1)
    assert journal.progress.state.people["main"].xp == 100
    assert (journal.progress.level("main").level, journal.progress.level("main").next_xp) == (2, 200)
    assert [notice.kind for notice in journal.notices].count("level.up") == 1
    assert journal.progress.claimable("main", "first") is None
