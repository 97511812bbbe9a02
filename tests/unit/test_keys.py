"""Trading keys on a real desk, over the home's socket: proved, scoped, capped, kept and ended."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.client import wire
from engine.client.desk import DeskClient
from engine.client.signer import Signer
from engine.clock import OwnClock
from engine.gateway.keys import Keys
from engine.gateway.routes import ROUTES, scope_of
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.model.refusal import Code, Refused
from engine.model.signature import KEY, SIGNATURE, TIMESTAMP, request_message, sign
from engine.ports import StoreError
from engine.runner import Runner
from tests.still_market import Floor
from tests.unit.test_refusal_codes import Desk, Lists, Memory

NOW = 1_790_000_000.0


class Wall:
    """The wall clock, which tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Fixed(Signer):
    """Signs at the time of the test's wall clock; `spoil` changes the headers."""

    def __init__(self, name: str, secret: str, wall: Wall, **spoil: str | None) -> None:
        super().__init__(name, secret)
        self._wall, self._spoil = wall, spoil

    def headers(self, method: str, path: str, body: bytes = b"") -> dict[str, str]:
        timestamp = f"{int(self._wall()):010d}"
        signature = sign(self._secret, timestamp, request_message(method, path, body))
        made: dict[str, str | None] = {KEY: self.key_id, TIMESTAMP: timestamp, SIGNATURE: signature}
        made.update({name: self._spoil[word] for word, name in WORDS.items() if word in self._spoil})
        return {name: value for name, value in made.items() if value is not None}


WORDS = {"key": KEY, "timestamp": TIMESTAMP, "signature": SIGNATURE}


class Keyed(Desk):
    """A desk with keys in its home, and a wall clock of its own."""

    def __init__(self, home: Home, floor: Floor) -> None:
        super().__init__(home, floor, Memory())
        self.wall = Wall()
        self.runner = Runner(floor.kernel, self.store, OwnClock(floor.now, paused=True), Lists())
        self.gateway: Gateway | None = None

    async def start(self) -> None:
        """Serve, with the keys read anew from the home."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.home.bind(listener)
        self.gateway = Gateway(self.runner, lambda: None, keys=Keys(self.home.path, self.wall))
        await self.gateway.start(listener)

    async def stop(self) -> None:
        assert self.gateway is not None
        await self.gateway.stop()

    async def key(self, name: str = "bot", account: str = "main", **wanted: Any) -> dict[str, Any]:
        """A new key's document."""
        status, document = await wire.request(self.home, account, "POST", "/v1/keys", {"name": name, **wanted})
        assert status == 201, document
        return document

    async def under(
        self, who: dict[str, Any], method: str, path: str, body: object = None, account: str = "", **spoil: str | None
    ) -> tuple[int, dict[str, Any]]:
        """A request signed with a key."""
        signer = Fixed(who["id"], who["secret"], self.wall, **spoil)
        return await wire.request(self.home, account or who["account"], method, path, body, "", signer)

    async def send(self, key: dict[str, Any], quantity: str = "1", **more: object) -> tuple[int, dict[str, Any]]:
        """An order under a key: a market order of AAPL where nothing else is said."""
        order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": quantity, **more}
        return await self.under(key, "POST", "/v1/orders", order)

    async def worth(self, quantity: str = "1") -> Decimal:
        """What a market order of AAPL counts."""
        order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": quantity}
        document = await self.ask("POST", "/v1/orders/preview", order)
        return Decimal(document["value"])

    async def used(self) -> Decimal:
        """What the only key has used."""
        document = await self.ask("GET", "/v1/keys")
        return Decimal(document["keys"][0]["used"])


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Keyed]:
    home = Home(str(tmp_path / "home"))
    home.prepare()
    it = Keyed(home, Floor())
    await it.start()
    yield it
    await it.stop()
    await it.runner.stop()


# --- proof --------------------------------------------------------------------------------------


