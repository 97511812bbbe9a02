"""Layouts and the screen: read one off it, and bring one back.

What belongs to a pane is asked of that pane's choice, and a choice takes only what it knows: a layout of another
version, or of a market with other instruments, brings back the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vterm.layouts import MOST_GROUPS, Plain, SavedLayout

if TYPE_CHECKING:
    from vterm.screens.main import MainScreen
    from vterm.state import DeskState

_MARKETS = ("kind", "sector", "search", "where", "sort")
_PORTFOLIO = ("window", "slices", "heads", "lower", "tab")
_ACTIVITY = ("state", "side", "symbol", "search", "order_sort", "fill_sort", "tab")


# -- reading it off -----------------------------------------------------------------------------------------------


def taken(screen: MainScreen, *, ticket: bool = False) -> SavedLayout:
    """The layout that is on the screen; `ticket`: with what is typed there."""
    state, arrangement, ladder = screen.state, screen.arrangement, screen.desk.ladder
    context = screen.context
    groups = dict(list(ladder.groups.items())[-MOST_GROUPS:])
    raw: Plain = {
        "screen": screen.number, "tab": arrangement.tab, "lower": arrangement.lower, "zoom": arrangement.zoom,
        "pane": context if context in screen.desk.panes else "ladder", "symbol": state.symbol, "every": state.every,
        "ladder": {"cumulative": ladder.cumulative, "groups": groups},
    }  # fmt: skip
    if state.chart_choice is not None:
        raw["chart"] = state.chart_choice.to_dict()
    if state.market_choice is not None:
        raw["markets"] = {name: getattr(state.market_choice, name) for name in _MARKETS}
        if screen.number == 3:
            raw["markets"]["tab"] = getattr(screen.page, "tab", "List")
    if state.portfolio_choice is not None:
        raw["portfolio"] = {name: getattr(state.portfolio_choice, name) for name in _PORTFOLIO}
    if state.activity_choice is not None:
        raw["activity"] = {name: getattr(state.activity_choice, name) for name in _ACTIVITY}
    if ticket:
        raw["ticket"] = _typed(screen)
    return SavedLayout.fitting(raw)


def _typed(screen: MainScreen) -> Plain:
    """The ticket, where somebody began one."""
    form = screen.desk.ticket.form
    if not form.text["quantity"].text and not form.rule:
        return {}
    texts = {name: edit.text for name, edit in form.text.items() if edit.text}
    return {"symbol": form.symbol, "at": form.at, "choices": dict(form.choice), "flags": dict(form.flag),
            "texts": texts}  # fmt: skip


# -- bringing it back ---------------------------------------------------------------------------------------------


def choose_all(state: DeskState, saved: SavedLayout) -> None:
    """The choices of all screens, for when they are next painted."""
    from vterm.panes.chart_choice import ChartChoice

    state.every = saved.every
    if saved.chart:
        state.chart_choice = ChartChoice.from_dict(saved.chart)
    if saved.markets:
        _choose_markets(state, saved.markets)
    if saved.portfolio:
        _choose_portfolio(state, saved.portfolio)
    if saved.activity:
        _choose_activity(state, saved.activity)


def _choose_markets(state: DeskState, plain: Plain) -> None:
    from vterm.market_choice import KINDS, SORTS, MarketChoice

    choice = state.market_choice = state.market_choice or MarketChoice()
    choice.kind = plain["kind"] if plain.get("kind") in KINDS else ""
    choice.sector, choice.search = str(plain.get("sector", "")), str(plain.get("search", ""))
    sort = str(plain.get("sort", ""))
    choice.sort = sort if sort.removeprefix("-") in SORTS else "class"
    choice.screen(str(plain.get("where", "")))
    if choice.error:
        choice.screen("")


def _choose_portfolio(state: DeskState, plain: Plain) -> None:
    from vterm.portfolio_choice import HEADS, SLICES, WINDOWS, PortfolioChoice
    from vterm.screens.portfolio import TABS

    choice = state.portfolio_choice = state.portfolio_choice or PortfolioChoice()
    known = {"window": WINDOWS, "slices": SLICES, "heads": HEADS, "lower": ("holdings", "risk"), "tab": TABS}
    for name, words in known.items():
        if plain.get(name) in words:
            setattr(choice, name, plain[name])


def _choose_activity(state: DeskState, plain: Plain) -> None:
    from vterm.panes import activity_choice as activity
    from vterm.screens.activity import TABS

    choice = activity.choice_of(state)
    known = {"state": activity.STATES, "side": activity.SIDES, "tab": TABS}
    for name, words in known.items():
        if plain.get(name) in words:
            setattr(choice, name, plain[name])
    choice.symbol, choice.search = str(plain.get("symbol", "")), str(plain.get("search", ""))
    for name, columns in (("order_sort", activity.ORDER_SORTS), ("fill_sort", activity.FILL_SORTS)):
        if str(plain.get(name, "")).removeprefix("-") in columns:
            setattr(choice, name, plain[name])


def put(screen: MainScreen, saved: SavedLayout, *, first: bool = False) -> None:
    """Bring a layout back. `first`: at the start, before the desk has an instrument."""
    state = screen.state
    period = state.every
    choose_all(state, saved)
    _group(screen, saved)
    if not first:
        if saved.symbol in state.instruments:
            screen.choose(saved.symbol)
        if period != saved.every:
            screen.errands.run(screen.bridge.period(saved.every))
    if screen.number != 1:
        screen.open_screen(1)
    screen._arrange(saved.arranged(screen.arrangement))
    pane = saved.pane if saved.pane in screen.arrangement.panes else screen.arrangement.panes[0]
    screen.set_focus(screen.desk.panes[pane])
    if saved.screen != 1:
        screen.open_screen(saved.screen)
        _tab(screen.page, saved)
    screen.call_after_refresh(screen.repaint_all)


def _tab(page: Any, saved: SavedLayout) -> None:
    from vterm.screens.markets import TABS, MarketsView

    if isinstance(page, MarketsView) and saved.markets.get("tab") in TABS:
        page.tab = saved.markets["tab"]
        if page.is_mounted:
            page.obey()


def _group(screen: MainScreen, saved: SavedLayout) -> None:
    ladder = screen.desk.ladder
    ladder.cumulative = bool(saved.ladder.get("cumulative", True))
    ladder.groups |= saved.ladder.get("groups", {})
    ladder.top = None


def type_again(screen: MainScreen, saved: SavedLayout) -> bool:
    """What was typed into the ticket, once its instrument is that of the desk; it is previewed and never sent."""
    plain, form = saved.ticket, screen.desk.ticket.form
    if not plain or plain.get("symbol") != screen.state.symbol:
        return False
    form.symbol = screen.state.symbol
    form.asset_class = str(screen.state.instrument().get("asset_class", ""))
    for name, option in plain.get("choices", {}).items():
        if name in form.choice and option in form.options(name):
            form.choice[name] = option
    for name, flag in plain.get("flags", {}).items():
        if name in form.flag:
            form.flag[name] = flag
    for name, text in plain.get("texts", {}).items():
        edit = form.text.get(name)
        if edit is not None:
            edit.set("")
            edit.insert(text)
    form.settle()
    if plain.get("at") in form.fields:
        form.at = plain["at"]
    screen.desk.ticket.changed()
    return True
