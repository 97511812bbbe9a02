"""What the terminal remembers between two runs: theme and last instrument, in HOME/terminal.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from vterm import theme

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,15}\Z", re.ASCII)
MOST_BYTES = 65_536


@dataclass
class Settings:
    """Chosen by the user; a file that cannot be read or makes no sense counts as none."""

    theme: str = theme.DEFAULT
    symbol: str = ""
    path: Path | None = None

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Settings of a home."""
        try:
            raw = tomllib.loads(path.read_bytes()[:MOST_BYTES].decode("utf-8"))
        except (OSError, ValueError):
            raw = {}
        name, symbol = str(raw.get("theme", "")), str(raw.get("symbol", ""))
        return cls(name if name in theme.NAMES else theme.DEFAULT, symbol if _SYMBOL.match(symbol) else "", path)

    def save(self) -> None:
        """Write them, if there is somewhere to; a full disk is no reason to stay."""
        if self.path is None:
            return
        symbol = self.symbol if _SYMBOL.match(self.symbol) else ""
        try:
            self.path.write_text(f'theme = "{self.theme}"\nsymbol = "{symbol}"\n', encoding="utf-8")
        except OSError:
            return
