"""Whether EDGAR may be asked, and in whose name: HOME/research.toml, which a person writes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from engine.model.refusal import Code, refuse

FILE = "research.toml"
MOST_BYTES = 4_096


class Settings(NamedTuple):
    """`contact` is told to the SEC with every request."""

    enabled: bool = False
    contact: str = ""


def read_settings(home: Path) -> Settings:
    """Off where there is no file. Raises Refused where it is no such file."""
    try:
        with open(home / FILE, "rb") as file:
            table = tomllib.loads(file.read(MOST_BYTES).decode()).get("edgar", {})
        enabled, contact = table.get("enabled", False), table.get("contact", "")
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, AttributeError) as error:
        raise refuse(
            Code.FORBIDDEN, f"{FILE} cannot be read", cause=str(error)[:100], fix="mend or remove it"
        ) from None
    if enabled is True and not is_contact(contact):
        raise refuse(
            Code.FORBIDDEN, f"{FILE} has no contact", fix="vterm research edgar on 'Your Name you@example.com'"
        )
    return Settings(enabled is True, str(contact))


def is_contact(contact: object) -> bool:
    """Whether somebody can be reached by it: printable ASCII with an address."""
    if not isinstance(contact, str) or not 6 <= len(contact) <= 120:
        return False
    return contact.isascii() and contact.isprintable() and "@" in contact and not set(contact) & set('"\\')


def write_settings(home: Path, settings: Settings) -> None:
    """Keep them."""
    words = f'[edgar]\nenabled = {"true" if settings.enabled else "false"}\ncontact = "{settings.contact}"\n'
    part = home / f"{FILE}.part"
    part.write_text(words, encoding="ascii")
    part.chmod(0o600)
    part.replace(home / FILE)
