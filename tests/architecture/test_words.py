"""Words that must not be in a committed file: this machine's folders, package hosts, promises of later work."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import ROOT, text_files

_SLASH = "/"
MACHINE_PATHS = re.compile(rf"(?<![\w.~*}}-]){_SLASH}(?:work|tmp|opt|root|home{_SLASH}\w+)(?:{_SLASH}|\b(?![\w:]))")
HOSTS = re.compile(
    "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(?:com|org)", "conda" + r"\.io"))
)
PROMISES = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")


@pytest.mark.parametrize(
    ("banned", "advice"),
    [
        (MACHINE_PATHS, "name no machine's folder: build the path from the file, the home or a temporary folder"),
        (HOSTS, "name no package host: locks and documents work with any index"),
        (PROMISES, "finish it or write an issue: source makes no promises"),
    ],
    ids=["machine-paths", "package-hosts", "promises"],
)
def test_banned_words(banned: re.Pattern[str], advice: str) -> None:
    found, read = [], 0
    for path in text_files():
        read += 1
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if banned.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert read > 20, "git listed no files: run the tests inside the repository"
    assert not found, "\n  ".join([f"{advice}:", *found])


def test_the_patterns_see_and_spare() -> None:
    for bad in (f'"{_SLASH}tmp{_SLASH}x"', f"open('{_SLASH}work{_SLASH}a')", f"cd {_SLASH}tmp"):
        assert MACHINE_PATHS.search(bad), bad
    for good in ("a/work/b", "speed/tmp", "rest and/or work", "../shared/data", "{home}/tmp/x"):
        assert not MACHINE_PATHS.search(good), good
