"""How the files of a format are read: line by line, or opened as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from engine.market.importers.events import MarketEvent
from engine.market.importers.habits import USUAL, Habits


class Importer(Protocol):
    """Turns the lines of one file, in order, into events. Holds what must be remembered between lines."""

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line (often none). Raises BadLine or a msgspec error on a line it cannot read."""


Messages = Iterator[tuple[int, list[MarketEvent]]]
"""(row, events) of a file in order; rows count from 1."""


class Lines:
    """A format of lines: `make` gives the importer of one file, `time` reads the time of a single line."""

    def __init__(self, make: Callable[[], Importer], time: Callable[[bytes], int]) -> None:
        self.make = make
        self.time = time


class Format:
    """A format by name, how its files are read, and what a file of it can prove about itself.

    `reads` is either `Lines`, or for what does not come in lines a function that opens a path (a file or a
    folder) and yields its messages; it may raise BadDataFile, or BadLine for the message that would come next.
    `habits` says of a path what its instruments are like.
    """

    def __init__(
        self,
        name: str,
        reads: Lines | Callable[[Path], Messages],
        proof: str,
        line: str,
        habits: Callable[[Path], Habits] = lambda path: USUAL,
    ) -> None:
        self.name = name
        self.habits = habits
        self.reads = reads
        self.proof = proof
        self.line = line
