"""`python -m vterm.signer --home DIR`: one signer a home, started by whoever needs it, gone when nobody does.

It listens on HOME/signing/signer.sock. Who connects has to be this user and to know the secret of this signer's life,
which lies in a file of the folder. When the last connection closes the key is locked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import hmac
import os
import secrets
import signal
import socket
from pathlib import Path

import msgspec

from engine.signing.codes import Denial
from vterm.signer import wire
from vterm.signer.box import Box
from vterm.signer.folder import LOCK, SECRET, SOCKET, SignerFolder
from vterm.signer.guard import peer_is_own, raise_guards

LOOK_SECONDS = 1.0
IDLE_SECONDS = 60.0
"""With the last connection the key was locked: one that stays has nothing left to give."""
MOST_CONNECTIONS = 16
HELLO_SECONDS = 5.0
"""Who has not said the secret by then is let go."""
SLOW_WRONG_SECONDS = 0.5
"""After a wrong secret or passphrase, so that nobody tries many."""


def main(argv: list[str] | None = None) -> int:
    """Serve until nobody needs it; 0 also where another signer has the home."""
    parser = argparse.ArgumentParser(prog="vterm.signer", allow_abbrev=False)
    parser.add_argument("--home", required=True)
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds without anybody after which it ends")
    options = parser.parse_args(argv)
    raise_guards()
    folder = SignerFolder(options.home)
    folder.prepare()
    lock = os.open(folder.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return 0
    os.truncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    asyncio.run(Service(folder, options.idle).run())
    return 0


def listening(path: Path) -> socket.socket:
    """The socket, 0600 from its first moment; a path may be too long for its name, a folder's handle is not."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)
        sock.bind(path.name)
        os.chmod(path.name, 0o600)  # it was 0700 at most: the umask
    finally:
        os.fchdir(here)
        os.close(here)
    sock.listen(MOST_CONNECTIONS)
    return sock


class Service:
    """The socket before a Box."""

    def __init__(self, folder: SignerFolder, idle: float) -> None:
        self.folder, self.idle, self.box = folder, idle, Box(folder)
        self.secret = secrets.token_hex(32)
        self.callers = self.open = 0
        self.over = asyncio.Event()
        self._decode = msgspec.json.Decoder(wire.Request)

    async def run(self) -> None:
        """Listen until told to end, or until nobody has been there for long."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.over.set)
        path = self.folder.path / SOCKET
        self.folder.write(SECRET, self.secret)
        server = await asyncio.start_unix_server(self._serve, sock=listening(path), limit=wire.MOST_BYTES)
        watch = asyncio.create_task(self._watch())
        try:
            await self.over.wait()
        finally:
            watch.cancel()
            server.close()
            self.box.lock()
            for name in (SOCKET, SECRET):
                (self.folder.path / name).unlink(missing_ok=True)

    async def _watch(self) -> None:
        alone = 0.0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.box.look()
            alone = 0.0 if self.open else alone + LOOK_SECONDS
            if alone >= self.idle or not self.folder.path.is_dir():
                self.over.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sock: socket.socket = writer.get_extra_info("socket")
        if self.callers >= MOST_CONNECTIONS or not peer_is_own(sock):
            writer.close()
            return
        self.callers += 1
        try:
            if await asyncio.wait_for(self._greeted(reader, writer), HELLO_SECONDS):
                await self._known(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass  # whoever asked has gone, or said nothing
        finally:
            self.callers -= 1
            writer.close()

    async def _known(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve somebody who knows the secret. Others keep nothing unlocked, and nothing running."""
        self.open += 1
        try:
            while request := await self._request(reader, writer):
                await self._say(writer, await self._answer(request))
        finally:
            self.open -= 1
            if not self.open:
                self.box.lock()

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        hello = await self._request(reader, writer)
        known = isinstance(hello, wire.Hello) and hmac.compare_digest(hello.secret.encode(), self.secret.encode())
        if known:
            await self._say(writer, await self._answer(wire.State()))
        elif hello is not None:
            await asyncio.sleep(SLOW_WRONG_SECONDS)
            await self._say(writer, wire.No("NOT_AUTHORISED", "the signer does not know you", "the secret is another"))
        return known

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> wire.Request | None:
        """The next request; None where there is none, or none that can be read."""
        try:
            raw = await reader.readline()
            return self._decode.decode(raw) if raw else None
        except (ValueError, asyncio.LimitOverrunError, RecursionError):  # msgspec's errors are ValueErrors
            with contextlib.suppress(ConnectionError):
                await self._say(writer, wire.No("BAD_CANONICAL", "the signer cannot read that", "it is no request"))
            return None

    @staticmethod
    async def _say(writer: asyncio.StreamWriter, answer: wire.Answer) -> None:
        writer.write(wire.line(answer))
        await writer.drain()

    async def _answer(self, request: wire.Request) -> wire.Answer:
        try:
            return self._done(request)
        except Denial as denial:
            if isinstance(request, wire.Unlock | wire.Passphrase):
                await asyncio.sleep(SLOW_WRONG_SECONDS)
            no = denial.denied
            return wire.No(no.code.value, no.message, no.cause, no.fix)
        except OSError as error:
            fix = "look at the folder `signing` of the home"
            return wire.No("STORE_FAILED", "the signer cannot keep its key", error.strerror or "", fix)

    def _done(self, request: wire.Request) -> wire.Answer:
        box = self.box
        match request:
            case wire.Make(anew=anew):
                return box.make(anew)
            case wire.Prove(engine=engine, owner=owner, nonce=nonce):
                return box.prove(engine, owner, nonce)
            case wire.Unlock(passphrase=passphrase):
                return box.unlock(passphrase)
            case wire.Lock():
                return box.lock()
            case wire.Passphrase(old=old, new=new):
                return box.passphrase(old, new)
            case wire.Present(payload=payload):
                return box.present(payload)
            case wire.Sign(shown=shown, typed=typed):
                return box.sign(shown, typed)
            case _:
                return box.told()
