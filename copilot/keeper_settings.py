"""Who thinks, as the user chose it: VTERM_COPILOT, else HOME/copilot.toml, else the planner. No file holds a key."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from copilot.wire import Provider
from engine.model.refusal import Code, Refused, refuse

FILE = "copilot.toml"
VARIABLE = "VTERM_COPILOT"
MOST_BYTES = 4_096
MOST_SCRIPT = 512 * 1024
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}\Z", re.ASCII)
_KEYS = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
_SHAPE = 'provider = "offline", "anthropic" or "openai"; model = "…"; base_url = "https://…"; minimise = true'


class Chosen(msgspec.Struct, frozen=True):
    """A provider, and whether figures that go to it are rounded and ids left out."""

    provider: Provider
    minimise: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: str = "offline"
    model: str = ""
    base_url: str = ""
    minimise: bool = False


def chosen(home: str, environ: Mapping[str, str]) -> Chosen:
    """Who thinks at this home. Raises Refused where the variable or the file cannot be meant."""
    word = environ.get(VARIABLE, "")
    file = _read(Path(home) / FILE)
    if not word:
        return Chosen(_provider(file.provider, file.model, file.base_url, environ), file.minimise)
    kind, _, rest = word.partition(":")
    if kind == "scripted" and rest:
        return Chosen(Provider("scripted", script=_script(Path(rest))))
    model, _, base_url = rest.partition("@")
    if (kind == "anthropic" and base_url) or (kind == "openai" and not model):
        raise _unknown(word)
    return Chosen(_provider(kind, model, base_url, environ), file.minimise)


def _provider(kind: str, model: str, base_url: str, environ: Mapping[str, str]) -> Provider:
    if kind == "offline" and not model and not base_url:
        return Provider()
    if kind not in _KEYS or (model and not _MODEL.match(model)):
        raise _unknown(f"{kind}:{model}" if model else kind)
    if base_url and not (re.match(r"https?://[!-~]{1,200}\Z", base_url, re.ASCII) and "@" not in base_url):
        raise refuse(Code.OUT_OF_RANGE, "the copilot's base_url is no address", fix="http://127.0.0.1:11434/v1")
    key = environ.get(_KEYS[kind], "")
    if not key and not base_url:
        fix = f"set {_KEYS[kind]}, or leave the choice out: the planner needs no key"
        raise refuse(Code.MISSING_FIELD, f"there is no key for {kind}", fix=fix)
    return Provider(kind, model, base_url, key)


def _read(path: Path) -> _File:
    """The settings file; one that cannot be meant is refused, one that is not there says offline."""
    try:
        raw = _content(path, MOST_BYTES)
    except FileNotFoundError:
        return _File()
    except OSError as error:
        raise refuse(Code.TYPE_ERROR, f"{FILE} cannot be read: {error.strerror}", fix=_SHAPE) from None
    try:
        return msgspec.convert(tomllib.loads(raw.decode()), _File)
    except msgspec.ValidationError as error:
        raise refuse(Code.TYPE_ERROR, f"{FILE}: {str(error)[:120]}", fix=_SHAPE) from None
    except (ValueError, RecursionError):
        raise refuse(Code.TYPE_ERROR, f"{FILE} is not TOML", fix=_SHAPE) from None


def _script(path: Path) -> str:
    try:
        raw = _content(path, MOST_SCRIPT)
        from copilot.scripted import Script

        Script.of(raw)
        return raw.decode("utf-8")
    except OSError as error:
        fix = f"{VARIABLE}=scripted:FILE"
        raise refuse(Code.MISSING_FIELD, f"the script cannot be read: {error.strerror}", fix=fix) from None
    except ValueError:
        raise refuse(Code.MALFORMED_JSON, "the script is not text", fix="one call or case a line") from None


def _content(path: Path, most: int) -> bytes:
    """A regular file of at most `most` bytes. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        raw = file.read(most + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
        if not stat.S_ISREG(os.fstat(handle).st_mode) or len(raw) > most:
            raise OSError(22, f"it is no file of at most {most} bytes", str(path))
    return raw


def _unknown(word: str) -> Refused:
    fix = f"{VARIABLE}=offline, anthropic[:MODEL], openai:MODEL@URL or scripted:FILE"
    return refuse(Code.ENUM_ERROR, f"no such copilot: {word[:40]!r}", fix=fix, field=VARIABLE)
