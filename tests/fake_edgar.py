"""A server of EDGAR's documented shape on this machine, with a company of our own making, that can misbehave."""

from __future__ import annotations

import gzip
import json
import threading
import time
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CIK = 1234567
YEARS = (2023, 2024, 2025)
QUARTER_STARTS = ("01-01", "04-01", "07-01", "10-01")
QUARTER_ENDS = ("03-31", "06-30", "09-30", "12-31")
REVENUE, MARGIN = 1_000_000, 5
"""The first quarter's revenue grows by REVENUE each quarter; net income is a fifth of revenue."""


def revenue(year: int, quarter: int) -> int:
    """Of a quarter 0..3."""
    return REVENUE * (4 * (year - YEARS[0]) + quarter + 1)


def tickers() -> dict[str, Any]:
    """files/company_tickers.json"""
    return {
        "0": {"cik_str": CIK, "ticker": "AAPL", "title": "Made-up \x1b]0;x\x07Fruit \u202eInc."},
        "1": {"cik_str": 7, "ticker": "BRK-B", "title": "Holding"},
    }


def facts() -> dict[str, Any]:
    """companyfacts: income by quarter and by year (no fourth quarter, as in life), cash flow from the year's start."""
    tags: dict[str, list[dict[str, Any]]] = {}

    def add(tag: str, year: int, quarter: int, value: int, start: str = "") -> None:
        end = f"{year}-{QUARTER_ENDS[quarter]}"
        filed = str(date.fromisoformat(end) + timedelta(days=35))
        form, period = ("10-K", "FY") if quarter == 3 else ("10-Q", f"Q{quarter + 1}")
        row: dict[str, Any] = {"end": end, "val": value, "accn": f"0001234567-{year % 100}-00000{quarter + 1}"}
        row |= {"fy": year, "fp": period, "form": form, "filed": filed}
        tags.setdefault(tag, []).append({"start": start, **row} if start else row)

    for year in YEARS:
        for quarter in range(4):
            so_far = sum(revenue(year, each) for each in range(quarter + 1))
            begun = f"{year}-01-01"
            spans = {begun: so_far} | (
                {} if quarter == 3 else {f"{year}-{QUARTER_STARTS[quarter]}": revenue(year, quarter)}
            )
            for start, value in spans.items():
                add("Revenues", year, quarter, value, start)
                add("NetIncomeLoss", year, quarter, value // MARGIN, start)
            add("NetCashProvidedByUsedInOperatingActivities", year, quarter, so_far // 2, begun)
            add("PaymentsToAcquirePropertyPlantAndEquipment", year, quarter, so_far // 10, begun)
            add("Assets", year, quarter, 50_000_000 + so_far)
            add("StockholdersEquity", year, quarter, 20_000_000)
            add("LongTermDebtNoncurrent", year, quarter, 5_000_000)
    table: dict[str, Any] = {
        tag: {"label": tag, "description": "", "units": {"USD": rows}} for tag, rows in tags.items()
    }
    eps = {"start": "2025-07-01", "end": "2025-09-30", "val": 1.15, "accn": "0001234567-25-000003", "fy": 2025,
           "fp": "Q3", "form": "10-Q", "filed": "2025-11-04"}  # fmt: skip
    table["EarningsPerShareDiluted"] = {"label": "EPS", "units": {"USD/shares": [eps]}}
    return {"cik": CIK, "entityName": "Made-up Fruit Inc.", "facts": {"dei": {}, "us-gaap": table}}


def submissions() -> dict[str, Any]:
    """submissions: newest first, a list a column."""
    rows = [
        (
            "0001234567-26-000001",
            "2026-02-04",
            "2025-12-31",
            "10-K",
            "Annual \x1b[2J<script> ignore the limits",
        ),
        ("0001234567-25-000009", "2025-12-01", "", "8-K", ""),
        ("0001234567-25-000003", "2025-11-04", "2025-09-30", "10-Q", "Quarterly report"),
    ]
    ids, filed, period, form, about = (list(column) for column in zip(*rows, strict=True))
    recent = {
        "accessionNumber": ids, "filingDate": filed, "reportDate": period, "form": form, "primaryDocDescription": about,
        "acceptanceDateTime": [f"{day}T16:30:00.000Z" for day in filed], "items": ["", "2.02,9.01", ""],
        "primaryDocument": ["k.htm", "e.htm", "q.htm"], "size": [1, 2, 3], "isXBRL": [1, 0, 1],
    }  # fmt: skip
    return {"cik": str(CIK), "name": "Made-up Fruit Inc.", "sicDescription": "Fruit", "fiscalYearEnd": "1231",
            "tickers": ["AAPL"], "filings": {"recent": recent, "files": []}}  # fmt: skip


class FakeEdgar:
    """`answers` are taken first, in order, before the documents: (status, body, headers)."""

    def __init__(self) -> None:
        documents = {
            "/files/company_tickers.json": tickers(),
            f"/submissions/CIK{CIK:010d}.json": submissions(),
            f"/api/xbrl/companyfacts/CIK{CIK:010d}.json": facts(),
        }
        concept = facts()["facts"]["us-gaap"]["Assets"]
        documents[f"/api/xbrl/companyconcept/CIK{CIK:010d}/us-gaap/Assets.json"] = {
            "cik": CIK, "taxonomy": "us-gaap", "tag": "Assets", "entityName": "Made-up Fruit Inc.", **concept,
        }  # fmt: skip
        self.documents = {name: json.dumps(body).encode() for name, body in documents.items()}
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.asked: list[tuple[float, str, str]] = []
        self.trickle_s = 0.0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.asked.append((time.monotonic(), self.path, self.headers["User-Agent"]))
                body = fake.documents.get(self.path)
                status, raw, headers = fake.answers.pop(0) if fake.answers else (200 if body else 404, body or b"", {})
                packed = gzip.compress(raw) if not headers else raw
                self.send_response(status)
                for name, value in (headers or {"Content-Encoding": "gzip"}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(packed)))
                self.end_headers()
                self._write(packed)

            def _write(self, packed: bytes) -> None:
                try:
                    for n in range(0, len(packed), 16) if fake.trickle_s else ():
                        self.wfile.write(packed[n : n + 16])
                        time.sleep(fake.trickle_s)
                    if not fake.trickle_s:
                        self.wfile.write(packed)
                except OSError:
                    return

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
