"""The table of commands: name, where it lives, what it does. `vterm help`, completions and dispatch read this."""

from __future__ import annotations

THIN, WORKBENCH = "thin", "workbench"

COMMANDS: dict[str, tuple[str, str, str]] = {
    "quote": (THIN, "market", "best bid and ask of one or more symbols"),
    "book": (THIN, "market", "the ladder of a symbol"),
    "trades": (THIN, "market", "the newest prints of a symbol"),
    "bars": (THIN, "market", "open, high, low, close and volume over time"),
    "watch": (THIN, "watch", "live stream, one JSON document a line"),
    "instruments": (THIN, "market", "what can be traded"),
    "sessions": (THIN, "market", "which venues are open, and what comes next"),
    "clock": (THIN, "engine", "the market's clock: show, pause, resume, speed N, jump open"),
    "order": (THIN, "orders", "buy or sell; or show one order"),
    "orders": (THIN, "orders", "orders, newest first"),
    "cancel": (THIN, "orders", "take an order back, or all of them"),
    "close": (THIN, "orders", "close a position, or a fraction of it"),
    "roll": (THIN, "roll", "move a futures position to the next contract"),
    "twap": (THIN, "algos", "buy or sell in equal slices over time"),
    "vwap": (THIN, "algos", "buy or sell in slices like the day's volume"),
    "pov": (THIN, "algos", "buy or sell a share of what trades"),
    "iceberg": (THIN, "algos", "a limit order that shows a slice of itself"),
    "algos": (THIN, "algos", "algorithms and what they saved, newest first"),
    "algo": (THIN, "algos", "show, pause, resume or cancel an algorithm"),
    "fills": (THIN, "orders", "executions, newest first"),
    "history": (THIN, "history", "fills or orders, narrowed and sorted"),
    "portfolio": (THIN, "account", "cash, value, profit and limits"),
    "positions": (THIN, "account", "what is held"),
    "wallet": (THIN, "wallet", "every movement of cash, and the balance after it"),
    "statement": (THIN, "statement", "a span of time: what it began with, what changed it, what it ended with"),
    "journal": (THIN, "journal", "what was asked and what came of it, with its chain verified"),
    "export": (THIN, "export", "trades, orders, wallet, positions, equity or journal as CSV, JSON or Parquet"),
    "import": (THIN, "imports", "trades made elsewhere, into an account of their own; undo"),
    "accounts": (THIN, "accounts", "the home's accounts: list, open, reset, fork"),
    "risk": (THIN, "risk", "use of the margin limit; set the account's own limits; lift a lock"),
    "alerts": (THIN, "alerts", "be told once when a market does something: add, rm, watch"),
    "watchlist": (THIN, "account", "show or change the watchlist"),
    "fork": (THIN, "rewind", "another home whose desk stands as this one stood at a past moment"),
    "rewind": (THIN, "rewind", "take this home's desk back to a past moment, or to before an order"),
    "engine": (THIN, "engine", "start, stop or show the engine of this home"),
    "doctor": (THIN, "doctor", "check this machine and this home"),
    "audit": (THIN, "audit", "prove the ledger from its first entry"),
    "keys": (THIN, "keys", "trading keys for scripts and strategies: create, list, revoke"),
    "strategy": (THIN, "strategy", "run a strategy on the home's desk"),
    "simulate": (WORKBENCH, "simulate", "a deterministic run of the living market"),
    "replay": (WORKBENCH, "simulate", "a deterministic run on recorded data"),
    "data": (WORKBENCH, "data", "read, check and convert recorded data"),
    "help": (THIN, "manual", "this list, a command, a code, or exit-codes"),
    "completions": (THIN, "completions", "completion script for bash, zsh or fish"),
}

GLOBAL_VALUES = {
    "--home": ("home", "data folder (default: VTERM_HOME, else the platform's)"),
    "--desk": ("desk", "address of a shared desk (default: VTERM_DESK)"),
    "--account": ("account", "account to act for (default: main)"),
    "--clock": ("clock", "market time at which a new home begins"),
    "--seed": ("seed", "seed of a new home's market"),
    "--scenario": ("scenario", "what happens in a new home's market, such as flash-crash"),
}
GLOBAL_SWITCHES = {
    "--json": ("json", "one JSON document"),
    "--csv": ("csv", "comma-separated table"),
    "--no-daemon": ("no_daemon", "run the engine inside this command"),
}
TERMINAL_VALUES = {
    "--replay": ("replay", "open the terminal on a recorded market"),
    "--format": ("format", "format of the recording"),
    "--symbol": ("symbol", "instrument of the recording"),
}
