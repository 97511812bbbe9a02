"""One request to the engine of a home over its Unix socket, with nothing imported that a command need not wait for.

The standard library's own clients cost more to import than the whole answer takes; this speaks just enough
HTTP/1.1 for a server that is ours: one request a connection, a body of known length.
"""

from __future__ import annotations

import _socket
import errno
import os

from engine.home import Home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from engine.client.start import StartOptions
    from engine.desk import DeskUnreachable

TIMEOUT_S = 15.0
_NOBODY = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTSOCK)


def connect(home: Home, options: StartOptions | None = None, *, start: bool = True) -> _socket.socket:
    """A connected socket, after starting an engine where none answers (`start`).

    Raises DeskUnreachable or HomeError.
    """
    try:
        return dial(home)
    except OSError as error:
        if start:
            home.prepare()
        if error.errno not in _NOBODY or not start:
            raise _unreachable(home, error) from None
    from engine.client.start import ensure_engine

    ensure_engine(home, options)
    try:
        return dial(home)
    except OSError as error:
        raise _unreachable(home, error) from None


def dial(home: Home) -> _socket.socket:
    """A connected socket; raises OSError where no engine listens."""
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    sock.settimeout(TIMEOUT_S)
    try:
        home.connect(sock)
    except OSError:
        sock.close()
        raise
    return sock


class ThinDesk:
    """Requests of one account to one home's engine."""

    def __init__(
        self, home: Home, account: str = "main", options: StartOptions | None = None, *, start: bool = True
    ) -> None:
        self.home, self.account, self.options, self.start = home, account, options, start

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """(HTTP status, body). Raises DeskUnreachable or HomeError.

        A read is repeated once where the engine left between accepting and answering; an order never is.
        """
        try:
            return self._once(method, path, body)
        except OSError as error:
            if method != "GET" or isinstance(error, TimeoutError):
                raise _unreachable(self.home, error) from None
        try:
            return self._once(method, path, body)
        except OSError as error:
            raise _unreachable(self.home, error) from None

    def request(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """(HTTP status, document); `body` is sent as JSON, or as it is where it is bytes."""
        import json

        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        status, answer = self.send(method, path, sent)
        try:
            document: dict[str, Any] = json.loads(answer)
        except ValueError as error:
            raise _unreachable(self.home, error) from None
        return status, document

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        sock = connect(self.home, self.options, start=self.start)
        try:
            head = (
                f"{method} {path} HTTP/1.1\r\nHost: vterm\r\nConnection: close\r\n"
                f"X-VTerm-Account: {self.account}\r\nX-VTerm-Source: local\r\n"
            )
            if body is not None:
                head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            try:
                sock.sendall(head.encode("latin-1") + b"\r\n" + (body or b""))
            except BrokenPipeError:
                # A server that refuses a large body answers before it has read it all.
                pass
            return _read_answer(sock)
        finally:
            sock.close()


def _read_answer(sock: _socket.socket) -> tuple[int, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(sock)
    head, _, rest = data.partition(b"\r\n\r\n")
    status_line, *lines = head.split(b"\r\n")
    length = 0
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    parts, have = [rest], len(rest)
    while have < length:
        piece = _receive(sock)
        parts.append(piece)
        have += len(piece)
    return int(status_line.split()[1]), b"".join(parts)


def _receive(sock: _socket.socket) -> bytes:
    piece = sock.recv(262_144)
    if not piece:
        raise ConnectionResetError(errno.ECONNRESET, "the engine closed the connection")
    return piece


def _unreachable(home: Home, error: Exception) -> DeskUnreachable:
    from engine.desk import DeskUnreachable

    if isinstance(error, TimeoutError):
        why = f"did not answer within {TIMEOUT_S:.0f} s"
    elif isinstance(error, OSError) and error.errno in _NOBODY:
        why = "is not running"
    elif isinstance(error, OSError):
        why = f"does not answer: {os.strerror(error.errno) if error.errno else error}"
    else:
        why = "gave an answer that is not JSON"
    return DeskUnreachable(f"the engine of {home.path} {why}")
