"""The steps of the first-run tour: from the first look at a book to a position, and where to go from there.

Keys are named by their actions, so that a home with its own keys is taught its own.
"""

from __future__ import annotations

from vterm.tour import Press, Seen, Step

COIN, OTHER_COIN = "ETH-USD", "BTC-USD"
"""What the tour proposes: coins trade whatever the hour."""
NAMES = {"ladder": "book", "ticket": "ticket"}
WAITS = "At this price it waits in the book; at market it trades at once."
AFTERWARDS = ("HelpDialog", "CommandBar", "CommandPalette")


def other(now: Seen) -> str:
    """The coin that is not on the desk yet."""
    return OTHER_COIN if now.symbol == COIN else COIN


def way(now: Seen, pane: str) -> tuple[Press, ...]:
    """The keys that bring a pane in sight and into focus, where it is not."""
    if now.page != 1:
        return (Press("screen_1", "desk", "the desk"),)
    if now.zoomed and pane not in now.panes:
        return (Press("zoom", "desk", "all panes"),)
    if now.pane == pane:
        return ()
    if pane == "ticket":
        return (Press("buy", "desk", "to the ticket"),)
    if now.pane == "watch" and pane == "ladder":
        return (Press("watch_open", "watch", "to the book"),)
    return (Press("back" if now.pane == "ticket" else "next_pane", "desk", f"to the {NAMES.get(pane, pane)}"),)


def place(now: Seen, pane: str, words: str) -> str:
    """What to click; the tab, where the pane is behind one."""
    if now.page != 1:
        return "that word"
    tab = dict(now.tabs).get(pane, "")
    return words if pane in now.panes or not tab else f"the tab {tab}"


def _find_keys(now: Seen) -> tuple[Press, ...]:
    return (Press("find", "desk", f"then {other(now)[:3].lower()} and enter"),)


def _size_keys(now: Seen) -> tuple[Press, ...]:
    there = way(now, "ticket")
    return there or (Press("size_lots_1", "ticket", "a lot"), Press("size_lots_5", "ticket", "5, or type it"))


def _at_once(now: Seen) -> tuple[Press, ...]:
    """The way out for an order that would wait."""
    return (Press("swap_type", "ticket", "at market"),) if now.waiting and now.pane == "ticket" else ()


def _review_keys(now: Seen) -> tuple[Press, ...]:
    most = (Press("take_most", "ticket", "takes what passes"),) if now.most else ()
    return most or (*_at_once(now), Press("review", "desk", "reviews"))


def _send_keys(now: Seen) -> tuple[Press, ...]:
    """A click on a word of the tour never sends."""
    sends = ("field_enter", "ticket") if now.pane == "ticket" else ("review", "desk")
    return (Press(*sends, "sends", shown=True), Press("back", "desk", "back"))


def _position_words(now: Seen) -> str:
    if now.held:
        words = "It is marked at the market all the time; its profit is real once you close it."
        return f"You hold {now.held}. {words}"
    if now.waits:
        return "Your order waits in the book. It trades when the price comes to it; until then it stands under Orders."
    return "Nothing is held here yet. What you hold stands under Positions, what waits under Orders."


AFTER = Step(
    "after", "The tour is over", onward="close",
    say=lambda now: "The last line names the keys of where you are. "
    "Help has all of them, the palette every command by its name; both can take the tour again.",
    keys=lambda now: (Press("screen_1", "desk", "the desk"),),
    click=lambda now: "that word",
    done=lambda then, now: now.page == 1 and not now.dialog,
)  # fmt: skip
"""Stays until the desk is in sight again: whoever has only a mouse is not left on another screen."""