async def test_a_key_reads_and_trades_and_its_secret_is_told_once(desk: Keyed) -> None:
    key = await desk.key(max_order_value="5000", expires="30d", symbols=["AAPL"])
    assert key["id"].startswith("vt_live_") and key["secret"].startswith("vt_sec_")
    assert (key["state"], key["scopes"], key["symbols"]) == ("active", ["read", "trade"], ["AAPL"])
    status, portfolio = await desk.under(key, "GET", "/v1/portfolio")
    assert (status, portfolio["account"]) == (200, "main")
    assert (await desk.under(key, "GET", "/v1/orders?open=true&limit=3"))[0] == 200, "the query is signed too"
    assert (await desk.send(key))[0] == 201
    (listed,) = (await desk.ask("GET", "/v1/keys"))["keys"]
    assert listed["id"] == key["id"] and "secret" not in listed


SPOILT: dict[str, dict[str, str | None]] = {
    "no key": {"key": None},
    "no timestamp": {"timestamp": None},
    "no signature": {"signature": None},
    "unknown key": {"key": "vt_live_aaaaaaaaaaaaaaaaaaaa"},
    "old": {"timestamp": str(int(NOW) - 301)},
    "early": {"timestamp": str(int(NOW) + 301)},
    "near, but not what was signed": {"timestamp": str(int(NOW) + 1)},
    "not digits": {"timestamp": "17900_0000"},
    "nine digits": {"timestamp": "179000000"},
    "empty timestamp": {"timestamp": ""},
    "wrong signature": {"signature": "0" * 64},
    "not hex": {"signature": "z" * 64},
    "short": {"signature": "0" * 63},
    "empty signature": {"signature": ""},
}


@pytest.mark.parametrize("case", list(SPOILT))
async def test_whatever_does_not_prove_a_key_is_unauthenticated(desk: Keyed, case: str) -> None:
    key = await desk.key()
    for method, path, body in (("GET", "/v1/portfolio", None), ("POST", "/v1/orders", {"symbol": "AAPL"})):
        status, document = await desk.under(key, method, path, body, **SPOILT[case])
        assert (status, document["error"]["code"]) == (401, "UNAUTHENTICATED")
        assert document["error"]["fix"]
        assert key["secret"] not in str(document)
    assert (await desk.ask("GET", "/v1/orders"))["orders"] == []


@pytest.mark.parametrize("part", ["body", "path", "query", "method"])
async def test_every_part_of_the_request_is_signed(desk: Keyed, part: str) -> None:
    key = await desk.key()
    signer = Fixed(key["id"], key["secret"], desk.wall)
    signed: dict[str, tuple[str, str, bytes]] = {
        "body": ("POST", "/v1/orders/preview", b'{"symbol":"AAPL"}'),
        "path": ("POST", "/v1/orders", b"{}"),
        "query": ("POST", "/v1/orders/preview?a=1", b"{}"),
        "method": ("GET", "/v1/orders/preview", b"{}"),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in signer.headers(*signed[part]).items())
    document = await desk.ask("POST", "/v1/orders/preview", b"{}", headers=lines)
    assert document["error"]["code"] == "UNAUTHENTICATED"


async def test_headers_given_twice_are_no_proof(desk: Keyed) -> None:
    key = await desk.key()
    made = Fixed(key["id"], key["secret"], desk.wall).headers("GET", "/v1/portfolio")
    lines = "".join(f"{name}: {value}\r\n" for name, value in made.items())
    document = await desk.ask("GET", "/v1/portfolio", headers=lines + f"{KEY}: {key['id']}\r\n", kind="")
    assert document["error"]["code"] == "UNAUTHENTICATED"
    assert "twice" in document["error"]["message"]


async def test_revoked_and_expired_keys_prove_nothing(desk: Keyed) -> None:
    key, other = await desk.key(), await desk.key("other", expires="12h")
    assert (await desk.ask("DELETE", f"/v1/keys/{key['id']}"))["state"] == "revoked"
    status, document = await desk.under(key, "GET", "/v1/portfolio")
    assert (status, document["error"]["message"]) == (401, "the key bot is revoked")
    assert (await desk.under(other, "GET", "/v1/portfolio"))[0] == 200
    desk.wall.now += 12 * 3600
    status, document = await desk.under(other, "GET", "/v1/portfolio")
    assert (status, document["error"]["message"]) == (401, "the key other is expired")
    states = [key["state"] for key in (await desk.ask("GET", "/v1/keys"))["keys"]]
    assert states == ["expired", "revoked"]


