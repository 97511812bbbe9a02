"""Looks as data: palettes are roles with colours, styles are sheets that name roles only."""

from pathlib import Path

PALETTES = Path(__file__).parent / "palettes"
STYLES = Path(__file__).parent / "styles"
CARD = Path(__file__).parent / "card.toml"
DIALOGS = str(STYLES / "dialogs.tcss")
