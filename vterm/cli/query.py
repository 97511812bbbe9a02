"""A path with its query, from what was given on a command line."""

from __future__ import annotations


def query(path: str, **given: object) -> str:
    """The path with every parameter that is not empty; a leading `_` keeps Python's own words apart (`_from`)."""
    from urllib.parse import urlencode

    pairs = {name.removeprefix("_"): value for name, value in given.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(pairs)}" if pairs else path
