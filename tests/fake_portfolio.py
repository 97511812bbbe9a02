"""What a fake account says of its past: documents of docs/documents.md that agree with its portfolio document."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any

Doc = dict[str, Any]
SPANS = {"1d": 1, "7d": 7, "30d": 30, "90d": 90, "1y": 365, "all": 10_000}
COSTS = {"spread": "-84.20", "impact": "-61.35", "timing": "-12.90", "fee": "-412.08", "carry": "-26.11"}


def _text(value: Decimal, decimals: int = 2) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):f}"


def _now(book: Doc) -> datetime:
    return datetime.fromisoformat(book["at"][:19]).replace(tzinfo=UTC)


def worths(book: Doc, began: int) -> list[tuple[datetime, Decimal]]:
    """The account at each midnight since it began, and now; a walk that ends where the portfolio stands."""
    now, nav = _now(book), Decimal(book["nav"])
    midnight, rng, rows = now.replace(hour=0, minute=0, second=0), random.Random("worths"), [(now, nav)]
    at = nav - Decimal(book["day_pnl"])
    for back in range(began):
        rows.append((midnight - timedelta(days=back), at))
        if (midnight - timedelta(days=back + 1)).weekday() < 5:
            at -= Decimal(int(rng.gauss(900, 3200)))
    return rows[::-1]


def equity(book: Doc, began: int, window: str, benchmark: str) -> Doc:
    """Points of a window; the benchmark rises a little less."""
    rows = [row for row in worths(book, began) if row[0] >= _now(book) - timedelta(days=SPANS[window])]
    start, high, depth, points = rows[0][1], rows[0][1], Decimal(0), list[Doc]()
    for place, (at, nav) in enumerate(rows):
        high = max(high, nav)
        depth = min(depth, nav / high - 1)
        point = {"at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "nav": _text(nav), "return": _text(nav / start - 1, 6),
                 "drawdown": _text(nav / high - 1, 6)}  # fmt: skip
        points.append(point | ({"benchmark": _text(Decimal(place) / 4000, 6)} if benchmark else {}))
    last = points[-1]
    return {"account": book["account"], "at": book["at"], "window": window, "every": "day", "from": points[0]["at"],
            "complete": began > SPANS[window], "start_nav": _text(start), "nav": book["nav"], "deposits": "0.00",
            "pnl": _text(rows[-1][1] - start), "return": last["return"], "high": _text(high / start, 6),
            "max_drawdown": _text(depth, 6), "deepest": None, "points": points,
            "benchmark": {"symbol": benchmark, "return": last["benchmark"]} if benchmark else None}  # fmt: skip


def _slices(book: Doc, names: dict[str, str]) -> list[Doc]:
    nav, gross = Decimal(book["nav"]), Decimal(book["gross_exposure"])
    sums: dict[str, list[Decimal]] = {}
    for row in book["positions"]:
        value = Decimal(row["value"])
        both = sums.setdefault(names[row["symbol"]], [Decimal(0), Decimal(0)])
        both[value < 0] += abs(value)
    rows = [{"name": name, "long": _text(long), "short": _text(short), "gross": _text(long + short),
             "net": _text(long - short), "share": _text((long + short) / gross, 6),
             "weight": _text((long - short) / nav, 6)} for name, (long, short) in sums.items()]  # fmt: skip
    return sorted(rows, key=lambda row: -Decimal(row["gross"]))


def analytics(book: Doc, began: int, window: str, sectors: dict[str, str]) -> Doc:
    """Ratios where there is a week of past, tails where something is held."""
    nav, rows = Decimal(book["nav"]), book["positions"]
    values = [Decimal(row["value"]) for row in rows]
    long, short = sum((v for v in values if v > 0), Decimal(0)), -sum((v for v in values if v < 0), Decimal(0))
    enough, held = began >= 7, bool(rows)
    ratio = lambda text: text if enough else None  # noqa: E731
    days = f"needs 5 finished weekdays, there are {began * 5 // 7}"
    tails = [{"confidence": c, "var": var, "cvar": cvar, "normal_var": var, "normal_cvar": cvar,
              **{f"{k}_amount": _text(nav * Decimal(v)) for k, v in (("var", var), ("cvar", cvar))}}
             for c, var, cvar in ((95, "0.008412", "0.011206"), (99, "0.013155", "0.016020"))]  # fmt: skip
    none = [{"confidence": c, "var": None, "cvar": None, "normal_var": None, "normal_cvar": None} for c in (95, 99)]
    reasons = {} if enough else {f"performance.{n}": days for n in ("sharpe", "sortino", "volatility")}
    if not held:
        nothing = "nothing is held, or the account is worth nothing"
        reasons |= {f"book.{name}": nothing for name in ("volatility", "beta", "var_95", "var_99")}
        reasons |= {f"trades.{name}": "no closed trade" for name in ("win_rate", "profit_factor")}
    own = {"sharpe": ratio("1.420000"), "sharpe_error": ratio("2.050000"), "sortino": ratio("2.310000"),
           "volatility": ratio("0.071000")}  # fmt: skip
    return {"account": book["account"], "at": book["at"], "window": window, "benchmark": "SPX", "nav": book["nav"],
            "performance": own, "trades": {"total": 14 if held else 0, "win_rate": "0.571429" if held else None,
                                           "profit_factor": "1.830000" if held else None},
            "exposure": {"long": _text(long), "short": _text(short), "gross": _text(long + short), "positions":
                         len(rows), "net": _text(long - short), "leverage": book["leverage"],
                         "margin_use": _text((long + short) / nav / 2, 6)},
            "concentration": {"top3": "0.780000" if held else None},
            "allocation": {"class": _slices(book, {r["symbol"]: r["asset_class"] for r in rows}),
                           "sector": _slices(book, sectors),
                           "currency": _slices(book, {r["symbol"]: r["currency"] for r in rows})},
            "book": {"volatility": "0.082000" if held else None, "beta": "0.610000" if held else None,
                     "tails": tails if held else none,
                     "contributions": [{"symbol": row["symbol"], "share": _text(abs(Decimal(row["value"])) / (
                         long + short), 6), "beta": "0.800000"} for row in rows]},
            "reasons": reasons}  # fmt: skip


def attribution(book: Doc, by: str, window: str) -> Doc:
    """Six costs, or the unrealised profit of each class or symbol."""
    held = book["positions"]
    total = sum((Decimal(row["unrealised_pnl"]) for row in held), Decimal(0)) + Decimal(book["realised_pnl"])
    costs = {name: Decimal(text if held else "0.00") for name, text in COSTS.items()}
    market = total - sum(costs.values(), Decimal(0))
    full = {"pnl": _text(total), "realised": book["realised_pnl"], "unrealised": book["unrealised_pnl"],
            "dividends": "0.00", "market": _text(market), **{n: _text(v) for n, v in costs.items()}}  # fmt: skip
    heads: list[Doc] = [{"name": "market", "pnl": _text(market)}]
    heads += [{"name": name, "pnl": _text(value)} for name, value in costs.items()]
    if by != "cost":
        key = {"class": "asset_class", "sector": "asset_class"}.get(by, "symbol")
        sums: dict[str, Decimal] = {}
        for row in held:
            sums[row[key]] = sums.get(row[key], Decimal(0)) + Decimal(row["unrealised_pnl"])
        heads = [{**dict.fromkeys(full, "0.00"), "name": name, "pnl": _text(value), "unrealised": _text(value),
                  "market": _text(value)} for name, value in sums.items()]  # fmt: skip
        full = {**full, "pnl": book["unrealised_pnl"], "realised": "0.00"}
    return {"account": book["account"], "at": book["at"], "by": by, "window": window, "total": {"name": "total",
            **full}, "heads": heads}  # fmt: skip


def calendar(book: Doc, began: int) -> Doc:
    """A day an entry, from the worths."""
    rows, entries = worths(book, began), list[Doc]()
    for (at, before), (_, after) in pairwise(rows):
        label, fills = at.strftime("%Y-%m-%d"), 3 if at.day % 5 == 0 else 0
        entries.append({"label": label, "from": label, "to": label, "days": 1, "pnl": _text(after - before),
                        "return": _text(after / before - 1, 6), "fills": fills,
                        "best": {"symbol": "NVDA", "pnl": "12.40"} if fills else None,
                        "worst": {"symbol": "XOM", "pnl": "-3.10"} if fills else None})  # fmt: skip
    signs = [Decimal(row["pnl"]) for row in entries]
    summary = {"gains": sum(s > 0 for s in signs), "losses": sum(s < 0 for s in signs), "flat":
               sum(s == 0 for s in signs)}  # fmt: skip
    return {"account": book["account"], "at": book["at"], "window": "1y", "span": "day", "entries": entries,
            "summary": summary, "by_hour": {}, "by_weekday": {}}  # fmt: skip


def fresh(desk: Any) -> None:
    """Turn a fake desk into an account that has just begun: a million, nothing held, no past."""
    desk.held.clear()
    desk.order_docs.clear()
    desk.cash = desk.opening = Decimal(1_000_000)
    desk.realised = desk.fees = Decimal(0)
    desk.began = 0
