"""What a fake desk says of an instrument, of its account's deeds, and of what it would warn: documents that agree."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from engine.model.instrument import ASSET_CLASSES
from engine.research.readings import price_bars, readings
from engine.views.progress import STEPS, milestone

Doc = dict[str, Any]
SIZES = ("1000", "10000", "100000", "1000000")
FEE_BPS = Decimal("2.00")


def _text(value: Decimal, decimals: int = 2) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN):f}"


class FakeResearch:
    """Part of a fake desk; reads what its other parts answer."""

    held: dict[str, tuple[Decimal, Decimal]]
    fill_docs: list[Doc]
    order_docs: dict[str, Doc]

    async def study(self, symbol: str, every: str = "1d") -> Doc:
        desk: Any = self
        quote, rows = await desk.quote(symbol), (await desk.instruments())["instruments"]
        row = next(one for one in rows if one["symbol"] == quote["symbol"])
        year = (await desk.bars(symbol, "1d", 250))["bars"]
        low, high = min(Decimal(b["low"]) for b in year), max(Decimal(b["high"]) for b in year)
        last = Decimal(quote["last"])
        bars = (await desk.bars(symbol, every, 260))["bars"]
        named = ("symbol", "name", "asset_class", "bid", "ask", "bid_size", "ask_size", "mid", "last", "change_pct")
        spread = Decimal(quote["ask"]) - Decimal(quote["bid"])
        return {
            "account": "default", "at": quote["at"], **{name: quote[name] for name in named},
            "prev_close": quote["prev_close"], "volume": quote["volume"], "session": quote["session"],
            **{name: row[name] for name in ("sector", "exchange", "currency", "tick_size", "lot_size", "display_lot",
                                            "multiplier", "tradable", "instead")},
            "venue": "US_EQ", "last_trade": None, "full_cash": row["asset_class"] != "indices", "margin": "1.000000",
            "concentration": "0.250000", "fees": "FAKE_FLAT", "spread": str(spread),
            "spread_bps": _text(10_000 * spread / last),
            "law": {"gamma": "0.011900", "alpha": "0.500000", "volume": "50000000", "spread_bps": "0.44",
                    "depth": "600", "daily_volatility": "0.017000", "trades_per_day": "555555"},
            "returns": [
                {"horizon": name, "from": None if name == "1D" else year[-back]["at"][:10],
                 "close": year[-back]["close"],
                 "return_pct": _signed(100 * (last / Decimal(year[-back]["close"]) - 1))}
                for name, back in (("1D", 2), ("1W", 6), ("1M", 22), ("3M", 64), ("1Y", 250))
            ],
            "range": {"low": str(low), "high": str(high), "low_at": year[3]["at"][:10], "high_at": year[9]["at"][:10],
                      "place": _text((last - low) / (high - low), 4), "from": year[0]["at"][:10]},
            "usual": {"sessions": 20, "volume": "42755194", "turnover": "10714879168"},
            "costs": [self._cost(row, last, value) for value in SIZES],
            "moves": {"days": 249, "from": year[0]["at"][:10], "daily_volatility": "0.007607", "volatility": "0.221928",
                      "benchmark": "SPX", "beta": "1.0727", "correlation": "0.5692", "reason": None},
            "every": every, "readings": readings(price_bars(bars), row["price_decimals"]),
        }  # fmt: skip

    def _cost(self, row: Doc, last: Decimal, value: str) -> Doc:
        lot = Decimal(row["lot_size"])
        units = (Decimal(value) / (last * Decimal(row["multiplier"])) // lot) * lot
        wide = Decimal(value).sqrt() / 100
        if not units or not row["tradable"]:
            none = dict.fromkeys(("law_bps", "buy", "sell"))
            return {"value": value, "quantity": f"{units:f}" if units else None, **none}
        side = {"fills_now": f"{units:f}", "whole": True, "half_spread_bps": "0.20", "depth_bps": _text(wide),
                "impact_bps": "0.00", "fee_bps": _text(FEE_BPS), "cost_bps": _text(wide + FEE_BPS + Decimal("0.20")),
                "cost": _text(Decimal(value) * (wide + FEE_BPS) / 10_000)}  # fmt: skip
        return {"value": value, "quantity": f"{units:f}", "law_bps": _text(wide), "buy": side, "sell": side}

    async def correlation(self, symbols: Sequence[str] = (), limit: int = 0) -> Doc:
        desk: Any = self
        names = list(symbols) or [row["symbol"] for row in (await desk.portfolio())["positions"]][: limit or None]

        def pair(a: int, b: int) -> str:
            return "1.0000" if a == b else _text(Decimal((a + b) * 37 % 180 - 80) / 100, 4)

        matrix = [[pair(a, b) for b in range(len(names))] for a in range(len(names))]
        return {"account": "default", "days": 249, "from": "2025-11-21", "symbols": names, "matrix": matrix,
                "left_out": []}  # fmt: skip

    async def what_if(self, order: Doc, benchmark: str = "") -> Doc:
        desk: Any = self
        book = await desk.portfolio()
        value = Decimal(order["quantity"]) * Decimal((await desk.quote(order["symbol"]))["last"])
        gross, nav = Decimal(book["gross_exposure"]), Decimal(book["nav"])

        def picture(more: Decimal) -> Doc:
            exposure = {
                "gross": _text(gross + more),
                "leverage": _text((gross + more) / nav, 6),
                "margin_use": _text((gross + more) / nav / 2, 6),
                "buying_power": _text(nav * 2 - gross - more),
            }
            tails = [{"confidence": 95, "var_amount": _text((gross + more) / 50)}]
            return {"nav": _text(nav), "cash": _text(Decimal(book["cash"]) - more), "exposure": exposure,
                    "concentration": {"largest_weight": "0.150000"}, "volatility": "0.082000", "beta": None,
                    "tails": tails}  # fmt: skip

        said = {"ok": True, "refusal": None, "queued": False}
        return {"account": "default", "symbol": order["symbol"], "side": order["side"], "quantity": order["quantity"],
                "preview": said, "value": _text(value), "cost": _text(value / 4000), "correlation_with_book": "0.5400",
                "before": picture(Decimal(0)), "after": picture(value)}  # fmt: skip

    async def rebalance(self, plan: Doc) -> Doc:
        row = {"symbol": "NVDA", "side": "sell", "quantity": "200", "value": "35784.00", "ok": True}
        return {"strategy": plan["strategy"], "drift": "0.180000", "drift_after": "0.010000", "turnover": "35784.00",
                "note": "", "proposals": [row] if self.held else []}  # fmt: skip

    async def round_trips(self, limit: int = 0, window: str = "all") -> Doc:
        trip = {"symbol": "XOM", "side": "long", "closed_at": "2026-11-20T15:30:00Z", "held_s": 93_600, "pnl": "512.40"}
        trips = [trip, {**trip, "symbol": "SOL-USD", "pnl": "-88.10"}] if self.held else []
        return {"account": "default", "window": window, "stats": self._stats(), "trades": trips, "open": []}

    def _stats(self) -> Doc:
        if not self.held:
            return {"total": 0, "win_rate": None}
        return {"total": 14, "wins": 8, "losses": 6, "win_rate": "0.571429", "profit_factor": "1.830000",
                "average_win": "402.10", "average_loss": "291.40", "expectancy": "104.88", "consecutive_wins": 4,
                "consecutive_losses": 2, "mean_held_s": 51_300, "longest_held_s": 190_800,
                "best": {"symbol": "XOM", "pnl": "512.40"},
                "worst": {"symbol": "SOL-USD", "pnl": "-488.10"}}  # fmt: skip

    async def progress(self) -> Doc:
        fills = 31 if self.held else 0
        have = dict.fromkeys(STEPS, 0)
        if self.held:
            have |= {"classes": 4, "symbols": 9, "order_types": 6, "days": 12, "days_in_a_row": 5, "closed_trades": 14,
                     "stops": 3, "waited": 11}  # fmt: skip
        kinds = ("equities", "etfs", "crypto", "forex") if self.held else ()
        classes = [{"asset_class": kind, "fills": 8 if kind in kinds else 0, "symbols": 2 if kind in kinds else 0,
                    "value": "250000.00" if kind in kinds else "0.00", "share": "0.250000" if kind in kinds else
                    None if not kinds else "0.000000"} for kind in ASSET_CLASSES]  # fmt: skip
        return {
            "account": "default", "at": "2026-11-23T15:52:07Z", "from": "2026-09-24T14:30:00Z",
            "orders": {"sent": fills + 9, "types": {"market": 20, "limit": 17, "stop": 3} if self.held else {}, "ends":
                       {"filled": 29, "cancelled": 6} if self.held else {}, "origins": {"person": 40} if self.held else
                       {}, "stops": have["stops"], "refused": 2 if self.held else 0},
            "fills": fills, "traded": "1000000.00" if self.held else "0.00", "symbols": have["symbols"],
            "classes": classes, "days": {"traded": have["days"], "longest": have["days_in_a_row"], "run": 2 if
                                         self.held else 0},
            "open": len(self.held), "trades": self._stats(),
            "costs": {"fee": "412.08", "spread": "84.20", "impact": "61.35", "timing": "12.90", "paid": "557.63",
                      "paid_bps": "5.58", "saved": "39.15", "waited": have["waited"], "waited_share": "0.354839"},
            "milestones": [milestone(name, have[name]) for name in STEPS],
        }  # fmt: skip

    async def checks(self) -> Doc:
        rows: list[Doc] = [{"name": "no_stop", "level": "note", "text": "held without a stop", "symbol": symbol}
                           for symbol in self.held]  # fmt: skip
        if self.held:
            rows.insert(0, {"name": "concentration", "level": "warning", "text": "share of NAV at its limit", "symbol":
                            "NVDA", "have": "0.2510", "limit": "0.2500"})  # fmt: skip
        return {"account": "default", "at": "2026-11-23T15:52:07Z", "looked_at": 6, "checks": rows}


def _signed(value: Decimal) -> str:
    text = _text(value)
    return text if text.startswith("-") or not any(c in "123456789" for c in text) else f"+{text}"
