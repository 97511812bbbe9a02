"""Every code that a command can end with: its exit code and what it means. Nothing here is imported to print it.

The refusals repeat engine.model.refusal, which costs a command more to import than its whole answer; a test compares.
"""

from __future__ import annotations

EXITS = {
    0: "done",
    2: "usage, or a malformed payload",
    3: "refused by a rule of the market or the desk",
    4: "not found",
    5: "not allowed",
    6: "the desk cannot be reached, or its market is stale",
    7: "a bad data file",
    8: "integrity failure: what is stored contradicts itself",
    70: "a bug",
    130: "interrupted with Ctrl-C",
}

BY_STATUS = {
    400: 2,
    405: 2,
    413: 2,
    415: 2,
    422: 3,
    409: 3,
    429: 3,
    404: 4,
    401: 5,
    403: 5,
    503: 6,
}
"""Exit code of an HTTP status; any other is a bug."""

REFUSALS = {
    "MALFORMED_JSON": (2, "the payload is not one JSON object without doubled keys"),
    "TYPE_ERROR": (2, "a field has a value of another kind than its own"),
    "NUMBER_FORMAT": (2, "a number is not plain ASCII decimal text or a JSON number"),
    "OUT_OF_RANGE": (2, "a number is below or above what is possible"),
    "ENUM_ERROR": (2, "a word is not one of the words of its field"),
    "MISSING_FIELD": (2, "a field that this order needs is not there"),
    "UNKNOWN_FIELD": (2, "a field that no order has"),
    "PRECISION_EXCEEDED": (2, "the price is no multiple of the tick, or the quantity none of the lot"),
    "INCONSISTENT_FIELDS": (2, "two fields contradict each other"),
    "PAYLOAD_TOO_LARGE": (2, "more than 64 KiB in one request"),
    "UNSUPPORTED_MEDIA_TYPE": (2, "the body is not declared as application/json"),
    "UNKNOWN_SYMBOL": (4, "no instrument has this symbol or alias"),
    "UNKNOWN_ORDER": (4, "the account has no order with this id"),
    "UNKNOWN_ALGO": (4, "the account has no algorithm with this id"),
    "UNKNOWN_ALERT": (4, "the account has no alert with this id"),
    "UNKNOWN_KEY": (4, "the home has no trading key with this id"),
    "UNKNOWN_TOOL": (4, "the copilot has no tool of this name"),
    "BAD_IMPORT": (2, "a file of trades cannot be imported as it is; each bad line is named"),
    "WRONG_ASSET_CLASS": (3, "the symbol belongs to another asset class"),
    "BAD_CONTRACT_CODE": (3, "the futures contract does not exist, or has ended"),
    "NOT_TRADABLE": (3, "the instrument is shown but not traded; a tradable one is named"),
    "EXCHANGE_CLOSED": (3, "the market is closed and the order does not queue for the open"),
    "INSUFFICIENT_MARGIN": (3, "the order would exceed the account's leverage"),
    "CONCENTRATION_LIMIT": (3, "one position would be too large a part of the account"),
    "LIQUIDITY_HALT": (3, "the order is larger than the market can absorb now"),
    "WOULD_CROSS": (3, "a post-only order would have traded at once"),
    "WOULD_NOT_REDUCE": (3, "a reduce-only order would not make the position smaller"),
    "PRICE_BAND": (3, "the limit price is too far from the market"),
    "ORDER_LIMIT": (3, "the order passes a limit that the account's owner set"),
    "NO_LOCATE": (3, "there are no more shares to borrow for a short sale"),
    "INSUFFICIENT_FUNDS": (3, "the account has not enough cash"),
    "DUPLICATE_ORDER": (3, "this order was sent before"),
    "IDEMPOTENCY_CONFLICT": (3, "the client order id was used for another order"),
    "NOT_CANCELLABLE": (3, "the order is done already"),
    "RATE_LIMITED": (3, "too many requests in too short a time"),
    "STALE_MARKET": (6, "the market data is too old to trade on"),
    "UNAUTHENTICATED": (5, "a signed request does not prove a valid key"),
    "FORBIDDEN": (5, "this account, key, or user of the machine may not do that"),
    "ACCOUNT_LOCKED": (5, "the account takes no orders until its trouble is solved"),
    "LEDGER_FAILED": (6, "the ledger could not be written, so nothing was kept and the engine stopped"),
}

OTHERS = {
    "USAGE": (2, "the command was typed wrongly"),
    "HOME_NOT_A_FOLDER": (2, "the data folder is a file, or no possible name"),
    "METHOD_NOT_ALLOWED": (2, "the gateway's path exists, its method does not"),
    "BAD_DATA_REQUEST": (2, "a data command cannot do what was asked with this file"),
    "UNKNOWN_FORMAT": (2, "no importer has this name"),
    "SYMBOL_NEEDED": (2, "the file holds several instruments and none was named"),
    "BAD_STRATEGY": (2, "the strategy's file cannot be loaded, or it was set up wrongly"),
    "STRATEGY_FAILED": (2, "the strategy raised an error of its own; what it did up to then stands"),
    "UNKNOWN_PATH": (4, "the gateway has no such path"),
    "NO_LEDGER": (4, "the home has no ledger yet"),
    "DESK_UNREACHABLE": (6, "no engine answers and none could be started"),
    "ENGINE_RUNNING": (6, "another engine has the home"),
    "WRONG_MARKET": (6, "the home's engine runs another market than was asked for"),
    "STORE_FAILED": (6, "the disk or the ledger cannot be written"),
    "BAD_DATA_FILE": (7, "a recorded file cannot be read, or not to its end"),
    "INTEGRITY_FAILED": (8, "the ledger's chain, sums or copies do not hold"),
    "BUG": (70, "a defect of the program; please report it"),
}


def exit_of(code: str, status: int = 500) -> int:
    """Exit code of an error code, by HTTP status where the code is not known here."""
    known = REFUSALS.get(code) or OTHERS.get(code)
    return known[0] if known else BY_STATUS.get(status, 70)
