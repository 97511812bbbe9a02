"""Version 2: equity points, and the ways into what is over: an account's orders, fills and points, an order's fills."""

BESIDE_FILLS = "code NOT IN ('lots', 'cash', 'settle', 'fee', 'rebate')"
"""Transfers that no fill made: few, and the only ones that are looked for by account."""

STATEMENTS = (
    """CREATE TABLE equity (
    number INTEGER NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES journal (seq),
    at INTEGER NOT NULL,
    account TEXT NOT NULL,
    nav INTEGER NOT NULL,
    cash INTEGER NOT NULL,
    gross INTEGER NOT NULL,
    net INTEGER NOT NULL,
    realised INTEGER NOT NULL,
    fees INTEGER NOT NULL,
    funding INTEGER NOT NULL,
    dividends INTEGER NOT NULL,
    funded INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX orders_by_account ON orders (account)",
    "CREATE INDEX fills_by_account ON fills (account)",
    "CREATE INDEX fills_by_order ON fills (order_id)",
    f"CREATE INDEX transfers_in ON transfers (credit) WHERE {BESIDE_FILLS}",
    f"CREATE INDEX transfers_out ON transfers (debit) WHERE {BESIDE_FILLS}",
    "CREATE INDEX equity_by_account ON equity (account, at)",
)
