"""mcp: the desk's tools for another program, over standard input and output."""

from __future__ import annotations

import asyncio

from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context


def args_mcp(parser: ArgumentParser) -> None:
    """vterm mcp; speaks the Model Context Protocol until its input ends"""


def run_mcp(context: Context, args: Namespace) -> int:
    """Serve one client: it may read and propose."""
    if context.no_daemon:
        raise usage("vterm mcp needs the home's engine", "leave out --no-daemon")
    try:
        from copilot.mcp.server import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise stop("USAGE", "the package mcp is not installed", "install vterm with its extra mcp", 2) from None
    asyncio.run(_serve(context, serve))
    return 0


async def _serve(context: Context, serve: Any) -> None:
    from copilot.keeper_door import HomeDoor
    from copilot.mcp.desk import NarrowPeerDesk, narrowed

    door = HomeDoor(context.home, context.account, context.options)
    (await door.connect()).close()

    async def connect(origin: str) -> NarrowPeerDesk:
        return await narrowed(door.connect, context.account, origin)

    await serve(connect)