# --- scope --------------------------------------------------------------------------------------


async def test_a_key_may_not_make_keys_or_change_what_is_the_users(desk: Keyed) -> None:
    key = await desk.key()
    forbidden = (
        ("POST", "/v1/keys", {"name": "second"}),
        ("GET", "/v1/keys", None),
        ("DELETE", f"/v1/keys/{key['id']}", None),
        ("POST", "/v1/risk/limits", {"unlock": True}),
        ("POST", "/v1/clock", {"action": "pause"}),
        ("PUT", "/v1/watchlist", {"symbols": []}),
        ("POST", "/v1/engine/stop", None),
    )
    for method, path, body in forbidden:
        status, document = await desk.under(key, method, path, body)
        assert (status, document["error"]["code"]) == (403, "FORBIDDEN"), path
        assert document["error"]["fix"]
    assert len((await desk.ask("GET", "/v1/keys"))["keys"]) == 1


async def test_a_read_only_key_only_reads(desk: Keyed) -> None:
    key = await desk.key(read_only=True)
    order = {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "1"}
    assert (await desk.under(key, "GET", "/v1/risk"))[0] == 200
    assert (await desk.under(key, "POST", "/v1/orders/preview", order))[0] == 200
    for method, handlers in ((m, p) for p, table in ROUTES.items() for m in table if scope_of(m, p) == "trade"):
        path = handlers.replace("{order_id}", "o1").replace("{algo_id}", "a1").replace("{action}", "pause")
        status, document = await desk.under(key, method, path, order)
        assert (status, document["error"]["message"]) == (403, "the key bot may only read"), path


def test_every_route_has_been_thought_of() -> None:
    scopes = {(m, p): scope_of(m, p) for p, table in ROUTES.items() for m in table}
    trades = {p for (m, p), scope in scopes.items() if scope == "trade"}
    assert trades == {
        *("/v1/orders", "/v1/orders/cancel-all", "/v1/orders/{order_id}/cancel", "/v1/orders/{order_id}/amend"),
        *("/v1/flatten", "/v1/algos", "/v1/algos/{algo_id}/{action}"),
    }
    assert {p for (m, p), scope in scopes.items() if not scope} >= {
        *("/v1/clock", "/v1/risk/limits", "/v1/watchlist", "/v1/keys", "/v1/keys/{key_id}", "/v1/engine/stop")
    }
    assert {m for (m, p), scope in scopes.items() if scope == "read"} == {"GET", "POST"}


async def test_a_key_is_bound_to_its_account(desk: Keyed) -> None:
    key = await desk.key(account="other")
    status, document = await desk.under(key, "GET", "/v1/portfolio", account="main")
    assert (status, document["error"]["code"]) == (403, "FORBIDDEN")
    assert "other" in document["error"]["cause"]
    status, order = await desk.send(key)
    assert (status, order["account"]) == (201, "other")
    new = await desk.key("third", account="fresh")
    assert (await desk.under(new, "GET", "/v1/portfolio"))[0] == 200, "its account was opened with it"


# --- caps ---------------------------------------------------------------------------------------


async def test_the_largest_order_and_the_symbols_are_capped(desk: Keyed) -> None:
    one = await desk.worth()
    key = await desk.key(max_order_value=str(3 * one), symbols=["AAPL", "BTC"])
    assert (await desk.send(key, "3"))[0] == 201
    status, document = await desk.send(key, "4")
    assert (status, document["error"]["code"], document["error"]["detail"]) == (403, "FORBIDDEN", "max_order_value")
    assert "cap max_order_value" in document["error"]["cause"] and document["error"]["fix"]
    status, document = await desk.send(key, symbol="KO")
    assert (status, document["error"]["detail"]) == (403, "symbols")
    assert (await desk.send(key, "0.01", symbol="BTC-USD"))[1].get("error", {}).get("detail") != "symbols"