STEPS: tuple[Step, ...] = (
    Step(
        "look", "The book", pane="ladder",
        say=lambda now: "The book: buyers wait on the left, sellers on the right. "
        "A row is a price, the number in it how much waits there; rows hold still, sizes move.",
        keys=lambda now: way(now, "ladder") or (Press("row_down", "ladder", "down"), Press("row_up", "ladder", "up")),
        click=lambda now: place(now, "ladder", "a price in the book"),
        done=lambda then, now: bool(now.cursor) and now.cursor != then.cursor,
    ),
    Step(
        "find", "Choose an instrument",
        say=lambda now: "All that trades here is one search away. "
        f"Take {other(now)}: coins trade day and night, shares while their exchange is open.",
        keys=_find_keys,
        click=lambda now: place(now, "watch", "a coin of the list"),
        done=lambda then, now: bool(now.symbol) and now.symbol != then.symbol,
    ),
    Step(
        "price", "Take a price", pane="ladder",
        say=lambda now: "A price of the book goes into the ticket. "
        "A buy some rows above the middle meets sellers and trades at once; one below waits its turn.",
        keys=lambda now: way(now, "ladder") or (Press("row_up", "ladder", "some rows up"),
                                                Press("ladder_take", "ladder", "takes it")),
        click=lambda now: place(now, "ladder", "an upper price"),
        # Who fills the ticket in another way needs no price of the book.
        done=lambda then, now: bool(now.size) or (bool(now.price) and now.price == now.cursor),
    ),
    Step(
        "size", "Set a size", pane="ticket", again="price",
        say=lambda now: "How much? A usual lot will do, or type a size. "
        "=5000 is what it may be worth, 2% is a share of all you have.",
        keys=_size_keys,
        click=lambda now: place(now, "ticket", "quantity, then a size"),
        done=lambda then, now: bool(now.size),
    ),
    Step(
        "preview", "Read the preview", pane="ticket", again="price", onward="next",
        say=lambda now: "Below the fields: what it would do if you sent it now. " + (
            WAITS if now.waiting else
            "Slippage is the way through the book; fee, weight and leverage stand in the review, too."),
        keys=lambda now: (*_at_once(now), Press("tour", "desk", "goes on" if now.waiting else "when you have read it")),
        click=lambda now: "limit ›, or next" if now.waiting else "next, up here",
        done=lambda then, now: now.phase != "edit",
        holds=lambda now: bool(now.size), back="size",
    ),
    Step(
        "review", "Review", pane="ticket", again="price",
        say=lambda now: "Nothing is sent before you have seen it whole. " + (
            "The ticket says why this order cannot be, and what would pass." if now.refused else
            WAITS if now.waiting else
            "The review is the order as it would go; the book shows which levels it takes."),
        keys=_review_keys,
        click=lambda now: place(now, "ticket", "that line" if now.most else "[ Review and send ]"),
        done=lambda then, now: now.phase != "edit" or now.sends > then.sends,
        holds=lambda now: now.phase != "edit" or bool(now.size), back="size",
    ),
    Step(
        "send", "Send", pane="ticket", again="price",
        say=lambda now: "This is the whole order, and only you can send it. "
        + (WAITS if now.waiting else
           "The button waits while the figures are renewed, so that nobody sends what was not shown."),
        keys=_send_keys,
        click=lambda now: place(now, "ticket", "[ Send ]"),
        done=lambda then, now: now.sends > then.sends,
        holds=lambda now: now.phase != "edit", back="review",
    ),
    Step(
        "position", "What became of it", pane="positions",
        say=_position_words,
        keys=lambda now: (Press("show_positions", "desk", "positions"),),
        click=lambda now: f"the tab {dict(now.tabs)['positions']}" if now.tabs else "into the pane below the book",
        done=lambda then, now: now.pane in ("positions", "orders", "holdings") or now.page in (2, 7),
    ),
    Step(
        "next", "Where to go from here", onward="finish",
        say=lambda now: "That was a trade, from the first look to the end. "
        "Help tells the keys of where you are, the command line takes words, missions give you an aim.",
        keys=lambda now: (Press("help", "desk", "help"), Press("command", "desk", "command"),
                          Press("screen_5", "desk", "missions")),
        click=lambda now: "any of these",
        done=lambda then, now: now.dialog in AFTERWARDS or now.page == 5,
    ),
)  # fmt: skip
