"""Watchlists in one small JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from engine.ports import StoreError

DEFAULT = (
    "AAPL", "MSFT", "NVDA", "TSLA", "SPY", "QQQ", "BTC-USD", "ETH-USD", "SOL-USD",
    "EUR-USD", "USD-JPY", "GC", "CL", "SPX",
)  # fmt: skip
"""What a new account watches: something of every class."""


class FileLists:
    """Lists of a home. A damaged file is read as no lists, and replaced at the next change."""

    def __init__(self, path: Path, default: Sequence[str] | None = None) -> None:
        self._path = path
        self._default = list(DEFAULT if default is None else default)

    def get(self, account: str) -> list[str]:
        """The account's symbols, in its order."""
        found = self._read().get(account, self._default)
        return [s for s in found if isinstance(s, str)] if isinstance(found, list) else list(self._default)

    def put(self, account: str, symbols: list[str]) -> None:
        """Replace the account's symbols. Raises StoreError where the file cannot be written."""
        lists = {**self._read(), account: symbols}
        part = self._path.with_suffix(".part")
        try:
            part.write_text(json.dumps(lists, indent=1) + "\n", encoding="utf-8")
            os.replace(part, self._path)
        except OSError as error:
            raise StoreError(
                f"the watchlist cannot be written: {error.strerror}; free the disk or fix the rights"
            ) from error

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
