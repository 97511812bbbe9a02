"""What the signer's process does without, tried in processes of the test's own."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from vterm.signer import guard

ROOT = Path(__file__).resolve().parents[2]
LINUX = sys.platform.startswith("linux")

LOOK = """\
import os, resource, socket, sys
from vterm.signer.guard import raise_guards
before = os.getuid(), os.getgid()
on = raise_guards()
assert (os.getuid(), os.getgid()) == before, "it is who it was"
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
assert os.umask(0) == 0o077
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5).close()
    reached = True
except OSError:
    reached = False
print(*on, reached)
"""


@pytest.mark.skipif(not LINUX, reason="namespaces and dumps are asked of Linux only")
def test_no_dumps_and_no_network_where_the_kernel_offers_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", LOOK, str(server.getsockname()[1])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    dumps_off, _, network_off, reached = done.stdout.split()
    assert dumps_off == "True"
    assert {network_off, reached} == {"True", "False"}, "it says that it has no network exactly where it has none"


class Halfway:
    """A kernel that makes namespaces, but gives nobody an identity in them: maps outside of them are refused."""

    def unshare(self, flags: int) -> int:
        return 0


@pytest.mark.skipif(not LINUX, reason="there are no namespaces here")
def test_it_stays_where_it_would_not_know_its_user() -> None:
    before = os.getuid()
    assert guard.leave_network(Halfway()) is False  # type: ignore[arg-type]  # the one call that it makes
    assert os.getuid() == before


class Refusing(Halfway):
    def unshare(self, flags: int) -> int:
        return ctypes.c_int(-1).value


@pytest.mark.skipif(not LINUX, reason="there are no namespaces here")
def test_it_goes_without_where_namespaces_are_refused() -> None:
    assert guard.leave_network(Refusing()) is False  # type: ignore[arg-type]
