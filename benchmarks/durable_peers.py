"""The peers of the durable order benchmark: naive aiosqlite, and SQLAlchemy's asynchronous ORM.

Both keep the ledger's own tables with WAL and synchronous FULL, one transaction for each order.
"""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import aiosqlite

from engine.adapters import sqlite_tables as tables
from engine.adapters.sqlite_rows import write_entry
from engine.ledger.chain import GENESIS
from engine.ledger.invariants import Balances, post
from engine.ledger.migrations import MIGRATIONS
from engine.ports import JournalEntry

SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def rows_of(entry: JournalEntry) -> dict[str, list[tuple[Any, ...]]]:
    """What a peer has to store for one order, by table; made before the clock starts."""
    written = write_entry(entry, GENESIS, entry.seq, 1)
    moved: Balances = {}
    for transfer in entry.transfers:
        post(moved, transfer)
    return {
        "journal": [written.journal],
        "orders": written.orders,
        "fills": written.fills,
        "transfers": written.transfers,
        "balances": [(*key, amount) for key, amount in moved.items()],
    }


def insert(name: str) -> str:
    """One-row INSERT of a table, with the ledger's own rule for balances."""
    table = tables.METADATA.tables[name]
    text = f"INSERT INTO {name} ({tables.columns(table)}) VALUES ({', '.join('?' * len(table.columns))})"
    if name == "balances":
        text += " ON CONFLICT (account, asset) DO UPDATE SET amount = amount + excluded.amount"
    return text


class Aiosqlite:
    """One connection; each call locks it, writes its rows and commits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        self._db = await aiosqlite.connect(self._path)
        for setting in SETTINGS:
            await self._db.execute(f"PRAGMA {setting}")
        for statement in MIGRATIONS[0][1]:
            await self._db.execute(statement)
        await self._db.commit()

    async def store(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        async with self._turn:
            for name, values in rows.items():
                if len(values) == 1:
                    await self._db.execute(insert(name), values[0])
                else:
                    await self._db.executemany(insert(name), values)
            await self._db.commit()

    async def close(self) -> None:
        await self._db.close()


class AsyncOrm:
    """Mapped classes on the ledger's tables, a session for each call, one pooled connection."""

    def __init__(self, path: Path) -> None:
        from sqlalchemy import event
        from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
        from sqlalchemy.orm import registry

        self._classes = {name: type(name.capitalize(), (), {}) for name in tables.METADATA.tables}
        self._registry = registry(metadata=tables.METADATA)
        for name, mapped in self._classes.items():
            self._registry.map_imperatively(mapped, tables.METADATA.tables[name])
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=120)
        event.listen(self._engine.sync_engine, "connect", _settle)
        self._session = async_sessionmaker(self._engine, expire_on_commit=False)

    @staticmethod
    def missing() -> bool:
        """Whether the library that the asynchronous ORM needs is absent."""
        return importlib.util.find_spec("greenlet") is None

    async def open(self) -> None:
        async with self._engine.begin() as connection:
            for statement in MIGRATIONS[0][1]:
                await connection.exec_driver_sql(statement)

    async def store(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        async with self._session() as session, session.begin():
            for name in ("journal", "orders", "fills", "transfers"):
                session.add_all([self._made(name, values) for values in rows[name]])
                await session.flush()
            for account, asset, amount in rows["balances"]:
                held = await session.get(self._classes["balances"], (account, asset))
                if held is None:
                    session.add(self._made("balances", (account, asset, amount)))
                else:
                    held.amount += amount  # type: ignore[attr-defined]

    def _made(self, name: str, values: tuple[Any, ...]) -> Any:
        keys = tables.columns(tables.METADATA.tables[name]).split(", ")
        return self._classes[name](**dict(zip(keys, values, strict=True)))

    async def close(self) -> None:
        await self._engine.dispose()
        self._registry.dispose()


def _settle(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for setting in SETTINGS:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
