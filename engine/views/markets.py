"""All instruments at once: a row each, and the line of its last day, made once a minute."""

from __future__ import annotations

from datetime import date

from engine.documents import Document, ratio, signed
from engine.kernel import Kernel
from engine.market.traces import traces
from engine.model.format import time_text
from engine.model.ids import MINUTE_NS
from engine.model.instrument import ASSET_CLASSES, Instrument
from engine.model.number import div_half_even, to_text
from engine.model.refusal import Code, refuse
from engine.model.session import MarketSession
from engine.views.jobs import Job
from engine.views.market import MarketView

MOST_POINTS = 120
_MONEY = 1_000_000


class MarketsView(MarketView):
    """The whole market of one desk as one document."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._lines: dict[int, tuple[int, dict[int, list[int]]]] = {}

    def markets(self, asset_class: str = "", sparks: int = 0) -> Job[Document]:
        """A row an instrument (of a class); with `sparks`, so many prices of its last trading day, in ticks."""
        if asset_class and asset_class not in ASSET_CLASSES:
            fix = "use " + ", ".join(ASSET_CLASSES)
            raise refuse(Code.ENUM_ERROR, f"there is no asset class {asset_class[:20]}", fix=fix, field="class")
        if not 0 <= sparks <= MOST_POINTS:
            fix = f"ask for 0 to {MOST_POINTS}"
            raise refuse(Code.OUT_OF_RANGE, f"a line has at most {MOST_POINTS} points", fix=fix, field="sparks")
        lines: dict[int, list[int]] = (yield from self._traced(sparks)) if sparks else {}
        today = self.today()
        wanted = [i for i in self.catalogue.columns if asset_class in ("", i.asset_class)]
        rows = [self._market_row(instrument, today) for instrument in wanted]
        if sparks:
            for instrument, row in zip(wanted, rows, strict=True):
                row["spark"] = lines.get(instrument.column, [])
        head = {"at": time_text(self.now), "seq": self.seq, "of": len(self.catalogue.columns)}
        return {**head, "instruments": rows}

    def _market_row(self, column: Instrument, today: date) -> Document:
        """What one line of the market says; a futures root speaks for its front contract."""
        instrument = column
        if self.catalogue.is_root(column.symbol):
            instrument = self.catalogue.front(column.symbol, today)
        kernel, source = self.kernel, self.kernel.shown.source
        last = kernel.shown.last(instrument)
        close = source.prev_close.item(column.column) + instrument.basis_ticks
        quote, lots = kernel.displayed.quote(instrument), source.volume_day.item(column.column)
        state = kernel.shown.state(instrument)
        row: Document = {
            "symbol": column.symbol,
            "name": instrument.name,
            "asset_class": column.asset_class,
            "sector": column.sector,
            "exchange": column.exchange,
            "venue": column.session,
            "currency": column.currency,
            "last": instrument.price_text(last),
            "change": signed(instrument.price_text(last - close)),
            "change_pct": signed(ratio(100 * (last - close), close, 2)) if close > 0 else None,
            "volume": instrument.quantity_text(lots),
            "turnover": to_text(div_half_even(kernel.valuer.value(instrument, lots, 2 * last), _MONEY), 0),
            "spread": None,
            "spread_bps": None,
            "session": state.word,
        }
        if quote.bid_size and quote.ask_size:
            row["spread"] = instrument.price_text(quote.ask - quote.bid)
            row["spread_bps"] = ratio(20_000 * (quote.ask - quote.bid), quote.ask + quote.bid, 2)
        if instrument is not column:
            row["front"] = instrument.symbol
        if state is MarketSession.HALTED and (halt := kernel.shown.halt(instrument)) is not None:
            row["halt"] = halt.reason
        return row

    def _traced(self, points: int) -> Job[dict[int, list[int]]]:
        """Prices in ticks by column, made in pieces and kept for a minute of the market."""
        minute = self.now // MINUTE_NS
        known = self._lines.get(points)
        if known is None or known[0] != minute:
            found: dict[int, list[int]] = {}
            for columns, _, prices in traces(self.kernel.shown.source, self.now, points):
                found.update(zip(columns.tolist(), prices.T.tolist(), strict=True))
                yield None
            for symbol in self.catalogue.roots:
                self._as_front(symbol, found)
            if len(self._lines) > 3:
                self._lines.clear()
            known = self._lines[points] = minute, found
        return known[1]

    def _as_front(self, root: str, found: dict[int, list[int]]) -> None:
        """A root's line stands where its front contract trades."""
        column = self.catalogue.find(root)
        if column is not None and column.column in found:
            basis = self.catalogue.front(root, self.today()).basis_ticks
            found[column.column] = [price + basis for price in found[column.column]]
