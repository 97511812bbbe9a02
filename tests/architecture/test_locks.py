"""The locks: hashes for everything, no host, and the test tools add to the runtime without changing it."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.architecture.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place(name: str) -> None:
    text = _text(name)
    assert "://" not in text and "--index" not in text and "--find-links" not in text and " @ " not in text
    assert "make lock" in text.splitlines()[1], "compile locks with `make lock`: the header would show a machine's path"


@pytest.mark.parametrize("name", LOCKS)
def test_everything_has_a_hash(name: str) -> None:
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", _text(name))[1:]
    assert len(blocks) > 30
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_test_tools_do_not_move_the_runtime() -> None:
    runtime, dev = (dict(_PINNED.findall(_text(name))) for name in LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime, "run `make lock`: the two locks disagree"


def test_every_base_dependency_is_locked_and_explained() -> None:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    names = [re.split(r"[<>=\[; ]", one)[0] for one in project["dependencies"]]
    locked = dict(_PINNED.findall(_text("requirements.lock")))
    explained = _text("docs/dependencies.md")
    assert [name for name in names if name not in locked] == [], "run `make lock`"
    extras = [re.split(r"[<>=\[; ]", one)[0] for group in project["optional-dependencies"].values() for one in group]
    missing = [name for name in {*names, *extras} - {"vterm"} if f"`{name}`" not in explained]
    assert sorted(missing) == [], "say in docs/dependencies.md what it is for"
