"""Conversations kept in the home: one SQLite file with full text search, a bounded size, the oldest dropped first.

Every method opens the file, does one thing and closes it; they are called from a thread, never from the screen's loop.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe

if TYPE_CHECKING:
    from sqlite3 import Connection

FILE = "conversations.sqlite"
MOST_BYTES = 16 * 1024 * 1024
"""Of all turns together."""
LISTED = 200
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS talk (id TEXT PRIMARY KEY, title TEXT NOT NULL, at TEXT NOT NULL,"
    " used INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS turn (talk TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (talk, id))",
    "CREATE VIRTUAL TABLE IF NOT EXISTS said USING fts5 (talk UNINDEXED, turn UNINDEXED, words)",
    "CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL)",
)


@dataclass(frozen=True)
class Listed:
    """A conversation in the list; `at` is the market's time of its last turn, `found` the words around a hit."""

    id: str
    title: str
    at: str
    turns: int
    found: str = ""


class Conversations:
    """The file of one home. Methods raise Refused (SOURCE_UNAVAILABLE) where it cannot be read or written."""

    def __init__(self, home: Path, most_bytes: int = MOST_BYTES) -> None:
        self.path, self.most_bytes = home / FILE, most_bytes

    def keep(self, talk: str, title: str, at: str, turn: tuple[str, int, str], words: str) -> None:
        """Keep a turn (id, place, body) as it is now; drop the oldest conversations where there is too much."""
        name, place, body = turn
        with self._open() as file:
            file.execute("INSERT INTO talk VALUES (?, ?, ?, 0) ON CONFLICT (id) DO UPDATE SET title = excluded.title",
                         (talk, title, at))  # fmt: skip
            file.execute("INSERT OR REPLACE INTO turn VALUES (?, ?, ?, ?)", (talk, name, place, body))
            file.execute("DELETE FROM said WHERE talk = ? AND turn = ?", (talk, name))
            file.execute("INSERT INTO said VALUES (?, ?, ?)", (talk, name, words))
            last = file.execute("SELECT coalesce(max(used), 0) FROM talk").fetchone()[0]
            file.execute("UPDATE talk SET at = ?, used = ? WHERE id = ?", (at, last + 1, talk))
            self._shorten(file, talk)

    def _shorten(self, file: Connection, spared: str) -> None:
        while file.execute("SELECT coalesce(sum(length(body)), 0) FROM turn").fetchone()[0] > self.most_bytes:
            oldest = file.execute("SELECT id FROM talk WHERE id <> ? ORDER BY used LIMIT 1", (spared,)).fetchone()
            if oldest is not None:
                self._drop(file, oldest[0])
                continue
            first = file.execute("SELECT id FROM turn WHERE talk = ? ORDER BY place LIMIT 1", (spared,)).fetchone()
            file.execute("DELETE FROM turn WHERE talk = ? AND id = ?", (spared, first[0]))
            file.execute("DELETE FROM said WHERE talk = ? AND turn = ?", (spared, first[0]))

    def listed(self, search: str = "") -> list[Listed]:
        """Newest first; with `search` those in which every word stands, with the words around the first hit."""
        with self._open() as file:
            if not (wanted := _words(search)):
                rows = file.execute(
                    "SELECT id, title, at, (SELECT count(*) FROM turn WHERE talk = talk.id) FROM talk"
                    " ORDER BY used DESC LIMIT ?", (LISTED,),
                ).fetchall()  # fmt: skip
                return [_listed((*row, "")) for row in rows]
            hits = file.execute(
                "SELECT talk, snippet(said, 2, '', '', '…', 10) FROM said WHERE said MATCH ? ORDER BY rank LIMIT 1000",
                (wanted,),
            ).fetchall()
            found: dict[str, str] = {}
            for talk, words in hits:
                found.setdefault(talk, words)
            rows = [
                file.execute(
                    "SELECT id, title, at, (SELECT count(*) FROM turn WHERE talk = talk.id), used FROM talk"
                    " WHERE id = ?", (talk,),
                ).fetchone() for talk in found
            ]  # fmt: skip
            rows = sorted((row for row in rows if row), key=lambda row: -int(row[4]))
            return [_listed((*row[:4], found[row[0]])) for row in rows[:LISTED]]

    def turns(self, talk: str) -> list[str]:
        """Bodies of a conversation, oldest first."""
        with self._open() as file:
            rows = file.execute("SELECT body FROM turn WHERE talk = ? ORDER BY place", (talk,)).fetchall()
        return [row[0] for row in rows]

    def drop(self, talk: str) -> None:
        """Forget one."""
        with self._open() as file:
            self._drop(file, talk)

    def spend(self, day: str, tokens: int) -> int:
        """Count tokens of a day; how many it has in all. Other days are forgotten."""
        with self._open() as file:
            file.execute("DELETE FROM spent WHERE day <> ?", (day,))
            file.execute("INSERT INTO spent VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET tokens = tokens + ?",
                         (day, tokens, tokens))  # fmt: skip
            return int(file.execute("SELECT tokens FROM spent WHERE day = ?", (day,)).fetchone()[0])

    @staticmethod
    def _drop(file: Connection, talk: str) -> None:
        file.execute("DELETE FROM talk WHERE id = ?", (talk,))
        file.execute("DELETE FROM turn WHERE talk = ?", (talk,))
        file.execute("DELETE FROM said WHERE talk = ?", (talk,))

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        import sqlite3

        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            file = sqlite3.connect(self.path, timeout=5)
            try:
                with file:
                    for statement in _SCHEMA:
                        file.execute(statement)
                    yield file
            finally:
                file.close()
        except (OSError, sqlite3.Error) as error:
            raise unreadable(str(error)) from None


def unreadable(why: str) -> Refused:
    """The file cannot be used."""
    fix = f"move {FILE} out of the home; a new one is made"
    return refuse(Code.SOURCE_UNAVAILABLE, f"conversations cannot be kept: {safe(why, 120)}", fix=fix)


def _words(search: str) -> str:
    """What is looked for, each word a prefix; nothing of it is an operator."""
    kept = "".join(char if char.isalnum() else " " for char in safe(search, 120))
    return " ".join(f'"{word}"*' for word in kept.split()[:12])


def _listed(row: tuple[str, str, str, int, str]) -> Listed:
    return Listed(row[0], safe(row[1], 120), safe(row[2], 40), int(row[3]), safe(row[4], 160))
