"""Small LEAN folders with made-up symbols and numbers, for tests that need no real data."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MINUTE_MS = 60_000
OPEN_MS = 34_200_000
"""09:30 of an exchange's day."""


def pack(path: Path, members: Mapping[str, Sequence[str]]) -> Path:
    """A zip of CSVs, at its place in the layout."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in members.items():
            archive.writestr(name, "".join(line + "\r\n" for line in lines))
    return path


def equity(
    root: Path, day: str, kind: str, lines: Sequence[str], resolution: str = "minute", name: str = "aaa"
) -> Path:
    """A US equity's file of a day."""
    path = root / "equity" / "usa" / resolution / name / f"{day}_{kind}.zip"
    return pack(path, {f"{day}_{name}_{resolution}_{kind}.csv": lines})


def future(root: Path, day: str, kind: str, contracts: Mapping[str, Sequence[str]], resolution: str = "minute") -> Path:
    """A future's file of a day, one CSV a contract (yyyymm)."""
    path = root / "future" / "comex" / resolution / "gc" / f"{day}_{kind}.zip"
    return pack(path, {f"{day}_gc_{resolution}_{kind}_{month}.csv": lines for month, lines in contracts.items()})


def forex(root: Path, day: str, lines: Sequence[str], resolution: str = "minute") -> Path:
    """A currency pair's quotes of a day."""
    path = root / "forex" / "oanda" / resolution / "eurusd" / f"{day}_quote.zip"
    return pack(path, {f"{day}_eurusd_{resolution}_quote.csv": lines})
