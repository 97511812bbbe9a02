"""On a real desk's journal the deeds hold what the kernel holds, and name only fields that are documented."""

from __future__ import annotations

from engine.progression.deed import FIELDS
from engine.progression.deeds import Deeds
from engine.progression.tracker import Progress
from tests.progression_journal import RULES
from tests.traded_desk import TradedDesk


def test_a_random_desk_is_told_as_it_is() -> None:
    desk = TradedDesk(7)
    desk.live(80)
    instruments = {one.symbol: one for one in desk.kernel.catalogue.columns}
    deeds, progress = Deeds(instruments), Progress(RULES)
    told = [deed for entry in desk.entries for deed in deeds.take(entry)]
    notices = [notice for deed in told for notice in progress.take(deed)]
    for name, account in desk.kernel.state.accounts.items():
        held = {symbol: position.lots for symbol, position in account.positions.items()}
        assert deeds.memory.books[name].lots == held
    assert {deed.kind for deed in told} >= {"order_placed", "fill", "fill_kept", "trade_closed", "day_closed"}
    for deed in told:
        assert set(deed.data) <= set(FIELDS[deed.kind]), deed.kind
        assert all(deed.data.values())
    assert any(notice.id == "first-blood" for notice in notices)
