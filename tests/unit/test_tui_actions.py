"""The one table of keys: no duplicates, nothing that steals text, every action can be done."""

from __future__ import annotations

from collections import Counter

import pytest

from vterm import actions
from vterm.keymap import DEFAULT
from vterm.panes.ticket_form import DIGITS
from vterm.screens.main import MainScreen

ACTIVITY = ("blotter", "fills", "algos", "told_alerts", "journal", "seek")
MARKETS = ("markets", "movers", "breadth", "sectors", "hours", "screener")
CONTEXTS = ("desk", *actions.PANES, *actions.PORTFOLIO, *MARKETS, *ACTIVITY)


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_key_means_one_thing_in_a_context(context: str) -> None:
    rows = [a for a in actions.ACTIONS if a.context == context]
    counts = Counter(key for action in rows for key in action.keys)
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("context", [*actions.PANES, *actions.PORTFOLIO, *MARKETS, *ACTIVITY])
def test_no_pane_takes_a_key_that_works_everywhere(context: str) -> None:
    everywhere = {key for a in actions.ACTIONS if a.context == "desk" for key in a.keys}
    own = {key for a in actions.ACTIONS if a.context == context for key in a.keys}
    assert own & everywhere == set()


def test_the_ticket_types_digits_and_its_own_keys_are_no_digits() -> None:
    own = {key for a in actions.ACTIONS if a.context == "ticket" for key in a.keys}
    assert not own & set(DIGITS)


def test_screen_verbs_leave_the_trading_letters_alone() -> None:
    screens = [a for a in actions.ACTIONS if a.name.startswith("screen_")]
    assert [a.keys for a in screens] == [(str(n),) for n in range(1, 9)]


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_footer_teaches_at_most_ten(context: str) -> None:
    assert 0 < len(DEFAULT.footer(context)) <= 10


def test_every_action_has_words_and_somebody_who_does_it() -> None:
    from vterm.panes.activity_alerts import AlertsPane
    from vterm.panes.activity_fills import FillsPane
    from vterm.panes.activity_journal import JournalPane
    from vterm.panes.activity_orders import BlotterPane
    from vterm.panes.activity_seek import SeekPane
    from vterm.panes.algos import AlgosPane
    from vterm.panes.allocation import AllocationPane
    from vterm.panes.attribution import AttributionPane
    from vterm.panes.breadth import BreadthPane
    from vterm.panes.calendar_heat import CalendarPane
    from vterm.panes.chart import ChartPane
    from vterm.panes.chat_pane import ChatPane
    from vterm.panes.chat_prompt import PromptPane
    from vterm.panes.chat_talks import TalksPane
    from vterm.panes.context import GivenPane
    from vterm.panes.copilot_checks import ChecksPane
    from vterm.panes.correlation import TogetherPane
    from vterm.panes.equity import EquityPane
    from vterm.panes.exposure import ExposurePane
    from vterm.panes.heat import HeatPane
    from vterm.panes.holdings import HoldingsPane
    from vterm.panes.hours import HoursPane
    from vterm.panes.ladder import LadderPane
    from vterm.panes.market_list import MarketsPane
    from vterm.panes.missions_pane import ClassesPane, DeedsPane, PaidPane, ResultsPane
    from vterm.panes.movers import MoversPane
    from vterm.panes.orders import OrdersPane
    from vterm.panes.positions import PositionsPane
    from vterm.panes.progress_milestones import MilestonesPane
    from vterm.panes.research_peers import PeersPane
    from vterm.panes.research_whatif import SupposedPane
    from vterm.panes.screener import ScreenerPane
    from vterm.panes.study_costs import CostsPane
    from vterm.panes.study_facts import StudyPane
    from vterm.panes.study_moves import MovesPane
    from vterm.panes.study_readings import ReadingsPane
    from vterm.panes.tape import TapePane
    from vterm.panes.ticket import TicketPane
    from vterm.panes.watch import WatchPane
    from vterm.screens.settings import SettingsPage

    panes = (WatchPane, LadderPane, ChartPane, TapePane, TicketPane, OrdersPane, PositionsPane, MarketsPane,
             MoversPane, BreadthPane, HeatPane, HoursPane, ScreenerPane, HoldingsPane, EquityPane, AllocationPane,
             ExposurePane, AttributionPane, CalendarPane, BlotterPane, FillsPane, AlgosPane, AlertsPane, JournalPane,
             SeekPane)  # fmt: skip
    pages = {"settings": SettingsPage}
    research = (PeersPane, StudyPane, MovesPane, ReadingsPane, CostsPane, TogetherPane, SupposedPane, MilestonesPane,
                DeedsPane, ResultsPane, PaidPane, ClassesPane, ChatPane, PromptPane, TalksPane, GivenPane,
                ChecksPane)  # fmt: skip
    owners = {pane.CONTEXT: pane for pane in (*panes, *research)} | {"desk": MainScreen} | pages
    for action in actions.ACTIONS:
        assert action.help
        if not action.name.startswith("screen_"):
            owner = owners[action.context]
            assert hasattr(owner, f"do_{action.name}") or hasattr(MainScreen, f"do_{action.name}"), action.name
