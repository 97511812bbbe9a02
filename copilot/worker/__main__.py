"""python -m copilot.worker FD: a copilot's worker, with the narrowed connection at descriptor FD."""

from __future__ import annotations

import asyncio
import socket
import sys

from copilot.worker.room import shut, wire


def main() -> int:
    """Serve until the keeper or the desk goes."""
    shut()
    reads, writes = wire()
    sock = socket.socket(fileno=int(sys.argv[1]))
    from copilot.worker.serve import serve

    try:
        asyncio.run(serve(sock, reads, writes))
    except (KeyboardInterrupt, BrokenPipeError, ConnectionError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