async def test_the_days_use_is_counted_kept_and_begins_anew(desk: Keyed) -> None:
    one = await desk.worth()
    key = await desk.key(max_day_value=str(5 * one))
    assert (await desk.send(key, "3"))[0] == 201
    assert await desk.used() == await desk.worth("3")
    status, document = await desk.send(key, "3")
    assert (status, document["error"]["detail"]) == (403, "max_day_value")
    assert "are left of" in document["error"]["cause"]
    await desk.stop()
    await desk.start()
    assert (await desk.send(key, "3"))[1]["error"]["detail"] == "max_day_value", "a restart forgets nothing"
    desk.floor.market.state[:] = 1
    clock = desk.runner.clock
    assert isinstance(clock, OwnClock)
    clock.set(at=type(desk.floor.now)(desk.floor.now + 24 * 3600 * 10**9))
    desk.runner.step()
    assert (await desk.send(key, "3"))[1].get("error", {}).get("detail") != "max_day_value", "another market day"


async def test_what_is_refused_is_given_back_and_what_is_repeated_counts_once(desk: Keyed) -> None:
    one = await desk.worth()
    key = await desk.key(max_day_value=str(10 * one))
    refused = await desk.send(key, "1", type="limit", limit_price="1.00", reduce_only=True)
    assert refused[1]["error"]["code"] == "WOULD_NOT_REDUCE"
    assert await desk.used() == 0
    answers = await asyncio.gather(*(desk.send(key, "6", client_order_id="a") for _ in range(4)))
    assert [status for status, _ in answers] == [201] * 4
    assert len({document["order_id"] for _, document in answers}) == 1
    assert await desk.used() == await desk.worth("6")
    many = await asyncio.gather(*(desk.send(key, "2") for _ in range(6)))
    assert sorted(status for status, _ in many) == [201, 201, *[403] * 4], "of orders at once, those that fit"


async def test_stops_amends_and_algorithms_count(desk: Keyed) -> None:
    one = await desk.worth()
    ask = Decimal(desk.price("AAPL", 0))
    key = await desk.key(max_order_value=str(5 * one))
    high = f"{ask * 2:.2f}"
    assert (await desk.send(key, "4", type="stop", stop_price=high))[1]["error"]["detail"] == "max_order_value"
    low = desk.price("AAPL", -500)
    status, order = await desk.send(key, "4", type="limit", limit_price=low)
    assert status == 201
    path = f"/v1/orders/{order['order_id']}"
    status, document = await desk.under(key, "POST", f"{path}/amend", {"quantity": 6})
    assert (status, document["error"]["detail"]) == (403, "max_order_value")
    before = await desk.used()
    assert (await desk.under(key, "POST", f"{path}/amend", {"quantity": "5"}))[0] == 200
    assert await desk.used() - before == Decimal(low)
    algo = {"algo": "twap", "symbol": "AAPL", "side": "buy", "quantity": 6, "over": "10m", "slices": 2}
    status, document = await desk.under(key, "POST", "/v1/algos", algo)
    assert (status, document["error"]["detail"]) == (403, "max_order_value")
    assert (await desk.under(key, "POST", "/v1/algos", {**algo, "quantity": "2"}))[0] == 201


async def test_cancels_and_the_kill_switch_are_never_capped(desk: Keyed) -> None:
    key = await desk.key(max_day_value=str(await desk.worth("4")))
    assert (await desk.send(key, "2"))[0] == 201
    status, order = await desk.send(key, "1", type="limit", limit_price=desk.price("AAPL", -500))
    assert status == 201
    assert (await desk.send(key, "4"))[0] == 403
    assert (await desk.under(key, "POST", f"/v1/orders/{order['order_id']}/cancel"))[1]["status"] == "cancelled"
    assert (await desk.under(key, "POST", "/v1/orders/cancel-all"))[0] == 200
    status, document = await desk.under(key, "POST", "/v1/flatten")
    assert status == 200 and len(document["closing"]) == 1
    assert desk.floor.position("AAPL") == 0


# --- making and keeping -------------------------------------------------------------------------

