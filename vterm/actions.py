"""The one table of actions and their own keys: dispatch, footer, help, palette and docs are views of it.

An action is wanted by a key in a context. The context `desk` holds everywhere; the others hold while that pane has
the focus. A printable key never reaches this table while a field that takes text has the focus. Other keys come from
HOME/keys.toml and make a `vterm.keymap.Keymap` of it.
"""

from __future__ import annotations

from dataclasses import dataclass

PANES = ("watch", "ladder", "chart", "tape", "ticket", "orders", "positions")
SCREENS = ("Desk", "Portfolio", "Markets", "Research", "Missions", "Copilot", "Activity", "Settings")


@dataclass(frozen=True)
class Action:
    """What a key does. `foot` orders the footer (0 keeps it out), `word` is what the footer says."""

    name: str
    keys: tuple[str, ...]
    word: str
    help: str
    context: str = "desk"
    foot: int = 0
    palette: bool = True


def _moves(context: str, *, foot: int = 0) -> tuple[Action, ...]:
    return (
        Action("row_down", ("j", "down"), "down", "Next row", context, foot, palette=False),
        Action("row_up", ("k", "up"), "up", "Previous row", context, palette=False),
        Action("row_page_down", ("pagedown",), "", "A page down", context, palette=False),
        Action("row_page_up", ("pageup",), "", "A page up", context, palette=False),
    )


def _list(context: str) -> tuple[Action, ...]:
    """The motions of a list: those of any pane with rows, and the far ones of vim."""
    return (
        *_moves(context),
        Action("row_half_down", ("ctrl+d",), "", "Half a page down", context, palette=False),
        Action("row_half_up", ("ctrl+u",), "", "Half a page up", context, palette=False),
        Action("row_first", ("g", "home"), "", "First row", context, palette=False),
        Action("row_last", ("G", "end"), "", "Last row", context, palette=False),
    )


def _narrow(context: str) -> tuple[Action, ...]:
    """What narrows and orders the lists of the Activity screen; the palette names it once."""
    once = context == "blotter"
    return (
        Action("activity_side", ("v",), "side", "Buys, sells, both", context, 14, once),
        Action("activity_symbol", ("a",), "only this", "Only this row's instrument, or all", context, 16, once),
        Action("activity_sort", ("right_square_bracket",), "sort", "Sort by the next column", context, 18, once),
        Action("activity_sort_back", ("left_square_bracket",), "", "Sort by the previous column", context, 0, once),
        Action("activity_turn", ("r",), "turn round", "Turn the order round", context, 0, once),
    )


PORTFOLIO = ("holdings", "equity", "allocation", "exposure", "attribution", "calendar")


def _portfolio(context: str) -> tuple[Action, ...]:
    """What every pane of the Portfolio screen answers; the palette names it once."""
    once = context == PORTFOLIO[0]
    return (
        Action("window_longer", ("right_square_bracket",), "period", "Longer period, up to all", context, 32, once),
        Action("window_shorter", ("left_square_bracket",), "", "Shorter period", context, 0, once),
        Action("slices", ("a",), "allocation", "Allocation by class, sector, currency", context, 34, once),
        Action("heads", ("y",), "profit by", "Profit by cost, class, sector, symbol, side, phase", context, 36, once),
        Action("risk", ("r",), "risk", "Risk, profit, calendar, and back to positions", context, 38, once),
    )


RESEARCH = ("peers", "study", "moves", "readings", "costs", "together", "supposed")


