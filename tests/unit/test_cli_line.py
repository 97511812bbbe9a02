"""The command line without an engine: flags, tables, errors, completions, and what is not imported."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from vterm.cli import main as main_module
from vterm.cli.commands import COMMANDS
from vterm.cli.context import Answer, Context, escape
from vterm.cli.main import main
from vterm.cli.orders import _decimal, _fraction, _units
from vterm.cli.output import plain, show, write_raw
from vterm.cli.scan import scan
from vterm.cli.stop import Stop

HEAVY = ("textual", "numpy", "httpx", "typer", "msgspec", "sqlalchemy", "rich", "starlette", "uvicorn", "websockets")
SLOW = ("json", "asyncio", "typing", "subprocess", "http", "urllib", "logging", "pathlib", "email", "ssl", "socket")
ROOT = Path(__file__).resolve().parents[2]


def loaded(program: str) -> set[str]:
    """The modules that a program has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", program + "\nprint(*sys.modules)"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_entry_point_imports_nothing_heavy() -> None:
    found = loaded("import sys, vterm.cli.main")
    assert not found & {*HEAVY, *SLOW}


def test_a_quote_imports_nothing_that_it_need_not_wait_for() -> None:
    program = (
        "import sys; import vterm.cli.context as c\n"
        "class Desk:\n"
        '    def send(self, *a): return 200, b\'{"symbol": "BTC"}\'\n'
        "c.Context.desk = property(lambda self: Desk())\n"
        "import engine.client.thin, engine.home\n"
        "from vterm.cli.main import main\n"
        "assert main(['quote', 'BTC', '--json']) == 0\n"
    )
    found = loaded(program)
    assert not found & {*HEAVY, *SLOW}


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        (["quote", "BTC"], "quote", ["BTC"]),
        (["--home", "h", "--json", "quote", "BTC"], "quote", ["BTC"]),
        (["quote", "--json", "BTC", "--home=h"], "quote", ["BTC"]),
        (["order", "buy", "BTC", "-5"], "order", ["buy", "BTC", "-5"]),
        (["data", "check", "f", "--json", "--seed", "1"], "data", ["check", "f", "--json", "--seed", "1"]),
        (["--replay", "f", "--format", "kraken"], "", []),
        ([], "", []),
        (["-h"], "help", []),
    ],
)
def test_global_flags_stand_anywhere(words: list[str], name: str, rest: list[str]) -> None:
    line = scan(words)
    assert (line.name, line.rest) == (name, rest)
    if "--home" in words or "--home=h" in words:
        assert (line.flags["home"], "json" in line.switches) == ("h", True)