BAD = (
    ({}, "TYPE_ERROR"),
    ({"name": "a b"}, "OUT_OF_RANGE"),
    ({"name": "x" * 33}, "OUT_OF_RANGE"),
    ({"name": "x", "expires": "91d"}, "OUT_OF_RANGE"),
    ({"name": "x", "expires": "0d"}, "OUT_OF_RANGE"),
    ({"name": "x", "expires": "1y"}, "OUT_OF_RANGE"),
    ({"name": "x", "max_day_value": "1e3"}, "NUMBER_FORMAT"),
    ({"name": "x", "max_order_value": "0"}, "OUT_OF_RANGE"),
    ({"name": "x", "max_order_value": 5}, "TYPE_ERROR"),
    ({"name": "x", "symbols": ["NOPE"]}, "UNKNOWN_SYMBOL"),
    ({"name": "x", "scopes": ["all"]}, "UNKNOWN_FIELD"),
)


@pytest.mark.parametrize(("body", "code"), BAD)
async def test_a_key_that_makes_no_sense_is_not_made(desk: Keyed, body: dict[str, Any], code: str) -> None:
    assert (await desk.ask("POST", "/v1/keys", body))["error"]["code"] == code
    assert (await desk.ask("GET", "/v1/keys"))["keys"] == []


async def test_names_are_taken_until_the_key_ends(desk: Keyed) -> None:
    key = await desk.key()
    assert (await desk.ask("POST", "/v1/keys", {"name": "bot"}))["error"]["code"] == "OUT_OF_RANGE"
    await desk.ask("DELETE", f"/v1/keys/{key['id']}")
    assert (await desk.key())["id"] != key["id"]


async def test_the_files_are_the_users_alone_and_a_broken_one_stops_only_keys(desk: Keyed) -> None:
    key = await desk.key(max_day_value="100000")
    await desk.send(key)
    for name in ("keys.json", "keys-use.json"):
        path = os.path.join(desk.home.path, name)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    os.chmod(os.path.join(desk.home.path, "keys.json"), 0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        Keys(desk.home.path).documents()
    os.chmod(os.path.join(desk.home.path, "keys.json"), 0o600)
    Path(desk.home.path, "keys.json").write_text("[{")
    await desk.stop()
    await desk.start()
    status, document = await desk.under(key, "GET", "/v1/portfolio")
    assert (status, document["error"]["code"]) == (503, "STORE_FAILED")
    assert "error" not in await desk.ask("GET", "/v1/portfolio"), "the user's own desk goes on"


# --- the stream ---------------------------------------------------------------------------------


async def test_a_stream_under_a_key_is_proved_and_ends_with_it(desk: Keyed) -> None:
    key = await desk.key(account="other")
    client = DeskClient(desk.home, "other", start=False, signer=Fixed(key["id"], key["secret"], desk.wall))
    frames = client.stream(["portfolio"])
    first = await anext(frames)
    assert (first["type"], first["account"]) == ("portfolio", "other")
    await desk.ask("DELETE", f"/v1/keys/{key['id']}")
    with pytest.raises(Refused) as ended:
        async with asyncio.timeout(20):
            async for _ in frames:
                continue
    assert ended.value.refusal.code is Code.UNAUTHENTICATED


@pytest.mark.parametrize("spoil", [{"signature": "0" * 64}, {"timestamp": None}, {"key": "vt_live_x"}])
async def test_a_stream_that_proves_nothing_is_not_opened(desk: Keyed, spoil: dict[str, str | None]) -> None:
    key = await desk.key()
    client = DeskClient(desk.home, start=False, signer=Fixed(key["id"], key["secret"], desk.wall, **spoil))
    with pytest.raises(Refused) as refused:
        await anext(client.stream(["portfolio"]))
    assert refused.value.refusal.code is Code.UNAUTHENTICATED
    stranger = DeskClient(desk.home, "other", start=False, signer=Fixed(key["id"], key["secret"], desk.wall))
    with pytest.raises(Refused) as refused:
        await anext(stranger.stream(["portfolio"]))
    assert refused.value.refusal.code is Code.FORBIDDEN
