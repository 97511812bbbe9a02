"""Version 1: journal, orders, fills, transfers, balances, snapshots.

STRICT tables refuse a value of another type; `number` and `seq` keep the order of things.
"""

STATEMENTS = (
    """CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE journal (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    orders BLOB NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT""",
    """CREATE TABLE orders (
    order_id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    client_order_id TEXT,
    symbol TEXT NOT NULL,
    side INTEGER NOT NULL,
    status TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    filled INTEGER NOT NULL,
    seq INTEGER NOT NULL REFERENCES journal (seq),
    body BLOB NOT NULL,
    UNIQUE (account, client_order_id)
) STRICT""",
    """CREATE TABLE fills (
    number INTEGER NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES journal (seq),
    fill_id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL REFERENCES orders (order_id),
    client_order_id TEXT NOT NULL,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side INTEGER NOT NULL CHECK (side IN (1, -1)),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price INTEGER NOT NULL,
    value INTEGER NOT NULL,
    cash INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    realised INTEGER NOT NULL,
    maker INTEGER NOT NULL CHECK (maker IN (0, 1)),
    at INTEGER NOT NULL,
    mid INTEGER NOT NULL,
    half_spread INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    impact INTEGER NOT NULL,
    timing INTEGER NOT NULL
) STRICT""",
    """CREATE TABLE transfers (
    transfer_id INTEGER NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES journal (seq),
    at INTEGER NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    code TEXT NOT NULL,
    reference TEXT NOT NULL,
    CHECK (debit <> credit)
) STRICT""",
    """CREATE TABLE balances (
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account, asset)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE snapshots (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    state BLOB NOT NULL,
    nav BLOB NOT NULL,
    marks BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT""",
)