@pytest.mark.parametrize(
    "words",
    [
        ["qoute"],
        ["--home"],
        ["quote", "--home"],
        ["--nope"],
        ["quote"],
        ["quote", "BTC", "--levels", "3"],
        ["book", "BTC", "--levels", "many"],
        ["bars", "BTC", "--every", "3m"],
        ["order"],
        ["order", "hold", "BTC", "1"],
        ["order", "buy", "BTC"],
        ["order", "show"],
        ["order", "amend"],
        ["order", "amend", "o1"],
        ["order", "amend", "o1", "--limit", "5", "--tif", "DAY"],
        ["order", "amend", "o1", "--limit", "5", "--oco"],
        ["order", "buy", "BTC", "1", "--quantity", "2"],
        ["cancel", "a", "--flatten"],
        ["cancel", "--flatten"],
        ["order", "buy", "BTC", "1", "--payload", "-"],
        ["order", "buy", "BTC", "1", "--wait", "soon"],
        ["cancel"],
        ["cancel", "a", "--all"],
        ["clock", "speed"],
        ["clock", "pause", "now"],
        ["engine"],
        ["engine", "restart"],
        ["watchlist", "add"],
        ["watch"],
        ["watch", "BTC", "--channel", "orders"],
        ["completions", "tcsh"],
        ["help", "nothing"],
        ["--account", "a b", "orders"],
        ["--desk", "https://desk.example", "orders"],
        ["--json"],
        ["--replay", "f"],
    ],
)
def test_what_is_typed_wrongly_is_one_line_and_exit_2(
    words: list[str], own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert not own_home.exists(), "nothing was started for a command that cannot be done"
    out, err = capsys.readouterr()
    if "--json" in words:
        assert json.loads(out)["error"]["code"] == "USAGE"
    else:
        assert out == ""
        assert err.startswith("vterm: USAGE: ")
        assert err.count("\n") == 1


def test_a_bug_is_one_line_and_leaves_its_trace_in_the_log(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_home.mkdir()

    def broken(words: list[str]) -> int:
        raise ZeroDivisionError("a bug\x1b[2J")

    monkeypatch.setattr(main_module, "_run", broken)
    assert main(["quote", "BTC"]) == 70
    err = capsys.readouterr().err
    assert err.startswith("vterm: bug: ZeroDivisionError: a bug")
    assert "\x1b" not in err and err.count("\n") == 1
    assert "Traceback" in (own_home / "engine.log").read_text()
    monkeypatch.setenv("VTERM_DEBUG", "1")
    main(["quote", "BTC"])
    assert "Traceback" in capsys.readouterr().err


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name, (kind, _, about) in COMMANDS.items():
        if kind == "thin":
            assert main([name, "--help"]) == 0
            assert f"vterm {name}" in capsys.readouterr().out
        assert about
    assert main(["help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in COMMANDS)
    assert main(["help", "quote"]) == 0


def test_the_workbench_speaks_like_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["simulate"], ["simulate", "--nope"], ["data", "nothing"], ["replay"]):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert err.startswith("vterm: USAGE: ")
        assert err.count("\n") == 1
    times = ["--seed", "7", "--start", "2026-11-23T14:30:00Z", "--end"]
    assert main(["simulate", *times, "2026-11-23T14:00:00Z"]) == 2
    assert main(["simulate", *times, "2026-11-23T15:00:00Z", "--step", "2s"]) == 2
    assert main(["simulate", *times, "2026-11-23T15:00:00Z", "--commands", "none.jsonl"]) == 2
    assert main(["simulate", *times, "then"]) == 2
    assert main(["replay", "none.gz", "--format", "binance-spot"]) == 7


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completions", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)
    if shell == "bash":
        assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


def context(*words: str) -> Context:
    """The context of a command line."""
    return Context(scan([*words, "positions"]))


ROWS = [{"symbol": "A\x1b[2J\u202e", "day_pnl": "+1.50"}, {"symbol": "LONG-NAME", "day_pnl": None}]


def test_tables_align_and_foreign_text_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(json.dumps({"rows": ROWS}).encode())
    show(context(), answer, "rows", ("symbol", "day_pnl"))
    out = capsys.readouterr().out
    assert out.splitlines() == ["symbol     day_pnl", "A            +1.50", "LONG-NAME        -"]
    show(context("--csv"), answer, "rows", ("symbol", "day_pnl"))
    assert capsys.readouterr().out.splitlines() == ["symbol,day_pnl", "A,+1.50", "LONG-NAME,"]
    show(context("--json"), answer, "rows", ("symbol",))
    out = capsys.readouterr().out
    assert json.loads(out) == {"rows": ROWS}
    assert out.isascii() and "\x1b" not in out
    write_raw('{"name": "Nestlé\u202e"}'.encode())
    assert capsys.readouterr().out.isascii()
    show(context(), Answer(b'{"rows": []}'), "rows", ("symbol",))
    assert capsys.readouterr() == ("", "no rows\n")
    assert plain("Zürich") == "Zürich"


def test_colour_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    def shown() -> str:
        screen = Screen()
        monkeypatch.setattr(sys, "stdout", screen)
        show(context(), Answer(json.dumps({"rows": ROWS}).encode()), "rows", ("symbol", "day_pnl"))
        return screen.getvalue()

    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[32m" in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown()


@pytest.mark.parametrize(
    ("text", "value"), [("1", (1, 1)), ("0.25", (25, 100)), ("50%", (50, 100)), ("100%", (100, 100))]
)
def test_fractions(text: str, value: tuple[int, int]) -> None:
    assert _fraction(text) == value


@pytest.mark.parametrize("text", ["0", "1.1", "-1", "101%", "x", "", "1e-1", "٣", "%"])
def test_what_is_no_fraction(text: str) -> None:
    with pytest.raises(Stop):
        _fraction(text)


def test_quantities_keep_their_decimals() -> None:
    for text in ("0.34159000", "12", "1.5", "0.00000001"):
        assert _decimal(*_units(text)) == text


def test_paths_are_escaped() -> None:
    assert escape("BTC-USD") == "BTC-USD"
    assert escape("EUR/USD ?#") == "EUR%2FUSD%20%3F%23"


def test_a_server_that_speaks_no_json_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Deaf:
        def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
            return 400, b"Invalid HTTP request received."

    monkeypatch.setattr(Context, "desk", property(lambda _: Deaf()))
    assert main(["quote", "BTC"]) == 2
    assert capsys.readouterr().err.startswith("vterm: USAGE: ")
