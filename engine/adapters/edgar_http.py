"""EDGAR over HTTPS: few requests, patient, bounded in size and time; httpx comes in with the first of them.

The SEC asks for at most ten requests a second and for a User-Agent that says who asks; ours are at most four, and
without a contact there are none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.adapters.edgar_cache import DocumentCache
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.refusal import Code, Refused, refuse
from engine.research.edgar.port import Fetched
from engine.research.edgar.settings import Settings

if TYPE_CHECKING:
    import httpx

BETWEEN_S = 0.25
TRIES, FIRST_WAIT_S = 3, 0.5
WITHIN_S = 12.0
"""For all tries together: a reader of the desk waits 15 s."""
MOST_BYTES = 24_000_000
FILES, DATA = "https://www.sec.gov", "https://data.sec.gov"
_AGAIN = frozenset({429, 500, 502, 503, 504})


class EdgarLibrary:
    """Implements engine.research.edgar.port.Library. `settings` is asked before each request, so that turning EDGAR
    off holds at once; `hosts` are where files and data come from."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        cache: DocumentCache,
        hosts: tuple[str, str] = (FILES, DATA),
        *,
        within_s: float = WITHIN_S,
        most: int = MOST_BYTES,
    ) -> None:
        self._settings, self._cache, self._hosts = settings, cache, hosts
        self._within_s, self._most = within_s, most
        self._turn, self._free_at = threading.Lock(), 0.0
        self._client: httpx.Client | None = None

    def fetch(self, name: str, fresh_s: float) -> Fetched:
        """A document, kept or new; a kept one that is too old where no new one can be had. Raises Refused."""
        settings = self._settings()
        if not settings.enabled:
            raise refuse(
                Code.FORBIDDEN, "EDGAR is turned off", cause="no request leaves this machine unless you allow it",
                fix="vterm research edgar on 'Your Name you@example.com'",
            )  # fmt: skip
        kept = self._cache.get(name)
        if kept is not None and 0 <= time.time_ns() - kept[1] < fresh_s * 1e9:
            return kept[0]
        try:
            raw = self._new(name, settings.contact)
        except Refused as refused:
            if kept is None or refused.refusal.code is not Code.SOURCE_UNAVAILABLE:
                raise
            return kept[0]._replace(stale=True)
        at = time.time_ns()
        self._cache.put(name, raw, at)
        return Fetched(raw, time_text(TimeNs(at)))

    def _new(self, name: str, contact: str) -> bytes:
        import httpx

        ends, wait, why = time.monotonic() + self._within_s, FIRST_WAIT_S, ""
        for _ in range(TRIES):
            self._my_turn(ends)
            try:
                status, raw, asked_wait = self._once(name, contact, ends)
            except httpx.HTTPError as error:
                status, raw, asked_wait, why = 0, b"", 0.0, type(error).__name__
            if status == 200:
                return raw
            if status not in _AGAIN and status != 0:
                raise _final(status)
            why = f"it answered {status}" if status else why
            wait = max(wait, asked_wait)
            if time.monotonic() + wait >= ends:
                break
            time.sleep(wait)
            wait *= 2
        raise _unavailable("EDGAR does not answer", why)

    def _once(self, name: str, contact: str, ends: float) -> tuple[int, bytes, float]:
        """(status, body, seconds that the server asks to wait)."""
        import httpx

        if self._client is None:
            self._client = httpx.Client(follow_redirects=False, trust_env=False, limits=httpx.Limits(max_connections=2))
        host = self._hosts[0] if name.startswith("files/") else self._hosts[1]
        head = {"User-Agent": f"vterm {contact}", "Accept": "application/json", "Accept-Encoding": "gzip"}
        left = max(0.1, ends - time.monotonic())
        with self._client.stream("GET", f"{host}/{name}", headers=head, timeout=min(left, 5.0)) as answer:
            asked = answer.headers.get("retry-after", "")
            wait = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0.0
            if answer.status_code != 200:
                return answer.status_code, b"", wait
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > self._most:
                    raise _unavailable("EDGAR's answer is too large", f"over {self._most // 1_000_000} MB")
                if time.monotonic() > ends:
                    raise _unavailable("EDGAR answers too slowly", f"not done within {self._within_s:.0f} s")
        return 200, bytes(body), 0.0

    def _my_turn(self, ends: float) -> None:
        """Wait for this request's place in time; places are given out in order."""
        with self._turn:
            at = max(self._free_at, time.monotonic())
            self._free_at = at + BETWEEN_S
        if at >= ends:
            raise _unavailable("too many requests to EDGAR wait", "four a second are made")
        time.sleep(max(0.0, at - time.monotonic()))


def _final(status: int) -> Refused:
    if status == 404:
        return refuse(Code.UNKNOWN_SYMBOL, "EDGAR has no such document", fix="check the company and the tag")
    if status == 403:
        return _unavailable(
            "EDGAR refuses us", "it answered 403: it wants a contact it can reach, or was asked too often",
            "vterm research edgar on 'Your Name you@example.com', then wait ten minutes",
        )  # fmt: skip
    return _unavailable("EDGAR gives no document", f"it answered {status}")


def _unavailable(message: str, cause: str, fix: str = "try again later") -> Refused:
    return refuse(Code.SOURCE_UNAVAILABLE, message, cause=cause or message, fix=fix)
