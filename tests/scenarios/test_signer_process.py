"""The signer as a process on a real desk: made with the first proposal, asked by who knows its secret, gone alone."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.client.desk import DeskClient
from engine.model.refusal import Refused
from tests.processes import Desk, desk
from vterm.signer import wire
from vterm.signer.folder import DESK, KEY, SECRET, SOCKET
from vterm.signer.link import SignerLink

LIMIT = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "3", "limit_price": "150.00"}
WITHIN_S = 20.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("signer") / "home") as it:
        it.ask("engine", "start")
        yield it


def client(it: Desk) -> DeskClient:
    return DeskClient(it.home, start=False)


async def proposed(it: Desk, origin: str = "human") -> str:
    """What the copilot proposes is put before a person six times in ten minutes at most."""
    body = {"purpose": "order.place", "origin": origin, "order": LIMIT}
    return str((await client(it).propose(body))["proposal_id"])


def until(true: object) -> None:
    end = time.monotonic() + WITHIN_S
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def pid(it: Desk) -> int:
    return int(Path(it.home.path, "signing", "lock").read_text("ascii"))


async def test_from_a_proposal_to_an_order_in_the_ledger(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    name = await proposed(home, "copilot")
    state = await link.state()
    assert state.key.startswith("SHA256:") and not state.locked and not state.passphrase
    opened = await link.open(name)
    assert len(opened.rows) == 16 and all(len(row) == 56 for row in opened.rows)
    assert len(opened.code) == 4 and opened.code in "\n".join(opened.rows)
    wrong = "0000" if opened.code != "0000" else "1111"
    with pytest.raises(Refused) as no:
        await link.sign(opened, wrong)
    assert no.value.refusal.code == "NOT_SIGNED"
    done = await link.sign(opened, opened.code.lower())
    assert done["status"] == "EXECUTED"
    order = await client(home).order(done["results"][0])
    assert (order["origin"], order["quantity"], done["origin"]) == (f"signed:{name}", "3", "copilot")
    row = next(one for one in (await client(home).signers())["signers"] if one["key"] == state.key)
    assert row["revoked_at"] is None
    await link.close()
    assert home.ask("audit")["ok"]


async def test_its_files_are_the_users_alone(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    folder = Path(home.home.path, "signing")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert {KEY, DESK, SECRET, SOCKET} <= set(modes) and set(modes.values()) == {0o600}
    await link.close()


async def test_a_desk_that_the_signer_forgot_is_shown_the_key_again(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    Path(home.home.path, "signing", DESK).unlink()
    opened = await link.open(await proposed(home))
    assert (await link.sign(opened, opened.code))["status"] == "EXECUTED"
    await link.close()


async def test_fifty_replays_of_one_ticket_make_one_order(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    name = await proposed(home)
    await link.state()
    opened = await link.open(name)
    answer = await link._ask(wire.Sign(opened.shown, opened.code))
    await link.close()
    before = len((await client(home).orders())["orders"])
    sent = [client(home).sign(name, opened.payload, answer.signature) for _ in range(50)]
    answers = await asyncio.gather(*sent)
    assert sorted(one["code"] for one in answers) == ["OK"] + ["REPLAY_SAME"] * 49
    assert len({json.dumps(one["results"]) for one in answers}) == 1
    home.ask("engine", "stop")
    home.ask("engine", "start")
    sent = [client(home).sign(name, opened.payload, answer.signature) for _ in range(50)]
    for again in await asyncio.gather(*sent):
        assert (again["code"], again["results"]) == ("REPLAY_SAME", answers[0]["results"])
    assert len((await client(home).orders())["orders"]) == before + 1
    home.ask("rewind", "--before", str(answers[0]["results"][0]), "--yes")
    home.ask("engine", "start")
    sent = [client(home).sign(name, opened.payload, answer.signature) for _ in range(50)]
    late = await asyncio.gather(*sent, return_exceptions=True)
    assert [one.refusal.code for one in late if isinstance(one, Refused)] == ["WRONG_EPOCH"] * 50
    assert len((await client(home).orders())["orders"]) == before


async def test_who_does_not_know_the_secret_is_told_nothing(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    path = Path(home.home.path, "signing", SOCKET)
    secret = path.with_name(SECRET).read_text("ascii")
    first = [wire.line(wire.Hello("0" * 64)), wire.line(wire.State()), b"{}\n", b"\xff\xfe\n", b"[" * 70_000 + b"\n",
             b'{"type":"hello","secret":"\\ud800"}\n', b'{"type":"hello","secret":1}\n', b"\n"]  # fmt: skip
    for raw in first:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(WITHIN_S)
            sock.connect(os.path.relpath(path))
            sock.sendall(raw + wire.line(wire.Present("{}")))
            heard = b""
            try:
                while piece := sock.recv(65536):
                    heard += piece
            except ConnectionError:
                pass
        assert b"SHA256" not in heard and secret.encode() not in heard
        assert heard.count(b"\n") <= 1
    assert (await link.state()).key, "it still serves who knows"
    await link.close()


async def test_who_says_nothing_keeps_nothing_open(home: Desk) -> None:
    """A connection without the secret is let go, and the key locks with the last one that has it."""
    link = SignerLink(home.home.path, client(home))
    await link.state()
    await link.passphrase("", "four small words here")
    path = Path(home.home.path, "signing", SOCKET)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.settimeout(WITHIN_S)
        silent.connect(os.path.relpath(path))
        await link.close()
        other = SignerLink(home.home.path, client(home))
        assert (await other.state()).locked
        assert silent.recv(1) == b"", "it is let go without a word"
    await other.unlock("four small words here")
    await other.passphrase("four small words here", "")
    await other.close()


async def test_modules_of_the_folder_one_stands_in_do_not_run_beside_the_key(
    home: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    await link.close()
    os.kill(pid(home), signal.SIGTERM)
    until(lambda: not Path(home.home.path, "signing", SOCKET).exists())
    found = tmp_path / "found"
    for name in ("argparse", "hmac", "msgspec", "cryptography", "vterm", "engine"):
        (tmp_path / f"{name}.py").write_text(f"open({str(found)!r}, 'a').write({name!r})\nraise SystemExit(3)\n")
    monkeypatch.setenv("PYTHONPATH", home.environment["PYTHONPATH"])
    monkeypatch.chdir(tmp_path)
    other = SignerLink(home.home.path, client(home))
    assert (await other.state()).key
    await other.close()
    assert not found.exists()


async def test_a_locked_signer_needs_its_passphrase_and_locks_with_the_last_link(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    assert (await link.passphrase("", "four small words here")).passphrase
    name = await proposed(home)
    await link.open(name)
    await link.close()
    other = SignerLink(home.home.path, client(home))
    assert (await other.state()).locked
    with pytest.raises(Refused) as locked:
        await other.open(name)
    assert locked.value.refusal.code == "NOT_AUTHORISED"
    with pytest.raises(Refused):
        await other.unlock("wrong")
    assert not (await other.unlock("four small words here")).locked
    opened = await other.open(name)
    assert (await other.sign(opened, opened.code))["status"] == "EXECUTED"
    await other.passphrase("four small words here", "")
    await other.close()


async def test_it_survives_its_own_death_between_two_requests(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    name = await proposed(home)
    await link.state()
    opened = await link.open(name)
    os.kill(pid(home), signal.SIGKILL)
    with pytest.raises(Refused) as gone:
        for _ in range(3):  # the first may still be heard by nobody
            await link.sign(opened, opened.code)
    assert gone.value.refusal.code == "NOT_SIGNED"
    fresh = await link.open(name)
    assert (await link.sign(fresh, fresh.code))["status"] == "EXECUTED"
    await link.close()


async def test_what_can_be_seen_of_it(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    folder = Path(f"/proc/{pid(home)}")
    if not folder.exists():
        pytest.skip("no /proc here: the signer's process was not looked at")
    limits = (folder / "limits").read_text() if os.access(folder / "limits", os.R_OK) else ""
    if limits:
        assert next(line for line in limits.splitlines() if "core file" in line).split()[4:6] == ["0", "0"]
    if os.geteuid() != 0:
        assert not os.access(folder / "mem", os.R_OK), "nobody looks into it"
    else:
        environ = (folder / "environ").read_bytes()
        assert b"VTERM" not in environ and b"KEY" not in environ
    await link.close()


async def test_a_revoked_key_signs_no_more_and_another_is_made(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    key = (await link.state()).key
    name = await proposed(home)
    opened = await link.open(name)
    assert home.ask("keys", "revoke", key)["revoked_at"]
    with pytest.raises(Refused) as void:
        await link.sign(opened, opened.code)
    assert void.value.refusal.code in ("KEY_REVOKED", "PROPOSAL_STATE")
    await link.close()
    other = SignerLink(home.home.path, client(home))
    with pytest.raises(Refused) as ended:
        await other.state()
    assert ended.value.refusal.code == "KEY_REVOKED"
    assert home.ask("keys", "signing", "new")["key"] != key
    assert not (await other.state()).locked
    again = await other.open(name)
    assert (await other.sign(again, again.code))["status"] == "EXECUTED"
    await other.close()


async def test_openssh_believes_it(home: Desk, tmp_path: Path) -> None:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        pytest.skip("ssh-keygen is absent: no other program has verified a signature of the signer")
    link = SignerLink(home.home.path, client(home))
    name = await proposed(home)
    await link.state()
    opened = await link.open(name)
    answer = await link._ask(wire.Sign(opened.shown, opened.code))
    public = (await link._told(wire.State())).public
    await link.close()
    engine = json.loads(opened.payload)["engine"]
    (tmp_path / "keys").write_text(f'owner namespaces="order@{engine}" {public}\n')
    (tmp_path / "sig").write_text(answer.signature)
    verify = [tool, "-Y", "verify", "-f", str(tmp_path / "keys"), "-I", "owner", "-n", f"order@{engine}"]
    found = subprocess.run(
        [*verify, "-s", str(tmp_path / "sig")], input=opened.payload.encode(), capture_output=True, check=False
    )
    assert found.returncode == 0, found.stderr


async def test_it_ends_when_nobody_needs_it(home: Desk) -> None:
    link = SignerLink(home.home.path, client(home))
    await link.state()
    await link.close()
    number = pid(home)
    os.kill(number, signal.SIGTERM)
    folder = Path(home.home.path, "signing")
    until(lambda: not (folder / SOCKET).exists())
    assert not (folder / SECRET).exists()
    assert (folder / "key").exists()
