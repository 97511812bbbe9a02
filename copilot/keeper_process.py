"""A worker as its keeper holds it: a process that was given one socket and two pipes, and nothing else of ours."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from typing import Any

from copilot.wire import line

MOST_LINE = 1024 * 1024
"""Bytes of a line; a longer one ends the worker."""
MOST_UNREAD = 4 * 1024 * 1024
"""Bytes that a worker has not read; one that leaves more is not there any more."""
ENDS_WITHIN_S = 2.0


class WorkerProcess:
    """One process; `reader` has its lines. It is ended by `end`, always, which also takes its scratch folder away."""

    def __init__(
        self, process: subprocess.Popen[bytes], scratch: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process, self._scratch, self.reader, self._writer = process, scratch, reader, writer

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @classmethod
    async def start(cls, sock: socket.socket, module: str = "copilot.worker") -> WorkerProcess:
        """A worker with the open connection `sock`, which is closed here."""
        there, mine = os.pipe(), os.pipe()
        scratch = tempfile.mkdtemp(prefix="copilot-")
        try:
            process = await asyncio.to_thread(_spawn, module, sock, there[0], mine[1], scratch)
        finally:
            sock.close()
            os.close(there[0])
            os.close(mine[1])
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=MOST_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(mine[0], "rb", 0))
        out, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(there[1], "wb", 0))
        return cls(process, scratch, reader, asyncio.StreamWriter(out, flow, None, loop))

    def send(self, message: Any) -> bool:
        """Say something without waiting; False where the worker does not read any more."""
        if self._writer.is_closing() or self._writer.transport.get_write_buffer_size() > MOST_UNREAD:
            return False
        self._writer.write(line(message))
        return True

    def kill(self) -> None:
        """End it at once; `end` still has to be called."""
        self._process.kill()

    async def end(self, within: float = ENDS_WITHIN_S) -> None:
        """Let it go: its wire is closed, and where that is not enough, it is killed."""
        if not self._writer.is_closing():  # a pipe whose other end died is closed already, and cannot be aborted
            self._writer.transport.abort() if within <= 0 else self._writer.close()
        await asyncio.to_thread(self._wait, within)
        await asyncio.to_thread(shutil.rmtree, self._scratch, True)

    def _wait(self, within: float) -> None:
        if within > 0:
            try:
                self._process.wait(within)
                return
            except subprocess.TimeoutExpired:
                pass
        self._process.kill()
        self._process.wait()


def _spawn(module: str, sock: socket.socket, reads: int, writes: int, scratch: str) -> subprocess.Popen[bytes]:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    number = sock.fileno()
    return subprocess.Popen(
        [sys.executable, "-P", "-B", "-s", "-m", module, str(number)],
        stdin=reads,
        stdout=writes,
        stderr=subprocess.DEVNULL,
        cwd=scratch,
        env={"PYTHONPATH": root, "LANG": "C.UTF-8"},
        pass_fds=(number,),
        close_fds=True,
        start_new_session=True,
    )
