"""Alerts through the real command line: set, watched as they fire, run for, and neither lost nor doubled by kill -9."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Desk, desk


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("alerts") / "home") as it:
        yield it


def fired(it: Desk, alert_id: str) -> dict[str, Any]:
    """The alert once it has fired; the test's own time limit ends an endless wait."""
    while True:
        rows = {row["alert_id"]: row for row in it.ask("alerts")["alerts"]}
        if rows[alert_id]["state"] == "fired":
            return rows[alert_id]


def watching(it: Desk, *words: str) -> subprocess.Popen[bytes]:
    """`alerts watch` that has begun to listen."""
    watch = it.start("alerts", "watch", *words)
    assert watch.stderr is not None
    assert watch.stderr.readline().startswith(b"watching")
    return watch


def test_set_list_drop(home: Desk) -> None:
    one = home.ask("alerts", "add", "BTC", "above", "900000", "--note", "the moon")
    assert (one["symbol"], one["kind"], one["direction"], one["state"]) == ("BTC-USD", "price", "above", "active")
    assert one["note"] == "the moon"
    two = home.ask("alerts", "add", "AAPL", "volume", "50x", "--over", "5m", "--extended")
    assert (two["over"], two["session"], two["value"]) == ("5m", "extended", "50x")
    listed = [row["alert_id"] for row in home.ask("alerts", "--active")["alerts"]]
    assert listed == [two["alert_id"], one["alert_id"]]
    assert one["alert_id"] in home.run("alerts")[1]
    assert home.ask("alerts", "rm", one["alert_id"]) == {"dropped": [one["alert_id"]]}
    assert home.ask("alerts", "rm", "--all") == {"dropped": [two["alert_id"]]}
    assert home.ask("alerts", "--active") == {"alerts": []}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "BTC", "over", "1"), 2, "USAGE"),
        (("add", "BTC"), 2, "USAGE"),
        (("add", "BTC", "above", "1,5"), 2, "NUMBER_FORMAT"),
        (("add", "BTC", "above", "1.001"), 2, "PRECISION_EXCEEDED"),
        (("add", "NOSUCH", "above", "1"), 4, "UNKNOWN_SYMBOL"),
        (("rm", "al999999"), 4, "UNKNOWN_ALERT"),
        (("rm",), 2, "USAGE"),
        (("--note", "x"), 2, "USAGE"),
        (("watch", "--run", "true"), 5, "FORBIDDEN"),
    ],
)
def test_what_is_wrong_ends_in_one_line(home: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    found, out, err = home.run("alerts", *words)
    assert (found, out) == (code, "") and said in err and err.count("\n") == 1


def test_a_watcher_is_told_once_and_runs_what_it_was_allowed_to(home: Desk, tmp_path: Path) -> None:
    """The command is no shell's: a note that would be one stays text."""
    told = tmp_path / "told"
    script = tmp_path / "tell.py"
    script.write_text(
        "import os, sys\nopen(sys.argv[1], 'a').write(os.environ['VTERM_ALERT_SYMBOL'] + '|' + "
        "os.environ['VTERM_ALERT_NOTE'] + '|' + os.environ['VTERM_ALERT_FIRED_VALUE'] + '\\n')\nprint('heard')\n"
    )
    (Path(home.home.path) / "settings.toml").write_text("[alerts]\nrun = true\n")
    note = "x; touch boo $(y)"
    watch = watching(home, "--count", "1", "--run", f"python3 {script} {told}")
    alert = home.ask("alerts", "add", "BTC", "above", "1", "--note", note)
    out, err = watch.communicate(timeout=60)
    assert watch.returncode == 0, err
    (line,) = out.decode().splitlines()
    frame = json.loads(line)
    assert (frame["type"], frame["event"]) == ("alert", "alert.fired")
    assert frame["alert"] == fired(home, alert["alert_id"])
    assert told.read_text() == f"BTC-USD|{note}|{frame['alert']['fired_value']}\n"
    assert b"heard" in err and b"heard" not in out


def test_a_kill_loses_no_alert_and_fires_none_again(tmp_path: Path) -> None:
    with desk(tmp_path / "home") as it:
        first = it.ask("alerts", "add", "BTC", "above", "1")["alert_id"]
        waiting = it.ask("alerts", "add", "BTC", "trail", "40%")
        known = fired(it, first)
        it.kill()
        rows = {row["alert_id"]: row for row in it.ask("alerts")["alerts"]}
        assert rows[first] == known
        assert rows[waiting["alert_id"]]["state"] == "active"
        watch = watching(it, "--count", "1")
        again = it.ask("alerts", "add", "BTC", "above", "1")["alert_id"]
        out, _ = watch.communicate(timeout=60)
        assert json.loads(out)["alert"]["alert_id"] == again
        assert it.run("engine", "stop")[0] == 0
        assert it.ask("audit")["ok"]
