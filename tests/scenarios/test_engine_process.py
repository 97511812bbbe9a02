"""The life of an engine: started once, ended cleanly, recovered after the worst, and never a traceback."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import lock
from engine.client import wire
from engine.client.desk import DeskClient
from engine.desk import DeskUnreachable
from tests.processes import ROOT, Desk, desk

NOBODY = 65_534
KILLS = int(os.environ.get("VTERM_TEST_KILLS", "4"))
"""A longer run is VTERM_TEST_KILLS=50."""
RECORDING = ROOT / "tests" / "data" / "captures" / "quiet.vterm.jsonl"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home") as it:
        yield it


def test_two_commands_racing_start_one_engine(home: Desk) -> None:
    racers = [home.start("quote", "BTC", "--json") for _ in range(4)]
    answers = [racer.communicate(timeout=90) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4, answers
    assert all(json.loads(out)["symbol"] for out, _ in answers)
    log = Path(home.home.log).read_text()
    assert log.count("ready in") == 1
    status = home.ask("engine", "status")
    assert (status["running"], status["pid"]) == (True, home.home.engine_pid())


def test_a_kill_loses_nothing_and_the_next_command_works(home: Desk) -> None:
    order = home.ask("order", "buy", "BTC", "0.01", "--client-id", "before")
    assert order["status"] == "filled"
    pid = home.kill()
    assert os.path.exists(home.home.socket), "the dead engine's socket is still there"
    again = home.ask("order", "show", "before")
    assert (again["order_id"], again["status"], again["fills"]) == (order["order_id"], "filled", order["fills"])
    assert home.home.engine_pid() != pid
    assert home.ask("audit")["ok"] is True


def test_a_stop_is_clean_and_everything_is_there_again(home: Desk) -> None:
    before = home.ask("order", "buy", "AAPL", "10", "--limit", "1.00")
    assert home.ask("engine", "stop")["stopped"] is True
    assert not lock.held(home.home)
    assert not os.path.exists(home.home.socket)
    assert home.ask("engine", "stop") == {"running": False, "home": home.home.path, "stopped": False}
    assert home.ask("engine", "status")["running"] is False
    assert [o["order_id"] for o in home.ask("orders", "--open")["orders"]] == [before["order_id"]]


def test_a_second_engine_on_a_home_is_refused(home: Desk) -> None:
    home.ask("quote", "BTC")
    second = subprocess.run(
        [sys.executable, "-m", "engine.process", "--home", home.home.path],
        env=home.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 6
    assert second.stderr.count("\n") == 1
    assert second.stderr.startswith("vterm: ENGINE_RUNNING: ")
    assert home.refused("quote", "BTC", "--no-daemon") == (6, "ENGINE_RUNNING")


def test_the_files_of_a_home_are_private(home: Desk) -> None:
    home.ask("quote", "BTC")
    assert stat.S_IMODE(os.stat(home.home.path).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(home.home.socket).st_mode) == 0o600


def test_a_home_with_a_very_long_name_works(tmp_path: Path) -> None:
    with desk(tmp_path / ("long" * 40) / "home") as it:
        assert it.ask("quote", "BTC")["symbol"]
        assert it.ask("engine", "stop")["stopped"] is True


def test_an_idle_engine_leaves(tmp_path: Path) -> None:
    with desk(tmp_path / "home", VTERM_IDLE_SECONDS="0.5") as it:
        it.ask("quote", "BTC")
        assert lock.await_release(it.home, 60)
        assert not os.path.exists(it.home.socket)
        assert not os.path.exists(it.home.pid)
        assert "idle" in Path(it.home.log).read_text()


def test_an_engine_whose_home_is_gone_leaves(tmp_path: Path) -> None:
    with desk(tmp_path / "home") as it:
        it.ask("quote", "BTC")
        pid = it.home.engine_pid()
        shutil.rmtree(it.home.path)
        until = time.monotonic() + 60
        while _alive(pid) and time.monotonic() < until:
            time.sleep(0.05)
        assert not _alive(pid)


def test_a_signal_while_a_reader_watches_ends_both(home: Desk) -> None:
    watcher = home.start("watch", "BTC")
    assert watcher.stdout is not None
    assert json.loads(watcher.stdout.readline())["type"] == "ticker"
    os.kill(home.home.engine_pid(), signal.SIGTERM)
    _, err = watcher.communicate(timeout=60)
    assert watcher.returncode == 6
    assert err.decode().startswith("vterm: DESK_UNREACHABLE: ")
    assert lock.await_release(home.home, 30)


def test_ctrl_c_is_quiet(home: Desk) -> None:
    watcher = home.start("watch", "BTC")
    assert watcher.stdout is not None
    watcher.stdout.readline()
    watcher.send_signal(signal.SIGINT)
    _, err = watcher.communicate(timeout=60)
    assert (watcher.returncode, err) == (130, b"")


def test_a_stale_socket_and_pid_are_replaced(home: Desk) -> None:
    home.home.prepare()
    with socket.socket(socket.AF_UNIX) as dead:
        home.home.bind(dead)
    Path(home.home.pid).write_text("999999\n")
    assert home.ask("quote", "BTC")["symbol"]
    assert home.home.engine_pid() != 999_999


def test_a_home_that_is_a_file_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    it = Desk(tmp_path / "home")
    assert it.refused("quote", "BTC") == (2, "HOME_NOT_A_FOLDER")
    code, out, err = it.run("quote", "BTC")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "choose another folder" in err


def test_a_home_without_rights_ends_in_one_line(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    it = Desk(locked / "home")
    code, out, err = it.run("quote", "BTC") if os.geteuid() else _as_nobody(it)
    assert (code, out, err.count("\n")) == (5, "", 1), err
    assert err.startswith("vterm: FORBIDDEN: no rights to read and write ")


def _as_nobody(it: Desk) -> tuple[int, str, str]:
    """Root may do everything, so the command drops its rights, after it has loaded what it needs to say no."""
    program = (
        "import contextlib, io, os, sys; from vterm.cli.main import main\n"
        "with contextlib.redirect_stderr(io.StringIO()): main(['--home', '/dev/null', 'quote', 'BTC'])\n"
        f"os.seteuid({NOBODY}); sys.exit(main(['quote', 'BTC']))"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, env=it.environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_damaged_ledger_is_told_by_the_command_that_starts_the_engine(home: Desk) -> None:
    home.home.prepare()
    Path(home.home.ledger).write_bytes(b"this is not a database, but it is long enough to be one" * 100)
    code, out, err = home.run("quote", "BTC")
    assert code in (6, 8)
    assert (out, err.count("\n")) == ("", 1)
    assert "Traceback" not in err


def test_a_wrong_clock_or_seed_is_a_usage_error(home: Desk) -> None:
    home.environment.pop("VTERM_CLOCK")
    assert home.refused("quote", "BTC", "--clock", "yesterday") == (2, "NUMBER_FORMAT")
    assert home.refused("quote", "BTC", "--seed", "x") == (2, "OUT_OF_RANGE")
    assert home.ask("quote", "BTC", "--clock", "2026-06-15T14:30:00Z")["at"].startswith("2026-06-15T14:3")


def test_a_recording_that_is_not_there_is_a_bad_file(home: Desk) -> None:
    words = ("engine", "start", "--replay", "nowhere.gz", "--format", "binance-spot")
    assert home.refused(*words) == (7, "BAD_DATA_FILE")


def test_no_daemon_works_alone_and_keeps_its_orders(home: Desk) -> None:
    order = home.ask("order", "buy", "BTC", "0.02", "--no-daemon")
    assert order["status"] == "filled"
    assert not os.path.exists(home.home.socket)
    assert home.ask("positions")["positions"][0]["quantity"] == "0.02000000"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat_file = Path(f"/proc/{pid}/stat")
    return not stat_file.exists() or stat_file.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_recording_has_a_ledger_of_its_own(home: Desk) -> None:
    living = home.ask("order", "buy", "BTC", "0.01")
    flags = ("--replay", str(RECORDING), "--format", "vterm")
    assert home.ask(*flags, "orders") == {"orders": []}
    recorded = home.ask("instruments")["instruments"]
    assert len(recorded) == 1, "the engine now runs the recording"
    assert home.ask("audit")["orders"] == 0
    assert home.ask("engine", "start")["replay"] is None
    assert [o["order_id"] for o in home.ask("orders")["orders"]] == [living["order_id"]]
    watcher = home.start("watch", "BTC")
    assert watcher.stdout is not None
    watcher.stdout.readline()
    assert home.refused(*flags, "orders") == (6, "WRONG_MARKET"), "somebody is watching the other market"
    watcher.kill()
    watcher.communicate()


def test_no_acknowledged_order_is_lost_in_kills(home: Desk) -> None:
    acknowledged: list[str] = []

    async def place(name: str) -> str:
        order = {"symbol": "BTC", "side": "buy", "type": "market", "quantity": "0.001", "client_order_id": name}
        status, document = await wire.request(home.home, "main", "POST", "/v1/orders", order)
        assert status == 201, document
        return name

    async def stream(round_number: int, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, os.kill, home.home.engine_pid(), signal.SIGKILL)
        number, alive = 0, True
        while alive:
            names = [f"k-{round_number}-{number + i}" for i in range(4)]
            for done in await asyncio.gather(*map(place, names), return_exceptions=True):
                if isinstance(done, str):
                    acknowledged.append(done)
                elif isinstance(done, DeskUnreachable):
                    alive = False
                else:
                    raise done
            number += 4

    for number in range(KILLS):
        home.ask("quote", "BTC")
        asyncio.run(stream(number, 0.05 + 0.07 * (number % 5)))
        assert lock.await_release(home.home, 20)
        assert home.ask("audit")["ok"] is True
    kept = {order["client_order_id"]: order for order in home.ask("orders")["orders"]}
    assert len(acknowledged) > KILLS
    assert [name for name in acknowledged if name not in kept] == []
    assert {kept[name]["status"] for name in acknowledged} == {"filled"}


async def test_a_client_heals_when_its_engine_is_killed(home: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VTERM_CLOCK", "VTERM_SEED", "VTERM_IDLE_SECONDS", "PYTHONPATH"):
        monkeypatch.setenv(name, home.environment[name])
    client = DeskClient(home.home)
    await client.ready()
    states: list[str] = []
    frames = client.stream(["orderbook:BTC", "ticker:AAPL"])
    async with asyncio.timeout(60):
        async for frame in frames:
            if frame["type"] == "state":
                states.append(frame["state"])
            elif frame["type"] == "book" and states == ["LIVE"]:
                states.append("killed")
                home.kill()
            elif frame["type"] == "book" and states[-1:] == ["LIVE"] and len(states) > 1:
                break
    await frames.aclose()  # type: ignore[attr-defined]
    assert states == ["LIVE", "killed", "RECONNECTING", "LIVE"]
    assert (await client.quote("BTC"))["symbol"]
