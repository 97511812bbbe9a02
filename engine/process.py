"""The engine process: one per home, started on demand, ended when nobody needs it.

`python -m engine.process --home DIR` takes the home's lock, opens the desk, shows the market, and only then loads the
web framework and listens. What goes wrong before it listens is said on `--report-fd` to whoever started it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import logging.handlers
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import lock
from engine.failures import document, failure
from engine.home import Home

if TYPE_CHECKING:
    from engine.gateway.served import ServedRunner

log = logging.getLogger("engine.process")

IDLE_S = 60.0
LOG_BYTES = 1_000_000


def main(argv: list[str] | None = None, opener: Callable[..., ServedRunner] | None = None) -> int:
    """Run an engine until it is stopped or idle; the exit code of the process."""
    gc.disable()  # nothing made while starting is garbage; `_serve` turns it on again
    options = _options(argv)
    home = Home(options.home)
    try:
        home.prepare()
        _open_log(home)
        with lock.take(home):
            return asyncio.run(_Engine(home, options, opener or _open_desk).run())
    except Exception as error:  # noqa: BLE001 - the last one who can still tell whoever started this process
        return _report_failure(options.report_fd, home, error)


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine.process", allow_abbrev=False)
    parser.add_argument("--home", required=True)
    for name in ("--clock", "--seed", "--scenario", "--replay", "--format", "--symbol"):
        parser.add_argument(name, default="")
    parser.add_argument("--stay", action="store_true", help="do not leave when idle")
    parser.add_argument("--report-fd", type=int, default=-1)
    return parser.parse_args(argv)


def _open_desk(home: Path, **options: Any) -> ServedRunner:
    from engine.bootstrap import open_desk

    return open_desk(home, **options)


def _open_log(home: Home) -> None:
    handler = logging.handlers.RotatingFileHandler(home.log, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _report(fd: int, word: dict[str, Any]) -> None:
    if fd >= 0:
        with suppress(OSError):
            os.write(fd, json.dumps(word).encode() + b"\n")
            os.close(fd)


def _report_failure(fd: int, home: Home, error: Exception) -> int:
    known = failure(error)
    if known is None:
        log.exception("the engine stopped because of a bug", exc_info=error)
        text = f"{type(error).__name__}: {error}"
        known = document("BUG", text, f"the end of {home.log} says where; please report it"), 500, 70
    body, _, exit_code = known
    log.error("%s: %s", body["error"]["code"], body["error"]["message"])
    _report(fd, {**body, "exit": exit_code})
    if fd < 0:
        print(f"vterm: {body['error']['code']}: {body['error']['message']}. {body['error']['fix']}", file=sys.stderr)
    return exit_code


class _Engine:
    """The life of one engine, from the lock to the last byte on disk."""

    def __init__(self, home: Home, options: argparse.Namespace, opener: Callable[..., ServedRunner]) -> None:
        self.home, self.options, self.opener = home, options, opener
        self.idle_s = float(os.environ.get("VTERM_IDLE_SECONDS") or IDLE_S)
        self.store = Path(home.store(options.replay, options.format, options.symbol))
        self.stopping = asyncio.Event()

    async def run(self) -> int:
        """Open, serve, close. Raises what stopped it, where that was not wanted."""
        begun = time.perf_counter()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        runner = self._open()
        opened = time.perf_counter()
        market = asyncio.create_task(runner.run(), name="market")
        try:
            await runner.ensure_account("main")
            await self._serve(runner, market, begun, opened)
        finally:
            self._unlist()
            await runner.stop()
            market.cancel()
            with suppress(asyncio.CancelledError):
                await market
        log.info("stopped")
        return 0

    def _open(self) -> ServedRunner:
        wanted = self.options
        self.store.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.opener(
            self.store,
            clock=wanted.clock or os.environ.get("VTERM_CLOCK", ""),
            seed=wanted.seed or os.environ.get("VTERM_SEED", ""),
            replay=(Path(wanted.replay), wanted.format) if wanted.replay else None,
            symbol=wanted.symbol,
            scenario=wanted.scenario or ("" if wanted.replay else os.environ.get("VTERM_SCENARIO", "")),
        )

    async def _serve(self, runner: ServedRunner, market: asyncio.Task[None], begun: float, opened: float) -> None:
        from engine.bootstrap import open_sources
        from engine.gateway.keys import Keys
        from engine.gateway.serve import Gateway

        replay = os.path.abspath(self.options.replay) if self.options.replay else None
        about = {"replay": replay, "store": str(self.store)}
        sources = open_sources(Path(self.home.path), lambda: str(runner.view.clock()["now"]))
        gateway = Gateway(runner, self.stopping.set, about, Keys(self.home.path), sources)
        loaded = time.perf_counter()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.home.bind(listener)
        with open(self.home.pid, "w", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")
        await gateway.start(listener)
        ready = time.perf_counter()
        log.info(
            "ready in %.0f ms: desk %.0f, web %.0f, listen %.0f",
            *((ready - begun) * 1e3, (opened - begun) * 1e3, (loaded - opened) * 1e3, (ready - loaded) * 1e3),
        )
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)  # orders and fills hold no cycles, so the young are looked at rarely
        gc.enable()
        _report(self.options.report_fd, {"ready": True, "pid": os.getpid()})
        self.options.report_fd = -1
        watch = asyncio.create_task(self._watch(gateway, runner), name="watch")
        wanted = asyncio.create_task(self.stopping.wait(), name="stop")
        try:
            await asyncio.wait({watch, wanted, market}, return_when=asyncio.FIRST_COMPLETED)
            self._unlist()
        finally:
            watch.cancel()
            wanted.cancel()
            await gateway.stop()
        if market.done() and not market.cancelled():
            market.result()

    async def _watch(self, gateway: Any, runner: ServedRunner) -> None:
        """Returns when nobody has needed this engine for a while, or when its home is no longer its own."""
        idle_since, seen = time.monotonic(), -1
        while self._listed():
            await asyncio.sleep(min(1.0, self.idle_s / 5))
            if gateway.clients or gateway.requests != seen or runner.busy or self.options.stay:
                idle_since, seen = time.monotonic(), gateway.requests
            elif time.monotonic() - idle_since >= self.idle_s:
                log.info("idle for %.0f s: leaving", self.idle_s)
                return
        log.warning("the home is gone or was taken over: leaving")

    def _listed(self) -> bool:
        return self.home.engine_pid() == os.getpid() and os.path.exists(self.home.socket)

    def _unlist(self) -> None:
        """Take the address down first: who comes now starts the next engine, which waits for the lock."""
        if self.home.engine_pid() == os.getpid():
            for path in (self.home.socket, self.home.pid):
                with suppress(OSError):
                    os.unlink(path)


if __name__ == "__main__":
    sys.exit(main())
