"""Real filings: read right, off by default, never from the future, and calm about whatever a server answers."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.tools.call import Hands, call
from engine.adapters import edgar_http
from engine.adapters.edgar_cache import DocumentCache
from engine.adapters.edgar_http import BETWEEN_S, EdgarLibrary
from engine.model.refusal import Code, Refused
from engine.model.text import safe
from engine.research.edgar.port import TICKERS, Fetched
from engine.research.edgar.settings import Settings, is_contact, read_settings, write_settings
from engine.research.edgar.source import Edgar
from engine.views.jobs import aside, at_once
from tests.fake_edgar import CIK, FakeEdgar, revenue

NOW = "2026-06-15T14:30:00Z"
ME = Settings(True, "Test test@example.com")


@pytest.fixture
def server() -> Iterator[FakeEdgar]:
    fake = FakeEdgar()
    yield fake
    fake.close()


class Quick:
    """Time that passes when somebody sleeps, and not otherwise."""

    def __init__(self) -> None:
        self.slept = 0.0

    def monotonic(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def time_ns(self) -> int:
        return time.time_ns()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Quick:
    passing = Quick()
    monkeypatch.setattr(edgar_http, "time", passing)
    return passing


def library(server: FakeEdgar, folder: Path, settings: Settings = ME, **more: Any) -> EdgarLibrary:
    return EdgarLibrary(lambda: settings, DocumentCache(folder / "edgar"), (server.url, server.url), **more)


def ask(source: Edgar, kind: str, symbol: str = "AAPL", **query: str) -> dict[str, Any]:
    return at_once(source.read(kind, symbol, query))


def refusal(source: Edgar, kind: str, symbol: str = "AAPL", **query: str) -> Code:
    with pytest.raises(Refused) as caught:
        ask(source, kind, symbol, **query)
    assert caught.value.refusal.fix
    return caught.value.refusal.code


@pytest.fixture
def edgar(server: FakeEdgar, tmp_path: Path) -> Edgar:
    return Edgar(library(server, tmp_path), lambda: NOW)


# --- what is read -----------------------------------------------------------------------------


def test_statements_are_of_quarters_worked_out_where_none_is_filed(edgar: Edgar) -> None:
    found = ask(edgar, "statements", limit="4")
    assert (found["origin"], found["simulated"], found["cik"]) == ("edgar", False, f"{CIK:010d}")
    assert found["fetched_at"].endswith("Z") and found["at"] == NOW
    rows = found["statements"]
    assert [row["to"] for row in rows] == ["2025-12-31", "2025-09-30", "2025-06-30", "2025-03-31"]
    assert [int(row["income"]["revenue"]) for row in rows] == [revenue(2025, q) for q in (3, 2, 1, 0)]
    assert rows[0]["from"] == "2025-10-01" and "revenue" in rows[0]["derived"], "a year less nine months"
    assert "revenue" not in rows[1]["derived"] and "from_operations" in rows[1]["derived"]
    assert [int(row["cash_flow"]["from_operations"]) for row in rows] == [revenue(2025, q) // 2 for q in (3, 2, 1, 0)]
    assert int(rows[1]["cash_flow"]["capital_spending"]) == -revenue(2025, 2) // 10
    assert (rows[1]["income"]["eps"], rows[0]["income"]["eps"]) == ("1.15", None)
    assert rows[0]["balance"]["total_assets"] == str(50_000_000 + sum(revenue(2025, q) for q in range(4)))
    assert rows[0]["income"]["research"] is None


def test_years_are_as_filed(edgar: Edgar) -> None:
    rows = ask(edgar, "statements", period="year", limit="3")["statements"]
    assert [(row["from"], row["to"]) for row in rows] == [(f"{y}-01-01", f"{y}-12-31") for y in (2025, 2024, 2023)]
    assert int(rows[0]["income"]["revenue"]) == sum(revenue(2025, q) for q in range(4))
    assert rows[0]["form"] == "10-K" and rows[0]["derived"] == []


def test_metrics_are_of_four_quarters_and_have_no_price(edgar: Edgar) -> None:
    found = ask(edgar, "filing-metrics")
    year, before = (sum(revenue(y, q) for q in range(4)) for y in (2025, 2024))
    assert found["covers"] == ["2025-01-01", "2025-12-31"] and int(found["revenue"]) == year
    assert found["net_margin"] == "0.2000"
    assert found["return_on_equity"] == f"{Decimal(year // 5) / 20_000_000:.4f}"
    assert found["debt_to_equity"] == "0.2500"
    assert int(found["free_cash_flow"]) == year // 2 - year // 10
    assert found["revenue_growth_pct"] == f"{100 * (Decimal(year) / before - 1):+.2f}"
    assert not [name for name in found if "price" in name or "market_value" in name], "prices here are simulated"


def test_filings_are_listed_safely(edgar: Edgar) -> None:
    found = ask(edgar, "filings")
    assert [row["form"] for row in found["filings"]] == ["10-K", "8-K", "10-Q"]
    assert found["filings"][1]["title"] == "2.02,9.01"
    assert "\x1b" not in json.dumps(found, ensure_ascii=False)
    title = found["filings"][0]["title"]
    assert title == str(safe(title)) and "ignore the limits" in title
    assert found["filings"][2]["place"] == f"Archives/edgar/data/{CIK}/000123456725000003/q.htm"
    assert ask(edgar, "filings", form="10-Q")["count"] == 1


def test_nothing_is_told_before_it_was_filed(server: FakeEdgar, tmp_path: Path) -> None:
    then = Edgar(library(server, tmp_path), lambda: "2025-11-03T12:00:00Z")
    assert ask(then, "statements")["statements"][0]["to"] == "2025-06-30", "the third quarter is filed a day later"
    assert ask(then, "filings")["count"] == 0
    assert all(row["filed"] <= "2025-11-03" for row in ask(then, "concept", name="Assets", limit="100")["facts"])
    assert ask(Edgar(library(server, tmp_path), lambda: "2020-01-01T00:00:00Z"), "statements")["statements"] == []


def test_a_correction_replaces_what_it_corrects(server: FakeEdgar, edgar: Edgar) -> None:
    name = f"/api/xbrl/companyfacts/CIK{CIK:010d}.json"
    body = json.loads(server.documents[name])
    rows = body["facts"]["us-gaap"]["Revenues"]["units"]["USD"]
    old = next(row for row in rows if (row["start"], row["end"]) == ("2025-07-01", "2025-09-30"))
    rows.insert(0, {**old, "val": 77, "filed": "2026-01-10", "form": "10-Q/A"})
    server.documents[name] = json.dumps(body).encode()
    assert ask(edgar, "statements")["statements"][1]["income"]["revenue"] == "77"


@pytest.mark.parametrize(
    ("kind", "symbol", "query", "code"),
    [
        ("filings", "NOPE", {}, Code.UNKNOWN_SYMBOL),
        ("filings", "", {}, Code.UNKNOWN_SYMBOL),
        ("filings", "../../x", {}, Code.UNKNOWN_SYMBOL),
        ("filings", "A\x00B", {}, Code.UNKNOWN_SYMBOL),
        ("insiders", "AAPL", {}, Code.ENUM_ERROR),
        ("statements", "AAPL", {"limit": "999"}, Code.OUT_OF_RANGE),
        ("statements", "AAPL", {"host": "evil"}, Code.UNKNOWN_FIELD),
        ("concept", "AAPL", {"name": "../../../etc"}, Code.MISSING_FIELD),
        ("concept", "AAPL", {"name": "NoSuchTag"}, Code.UNKNOWN_SYMBOL),
        ("statements", "BRK.B", {}, Code.UNKNOWN_SYMBOL),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    edgar: Edgar, server: FakeEdgar, kind: str, symbol: str, query: dict[str, str], code: Code
) -> None:
    assert refusal(edgar, kind, symbol, **query) is code
    assert all(".." not in path for _, path, _ in server.asked)


# --- the network ------------------------------------------------------------------------------


def test_off_asks_nobody(server: FakeEdgar, tmp_path: Path) -> None:
    assert refusal(Edgar(library(server, tmp_path, Settings()), lambda: NOW), "filings") is Code.FORBIDDEN
    assert server.asked == []


def test_requests_say_who_asks_and_take_their_time(server: FakeEdgar, edgar: Edgar, quick: Quick) -> None:
    for kind in ("filings", "statements", "filing-metrics", "filings"):
        ask(edgar, kind)
    assert [path for _, path, _ in server.asked] == [
        "/files/company_tickers.json", f"/submissions/CIK{CIK:010d}.json", f"/api/xbrl/companyfacts/CIK{CIK:010d}.json",
    ], "the rest was kept"  # fmt: skip
    assert {agent for _, _, agent in server.asked} == {f"vterm {ME.contact}"}
    assert quick.slept == pytest.approx(2 * BETWEEN_S), "the first goes at once, each other a quarter of a second later"


def test_a_busy_server_is_asked_again(server: FakeEdgar, tmp_path: Path, quick: Quick) -> None:
    server.answers = [(429, b"", {"Retry-After": "1"}), (503, b"", {"X": "y"})]
    assert library(server, tmp_path).fetch(TICKERS, 60).raw == server.documents["/files/company_tickers.json"]
    assert len(server.asked) == 3
    assert quick.slept >= 2.5, "it waits as long as it is asked to, then twice as long"


@pytest.mark.parametrize(
    ("answers", "code", "asked"),
    [
        ([(403, b"<html>Request Rate Threshold Exceeded</html>", {"X": "y"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(301, b"", {"Location": "http://127.0.0.1:1/"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(404, b"", {"X": "y"})], Code.UNKNOWN_SYMBOL, 1),
        ([(500, b"", {"X": "y"})] * 3, Code.SOURCE_UNAVAILABLE, 3),
        ([(429, b"", {"Retry-After": "9999"})] * 3, Code.SOURCE_UNAVAILABLE, 1),
        ([(200, b"<html>", {"Content-Type": "text/html"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(200, b'{"0": {"cik_str": "x"}}', {"X": "y"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(200, b"[" * 100_000, {"X": "y"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(200, b'{"a": NaN}', {"X": "y"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(200, b"\xff\xfe", {"X": "y"})], Code.SOURCE_UNAVAILABLE, 1),
        ([(200, b"not gzip", {"Content-Encoding": "gzip"})] * 3, Code.SOURCE_UNAVAILABLE, 3),
        ([(200, b"", {"X": "y"})], Code.SOURCE_UNAVAILABLE, 1),
    ],
)
@pytest.mark.usefixtures("quick")
def test_bad_answers_are_refusals(server: FakeEdgar, edgar: Edgar, answers: Any, code: Code, asked: int) -> None:
    server.answers = list(answers)
    assert refusal(edgar, "filings") is code
    assert len(server.asked) == asked


def test_too_much_and_too_slow_end(server: FakeEdgar, tmp_path: Path) -> None:
    server.documents["/files/company_tickers.json"] = b"[" + b"1," * 600_000 + b"1]"
    huge = Edgar(library(server, tmp_path, most=1_000_000), lambda: NOW)
    assert refusal(huge, "filings") is Code.SOURCE_UNAVAILABLE
    server.documents["/files/company_tickers.json"] = os.urandom(50_000)
    server.trickle_s = 0.05
    slow = Edgar(library(server, tmp_path, within_s=0.6), lambda: NOW)
    assert refusal(slow, "filings") is Code.SOURCE_UNAVAILABLE


@pytest.mark.usefixtures("quick")
def test_a_server_that_is_gone_leaves_what_was_kept(server: FakeEdgar, tmp_path: Path) -> None:
    held = library(server, tmp_path)
    fresh = held.fetch(TICKERS, 60)
    server.close()
    kept = held.fetch(TICKERS, 0)
    assert (kept.raw, kept.stale, fresh.stale) == (fresh.raw, True, False)
    with pytest.raises(Refused):
        held.fetch("submissions/CIK0000000007.json", 60)


async def test_the_loop_runs_on_while_edgar_is_slow(server: FakeEdgar, tmp_path: Path) -> None:
    server.trickle_s = 0.01
    source = Edgar(library(server, tmp_path, within_s=1.0), lambda: NOW)
    questions = [asyncio.create_task(aside(source.read("filings", "AAPL", {}))) for _ in range(4)]
    beats = 0
    while not all(question.done() for question in questions):
        await asyncio.sleep(0.01)
        beats += 1
    codes = [question.exception().refusal.code for question in questions if question.exception()]  # type: ignore[union-attr]
    assert beats > 5 and codes.count(Code.RATE_LIMITED) == 2, "two at once are the most"


def test_httpx_comes_with_the_first_request() -> None:
    script = "import sys, engine.bootstrap as b, pathlib; b.open_sources(pathlib.Path('.'), str)"
    run = [sys.executable, "-c", f"{script}; print('httpx' in sys.modules)"]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "False\n"


# --- what is kept -----------------------------------------------------------------------------


def test_the_cache_has_a_size_and_lets_the_oldest_go(tmp_path: Path) -> None:
    cache = DocumentCache(tmp_path / "kept", most=2_500)
    now = time.time_ns()
    for n in range(4):
        cache.put(f"d{n}", b"x" * 1_000, now + n * 10**9)
    assert [cache.get(f"d{n}") is not None for n in range(4)] == [False, False, True, True]
    cache.put("huge", b"x" * 3_000, now)
    assert cache.get("huge") is None
    assert cache.get("../../etc/passwd") is None
    assert {path.parent for path in (tmp_path / "kept").iterdir()} == {tmp_path / "kept"}


def test_a_cache_that_cannot_write_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = DocumentCache(tmp_path / "file")
    cache.put("a", b"x", time.time_ns())
    assert cache.get("a") is None


def test_settings(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    write_settings(tmp_path, ME)
    assert read_settings(tmp_path) == ME
    assert (tmp_path / "research.toml").stat().st_mode & 0o077 == 0
    for bad in ("[edgar]\nenabled = true\n", "[edgar", "edgar = 3", '[edgar]\nenabled = true\ncontact = "no address"'):
        (tmp_path / "research.toml").write_text(bad)
        with pytest.raises(Refused):
            read_settings(tmp_path)
    (tmp_path / "research.toml").write_text('[edgar]\nenabled = "yes"\ncontact = "a@example.com"')
    assert not read_settings(tmp_path).enabled


@pytest.mark.parametrize("contact", ["", "x", "no address", "a@b\r\nX: y", "é@example.com", 'a@b"c.org', "x@" * 100, 7])
def test_a_contact_can_stand_in_a_header(contact: object) -> None:
    assert not is_contact(contact)


def test_fetched_is_dated() -> None:
    assert Fetched(b"", NOW).stale is False


async def test_a_companys_words_are_foreign_to_the_copilot(edgar: Edgar) -> None:
    class Desk:
        async def research(self, kind: str, symbol: str = "", **query: object) -> dict[str, Any]:
            assert query.pop("source") == "edgar"
            return ask(edgar, kind, symbol, **{name: str(value) for name, value in query.items()})

    for name in ("filings", "filing_metrics", "financial_statements"):
        hands = Hands(Desk())  # type: ignore[arg-type]
        found = await call(hands, name, {"symbol": "AAPL", "source": "edgar"})
        assert found["ok"] and found["tainted"], found
        assert found["sources"][0] == {"origin": "edgar", "what": f"research {KIND[name]} AAPL", "at": NOW}
        assert found["data"]["name"] == {"foreign_text": "Made-up Fruit Inc.", "channel": "company_name"}


KIND = {"filings": "filings", "filing_metrics": "filing-metrics", "financial_statements": "statements"}
