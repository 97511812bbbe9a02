"""No secret leaves the desk in a prompt: what looks like one is blacked out wherever it stands."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "[hidden]"
_LOOKS = re.compile(
    r"-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|SIGNATURE)-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)"
    r"|\bvt_(?:live|test|sec|key)_[A-Za-z0-9_-]{6,}"
    r"|\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}"
    r"|\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAKIA[0-9A-Z]{12,}|\bAIza[0-9A-Za-z_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}",
    re.ASCII | re.DOTALL,
)


def hidden_in(value: Any) -> Any:
    """A document with every string of it so: what one string says cannot reach into the next."""
    if isinstance(value, str):
        return hidden(value)
    if isinstance(value, dict):
        return {name: hidden_in(each) for name, each in value.items()}
    return [hidden_in(each) for each in value] if isinstance(value, list | tuple) else value


def hidden(text: str, *known: str) -> str:
    """The text without anything that looks like a key, and without the `known` ones."""
    for each in known:
        if len(each) > 5:
            text = text.replace(each, HIDDEN)
    return _LOOKS.sub(HIDDEN, text)