def _research(context: str) -> tuple[Action, ...]:
    """What every pane of the Research screen answers; the palette names it once."""
    once = context == RESEARCH[0]
    return (
        *_list(context),
        Action("study_ladder", ("enter",), "ladder", "Go to the ladder of this instrument", context, 5, once),
        Action("study_watch", ("a",), "watch", "Put it on the watchlist, or take it off", context, 12, once),
        Action("readings_longer", ("right_square_bracket",), "bars", "Indicators on longer bars", context, 31, once),
        Action("readings_shorter", ("left_square_bracket",), "", "Indicators on shorter bars", context, 0, once),
        Action("beside", ("c",), "beside", "Correlate with peers, the watchlist, what is held", context, 33, once),
        Action("suppose_size", ("w",), "size", "Suppose a trade of the next size", context, 35, once),
        Action("suppose_side", ("v",), "side", "Suppose buying, or selling", context, 37, once),
    )


ACTIONS: tuple[Action, ...] = (
    # everywhere
    Action("find", ("slash",), "symbol", "Find an instrument by symbol or name", foot=10),
    Action("buy", ("b",), "buy", "Ticket to buy, filled from the cursor row", foot=20),
    Action("sell", ("s",), "sell", "Ticket to sell, filled from the cursor row", foot=30),
    Action("flatten", ("f",), "flatten", "Close the position of the selected instrument (asks)", foot=50),
    Action("cancel_all", ("X",), "cancel all", "Cancel every working order (asks)", foot=0),
    Action("review", ("f2", "ctrl+enter"), "review, send", "Review the ticket; once reviewed, send it", foot=0),
    Action("zoom", ("z",), "zoom", "Give the focused pane the whole screen, and back", foot=60),
    Action("jump", ("ctrl+o",), "jump", "Letters on every pane: press one to go there", foot=70),
    Action("command", ("colon",), "command", "Command line, with the words of the shell", foot=80),
    Action("palette", ("ctrl+p",), "commands", "Every command by name", foot=90, palette=False),
    Action("help", ("question_mark", "f1"), "help", "Keys of the focused pane", foot=100),
    Action("next_pane", ("tab",), "pane", "Next pane", palette=False),
    Action("previous_pane", ("shift+tab",), "", "Previous pane", palette=False),
    Action("back", ("escape",), "back", "One step back; text you typed stays", palette=False),
    Action("pause", ("space",), "pause", "Pause the market's clock, or let it run"),
    Action("faster", ("greater_than_sign",), "faster", "Speed the market's clock up"),
    Action("slower", ("less_than_sign",), "slower", "Slow the market's clock down"),
    Action("next_open", ("N",), "next open", "Jump the market's clock to the next open"),
    Action("clock", ("R",), "clock", "The market and its clock: speed, next open, place in a recording"),
    Action("layouts", ("W",), "layouts", "Layouts: save what is on the screen, bring it back"),
    Action("next_layout", ("f6",), "next layout", "The next of the saved layouts"),
    Action("show_orders", ("o",), "orders", "Working orders"),
    Action("show_positions", ("p",), "positions", "Positions"),
    Action("alerts", ("A",), "alerts", "Alerts: what you are told of once"),
    Action("notices", ("exclamation_mark", "f3"), "notices", "Everything that was told, and what you missed"),
    Action("sign", ("f9",), "sign", "Open the proposal that waits for your signature, or list them"),
    Action("proposals", (), "proposals", "Proposals: those that wait, and what became of the others"),
    Action("ask_about", ("Q",), "ask about it", "Ask the copilot about this fill, order or instrument"),
    Action("chat_mode", ("ctrl+t",), "mode", "The copilot's next mode: auto, research, trading, and so on"),
    Action("tour", ("f4",), "tour", "The tour: its next step; without a tour the tour, where you left it"),
    Action("tour_leave", ("f5",), "", "Leave the tour; it remembers where you are"),
    Action("tour_again", (), "", "The tour from its first step"),
    Action("theme", ("T",), "theme", "Next theme"),
    Action("quit", ("ctrl+q",), "quit", "Leave the terminal (asks if orders work)"),
    Action("screens", ("f10",), "screens", "The eight screens, to choose from"),
    *(Action(f"screen_{n}", (str(n),), name, f"Screen {n}: {name}") for n, name in enumerate(SCREENS, 1)),
    # watch
    *_list("watch"),
    Action("watch_open", ("enter",), "ladder", "Go to the ladder of this instrument", "watch", 5),
    Action("watch_add", ("a",), "add", "Add an instrument to the list", "watch", 12),
    Action("watch_remove", ("d",), "remove", "Take this instrument off the list", "watch", 13),
    Action("watch_down", ("J",), "", "Move this instrument down", "watch", 0),
    Action("watch_up", ("K",), "", "Move this instrument up", "watch", 0),
    # markets
    *_list("markets"),
    Action("market_open", ("enter",), "ladder", "Go to the ladder of this instrument", "markets", 5),
    Action("market_watch", ("a",), "watch", "Put it on the watchlist, or take it off", "markets", 12),
    Action("market_screen", ("w",), "screen", "Screen by a rule: change>2 and spread<5bp", "markets", 14),
    Action("market_class", ("l", "right"), "class", "Next class", "markets", 16),
    Action("market_class_back", ("h", "left"), "", "Previous class", "markets"),
    Action("market_sort", ("right_square_bracket",), "sort", "Sort by the next column", "markets", 18),
    Action("market_sort_back", ("left_square_bracket",), "", "Sort by the previous column", "markets"),
    Action("market_turn", ("r",), "turn round", "Turn the order round", "markets", 19),
    Action("screener_keep", ("enter",), "keep", "Keep what you typed and go to the list", "screener", 5, palette=False),
    *_list("movers"),
    Action("mover_open", ("enter",), "ladder", "Go to the ladder of this instrument", "movers", 5),
    Action("mover_watch", ("a",), "watch", "Put it on the watchlist, or take it off", "movers", 12),
    Action("mover_screen", ("w",), "screen", "Screen by a rule: change>2 and spread<5bp", "movers", 14),
    *_list("breadth"),
    Action("breadth_class", ("enter",), "list it", "List this class only", "breadth", 5),
    Action("breadth_screen", ("w",), "screen", "Screen by a rule: change>2 and spread<5bp", "breadth", 14),
    *_moves("sectors"),
    Action("cell_left", ("h", "left"), "", "A cell to the left", "sectors", palette=False),
    Action("cell_right", ("l", "right"), "", "A cell to the right", "sectors", palette=False),
    Action("sector_open", ("enter",), "list it", "List this sector only", "sectors", 5),
    Action("sector_screen", ("w",), "screen", "Screen by a rule: change>2 and spread<5bp", "sectors", 14),
    *_list("hours"),
    Action("hours_screen", ("w",), "screen", "Screen by a rule: change>2 and spread<5bp", "hours", 14),
    # portfolio
    *(action for context in PORTFOLIO for action in _portfolio(context)),
    *_moves("holdings"),
    Action("holding_open", ("enter",), "ladder", "Go to the ladder of this position", "holdings", 6),
    *_moves("exposure"),
    *_moves("attribution"),
    *_moves("calendar"),
    Action("week_before", ("h", "left"), "", "A week earlier", "calendar", palette=False),
    Action("week_after", ("l", "right"), "", "A week later", "calendar", palette=False),
    # research, missions, copilot
    *(action for context in RESEARCH for action in _research(context)),
    *(action for context in ("milestones", "deeds", "results", "paid", "classes") for action in _list(context)),
    *_list("talk"),
    Action("chat_open", ("enter",), "open", "Ask this, open this proposal, show a call's source", "talk", 5),
    Action("chat_write", ("i",), "ask", "Ask the copilot in your words", "talk", 4),
    Action("chat_new", ("c",), "new talk", "A new conversation; the one before is kept", "talk", 14),
    Action("chat_past", ("H",), "past talks", "Conversations kept: search, resume, forget", "talk", 16),
    Action("chat_next", ("right_square_bracket", "l", "right"), "next", "Next row that opens", "talk", 18, False),
    Action("chat_before", ("left_square_bracket", "h", "left"), "", "The one before", "talk", palette=False),
    Action("chat_send", ("enter",), "ask", "Ask; of what is offered take the one marked", "prompt", 5, palette=False),
    Action("talk_open", ("enter",), "resume", "Resume this conversation", "talks", 5, palette=False),
    Action("talk_drop", ("delete",), "forget", "Forget this conversation (asks)", "talks", 7, palette=False),
    Action("row_down", ("down",), "down", "Next row", "talks", palette=False),
    Action("row_up", ("up",), "up", "Previous row", "talks", palette=False),
    *_list("checks"),
    Action("check_open", ("enter",), "ladder", "Go to the ladder of this instrument", "checks", 5),
    *_list("given"),
    # ladder
    *_moves("ladder"),
    Action("ladder_take", ("enter",), "price to ticket", "Cursor's price into the ticket; pick up an own order",
           "ladder", 5),
    Action("ladder_place_buy", ("B",), "place buy", "Buy at the cursor's price: straight to the review", "ladder", 32),
    Action("ladder_place_sell", ("S",), "place sell", "Sell at the cursor's price: straight to the review", "ladder"),
    Action("ladder_move", ("m",), "move", "Pick up an own order; j k move it, enter drops it", "ladder", 42),
    Action("ladder_cancel", ("x",), "cancel", "Cancel own orders at the cursor's price", "ladder", 40),
    Action("ladder_centre", ("g",), "centre", "Bring the best prices back to the middle", "ladder", 45),
    Action("ladder_finer", ("left_square_bracket",), "finer", "Fewer ticks a row", "ladder", 0),
    Action("ladder_coarser", ("right_square_bracket",), "coarser", "More ticks a row", "ladder", 0),
    Action("ladder_depth", ("d",), "depth", "Depth up to each price, or at each price", "ladder", 0),
    # chart
    Action("chart_shorter", ("left_square_bracket",), "shorter", "Shorter period", "chart", 5),
    Action("chart_longer", ("right_square_bracket",), "longer", "Longer period", "chart", 6),
    Action("chart_studies", ("i",), "studies", "Averages, bands, RSI, MACD… on and off", "chart", 7),
    Action("chart_kind", ("t",), "type", "Candles, a line, the book's depth", "chart", 8),
    Action("chart_compare", ("a",), "compare", "Compare with another instrument, or take it off", "chart", 9),
    Action("chart_alone", ("C",), "", "Compare with nothing", "chart"),
    Action("chart_strip", ("m",), "below", "Next study below the prices, after the last none", "chart", 12),
    Action("chart_volume", ("v",), "", "Volume, or not", "chart"),
    Action("chart_depth", ("d",), "", "The book's depth, and back", "chart"),
    Action("chart_nearer", ("k", "up", "plus", "equals_sign"), "nearer", "Fewer bars, wider", "chart", 14),
    Action("chart_farther", ("j", "down", "minus"), "farther", "More bars, narrower", "chart", 15),
    Action("chart_left", ("h", "left"), "read out", "Cursor a bar back: its figures stand above", "chart", 11, False),
    Action("chart_right", ("l", "right"), "", "Cursor a bar on", "chart", 0, False),
    Action("chart_earlier", ("H", "pageup"), "", "Half a picture back", "chart", 0, False),
    Action("chart_later", ("L", "pagedown"), "", "Half a picture on", "chart", 0, False),
    Action("chart_oldest", ("g", "home"), "", "The oldest bars known", "chart", 0, False),
    Action("chart_newest", ("G", "end"), "", "Live again, no cursor", "chart", 0, False),
    # ticket
    Action("field_down", ("down",), "next field", "Next field", "ticket", 5, palette=False),
    Action("field_up", ("up",), "", "Previous field", "ticket", palette=False),
    Action("field_enter", ("enter",), "review", "Next field; on the last one review; on the review send", "ticket", 6,
           palette=False),
    Action("field_left", ("left",), "", "Choice before, or cursor left", "ticket", palette=False),
    Action("field_right", ("right",), "choose", "Choice after, or cursor right", "ticket", 7, palette=False),
    Action("take_most", ("m",), "max that passes", "Take the size that the refusal offers", "ticket", 8),
    Action("swap_type", ("t",), "type", "Next order type", "ticket", 9),
    Action("size_share_25", ("q",), "25%", "A quarter of what passes", "ticket"),
    Action("size_share_50", ("w",), "50%", "Half of what passes", "ticket"),
    Action("size_share_100", ("e",), "all", "All that passes", "ticket"),
    Action("size_lots_1", ("u",), "lot", "The usual lot", "ticket"),
    Action("size_lots_5", ("i",), "5 lots", "Five usual lots", "ticket"),
    Action("size_lots_10", ("y",), "10 lots", "Ten usual lots", "ticket"),
    # orders and positions
    *_list("orders"),
    Action("order_cancel", ("x",), "cancel", "Cancel this order", "orders", 5),
    Action("order_amend", ("e",), "amend", "Change quantity or prices of this order", "orders", 7),
    Action("order_open", ("enter",), "show", "Select the instrument of this order", "orders", 6),
    Action("order_pause", ("P",), "pause algo", "Pause the algorithm in this row, or let it go on", "orders", 8),
    *_list("positions"),
    Action("position_open", ("enter",), "show", "Select the instrument of this position", "positions", 6),
    # activity
    *_list("blotter"),
    Action("blotter_open", ("enter",), "ladder", "Go to the ladder of this order's instrument", "blotter", 5),
    Action("blotter_cancel", ("x",), "cancel", "Cancel this order", "blotter", 6),
    Action("blotter_amend", ("e",), "amend", "Change quantity or prices of this order", "blotter", 7),
    *_narrow("blotter"),
    Action("activity_state", ("l", "right"), "state", "Open, filled, cancelled, rejected, expired, all", "blotter", 12),
    Action("activity_state_back", ("h", "left"), "", "The state before", "blotter"),
    *_list("fills"),
    Action("fill_open", ("enter",), "ladder", "Go to the ladder of this fill's instrument", "fills", 5),
    *_narrow("fills"),
    *_list("algos"),
    Action("algo_open", ("enter",), "ladder", "Go to the ladder of this algorithm's instrument", "algos", 5),
    Action("algo_pause", ("P",), "pause, resume", "Pause this algorithm, or let it go on", "algos", 6),
    Action("algo_cancel", ("x",), "end", "End this algorithm; what it bought or sold stays", "algos", 7),
    *_list("told_alerts"),
    Action("alert_open", ("enter",), "ladder", "Go to the ladder of this alert's instrument", "told_alerts", 5),
    Action("alert_drop", ("x",), "drop", "Drop this alert", "told_alerts", 6),
    Action("alert_set", ("a",), "set one", "Set an alert on the command line", "told_alerts", 7),
    *_list("journal"),
    Action("journal_open", ("enter",), "its order", "Go to the order of this entry", "journal", 5),
    Action("seek_keep", ("enter",), "keep", "Keep what you typed and go to the list", "seek", 5, palette=False),
    # the whole-screen lists
    *_list("settings"),
    Action("setting_next", ("enter", "l", "right"), "change", "Take it, or its next value", "settings", 5),
    Action("setting_previous", ("h", "left"), "", "Its value before", "settings", palette=False),
    # tape
    *_moves("tape"),
)  # fmt: skip

FOOTER_MOST = 10
TYPING = frozenset({"screener", "seek", "prompt", "talks"})
"""Contexts in which letters type: the footer teaches no letters there."""
BY_NAME = {a.name: a for a in ACTIONS if not a.name.startswith("row_")}
