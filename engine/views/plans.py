"""Plans that bring an account to target weights: proposals, each asked of the gate, none of them sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.documents import Document, exact_money
from engine.model.format import time_text
from engine.model.ids import Lots, Symbol
from engine.model.instrument import Instrument
from engine.model.number import NumberFormatError, to_text, to_units
from engine.model.order import OrderRequest, OrderType, side_word
from engine.model.refusal import Code, refuse
from engine.portfolio.analytics import rebalance, weights
from engine.portfolio.analytics.correlation import Moves, moves
from engine.portfolio.analytics.rebalance import PPM, Lot, Plan, Proposal, Row, Rules
from engine.portfolio.analytics.weights import equal_risk, inverse_volatility
from engine.risk.wire import parse_object, shown
from engine.views.jobs import Job
from engine.views.supposed import SupposedView

STRATEGIES = ("equal", "risk-parity", "inverse-vol", "targets")
_FIELDS = ("strategy", "targets", "symbols", "reserve", "min_trade", "keep_others")
_PREVIEWS = 10
"""Proposals asked of the gate before others may run."""
_MOST_SYMBOLS = 1000


class Asked(msgspec.Struct, frozen=True):
    """A plan that is wanted. `targets` are signed millionths of NAV by symbol."""

    strategy: str
    targets: dict[str, int]
    symbols: tuple[str, ...]
    rules: Rules


class PlanView(SupposedView):
    """Plans for one desk's accounts."""

    def rebalance(self, account: str, payload: bytes | str | Mapping[str, Any]) -> Job[Document]:
        """Proposals for {"strategy", "targets"?, "symbols"?, "reserve"?, "min_trade"?, "keep_others"?}: whole lots
        within the account's limits, those that make room first."""
        asked = self._asked(payload)
        held = {symbol: one.lots for symbol, one in self.account(account).positions.items()}
        names = asked.symbols or tuple(sorted(held))
        wanted = asked.targets
        if asked.strategy != "targets":
            wanted = yield from self._weights(asked.strategy, names, held)
        holder = self.account(account)
        held = {symbol: one.lots for symbol, one in holder.positions.items()}
        lots = self._lots({*held, *wanted})
        nav = self.kernel.valuer.worth(holder).nav
        found: Plan = yield lambda: rebalance.plan(nav, held, lots, wanted, asked.rules)
        proposals = []
        for number, one in enumerate(found.proposals):
            if number % _PREVIEWS == _PREVIEWS - 1:
                yield None
            proposals.append(self._proposal(account, one))
        return {
            "account": account,
            "at": time_text(self.now),
            "strategy": asked.strategy,
            "nav": exact_money(nav),
            "reserve": to_text(asked.rules.reserve_ppm, 6),
            "min_trade": exact_money(asked.rules.least_value),
            "drift": to_text(found.drift_ppm, 6),
            "drift_after": to_text(found.left_ppm, 6),
            "turnover": exact_money(found.turnover),
            "note": found.note or None,
            "proposals": proposals,
            "rows": [_row(row) for row in found.rows],
        }

    def _proposal(self, account: str, one: Proposal) -> Document:
        """One line, with the payload that would send it and what the gate says of that now."""
        instrument = self.catalogue[one.symbol]
        request = OrderRequest(Symbol(one.symbol), one.side, OrderType.MARKET, Lots(one.quantity))
        said = self.preview(account, request)
        order: Document = {
            "symbol": instrument.symbol,
            "asset_class": instrument.asset_class,
            "side": side_word(one.side),
            "type": "market",
            "quantity": instrument.quantity_text(one.quantity),
        }
        if instrument.asset_class in ("equities", "etfs"):
            order["session"] = "regular"
        return {
            "symbol": instrument.symbol,
            "side": order["side"],
            "quantity": order["quantity"],
            "value": exact_money(one.value),
            "expected_price": said["average_price"] or said["mid"],
            "fee": said["fee"],
            "reason": one.reason,
            "ok": said["ok"],
            "queued": said["queued"],
            "refusal": said["refusal"],
            "max_quantity": said["max_quantity"],
            "order": order,
        }

    # --- weights ------------------------------------------------------------------------------

    def _weights(self, strategy: str, names: tuple[str, ...], held: Mapping[str, int]) -> Job[dict[str, int]]:
        """Signed weights that keep the direction of what is held. Raises Refused where they cannot be told."""
        if not names:
            raise refuse(
                Code.MISSING_FIELD,
                "nothing is held, so there is nothing to weigh",
                fix="name symbols, or give targets",
                field="symbols",
            )
        sides = {name: -1 if held.get(name, 0) < 0 else 1 for name in names}
        if strategy == "equal":
            found: dict[str, float] | None = weights.equal_weight(names)
        else:
            closes = yield from self.closes.daily([self.catalogue[name] for name in names])

            def work() -> dict[str, float] | None:
                past = moves(closes)
                if past is None or past.left_out:
                    raise _unknown(past.left_out if past else names)
                signed = _turned(past, sides)
                return inverse_volatility(signed) if strategy == "inverse-vol" else equal_risk(signed)

            found = yield work
        if found is None:
            raise refuse(
                Code.INCONSISTENT_FIELDS,
                "no such weights exist: one of the instruments never moved, or they cancel each other",
                fix="leave it out with symbols, or use equal",
                field="strategy",
            )
        return rebalance.to_ppm({name: found[name] * sides[name] for name in names})

    def _lots(self, names: Iterable[str]) -> dict[str, Lot]:
        """What a lot of each is worth; what has no price above 0 is left out."""
        found = {}
        for name in sorted(names):
            instrument = self.catalogue[name]
            n, d = self.kernel.valuer.mark_ratio(instrument)
            if n > 0:
                share = (1, 1) if instrument.full_cash else self.kernel.valuer.margin_share(instrument)
                found[name] = Lot(n, d, share, instrument.tradable)
        return found

    # --- what is asked ------------------------------------------------------------------------

    def _asked(self, payload: bytes | str | Mapping[str, Any]) -> Asked:
        body = parse_object(dict(payload) if isinstance(payload, Mapping) else payload)
        for name in body:
            if name not in _FIELDS:
                fix = f"known are: {', '.join(_FIELDS)}"
                raise refuse(Code.UNKNOWN_FIELD, f"there is no field {shown(name)}", fix=fix, field=shown(name))
        strategy = body.get("strategy")
        if strategy not in STRATEGIES:
            fix = f"use {', '.join(STRATEGIES)}"
            raise refuse(Code.ENUM_ERROR, "strategy is none of its words", fix=fix, field="strategy")
        targets = self._targets(body.get("targets"))
        if (strategy == "targets") is not bool(targets):
            fix = 'send {"strategy": "targets", "targets": {"AAPL": "0.3"}}'
            raise refuse(Code.INCONSISTENT_FIELDS, "targets and only targets has weights", fix=fix, field="targets")
        keep = body.get("keep_others", False)
        if not isinstance(keep, bool):
            raise refuse(Code.TYPE_ERROR, "keep_others is true or false", fix="send true", field="keep_others")
        usual = Rules()
        reserve = _millionths(body.get("reserve"), "reserve", usual.reserve_ppm)
        least = _millionths(body.get("min_trade"), "min_trade", usual.least_value)
        if not 0 <= reserve <= PPM or least < 0:
            field = "min_trade" if least < 0 else "reserve"
            raise refuse(Code.OUT_OF_RANGE, f"{field} is out of range", fix="reserve is 0 to 1", field=field)
        rules = Rules(reserve_ppm=reserve, least_value=least, keep_others=keep)
        return Asked(strategy, targets, self._symbols(body.get("symbols")), rules)

    def _targets(self, value: object) -> dict[str, int]:
        if value is None:
            return {}
        if not isinstance(value, dict) or len(value) > _MOST_SYMBOLS:
            fix = 'send {"AAPL": "0.3", "BTC": "0.2"}'
            raise refuse(Code.TYPE_ERROR, "targets are weights by symbol", fix=fix, field="targets")
        found: dict[str, int] = {}
        for text, weight in value.items():
            symbol = str(self._tradable(text).symbol)
            if symbol in found:
                raise refuse(Code.INCONSISTENT_FIELDS, f"{symbol} has two targets", fix="keep one", field="targets")
            found[symbol] = _millionths(weight, "targets", 0)
            if abs(found[symbol]) > 2 * PPM:
                fix = "weights are shares of NAV: 0.3 is 30 %"
                raise refuse(Code.OUT_OF_RANGE, f"{symbol} would be more than twice NAV", fix=fix, field="targets")
        return found

    def _symbols(self, value: object) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > _MOST_SYMBOLS or not all(type(one) is str for one in value):
            fix = 'send ["AAPL", "BTC"]'
            raise refuse(Code.TYPE_ERROR, "symbols is a list of symbols", fix=fix, field="symbols")
        return tuple(dict.fromkeys(str(self._tradable(text).symbol) for text in value))

    def _tradable(self, text: str) -> Instrument:
        """What an order for it would name. Raises Refused."""
        return self.catalogue.resolve(text, self.today(), True)


def _turned(past: Moves, sides: Mapping[str, int]) -> Moves:
    """Returns as the holder has them: of what is short, the other way round."""
    rows = tuple(
        row if sides[name] > 0 else tuple(-value for value in row)
        for name, row in zip(past.symbols, past.rows, strict=True)
    )
    return msgspec.structs.replace(past, rows=rows)


def _unknown(names: Iterable[str]) -> Exception:
    said = ", ".join(list(names)[:10])
    return refuse(
        Code.INCONSISTENT_FIELDS,
        f"too little history in common: {said}",
        fix="leave them out with symbols, or use equal",
        field="symbols",
    )


def _millionths(value: object, field: str, usual: int) -> int:
    if value is None:
        return usual
    try:
        units = to_units(value, 6) if isinstance(value, str) else None
    except NumberFormatError:
        units = None
    if units is None:
        fix = 'use a plain decimal of at most six places, such as "0.3"'
        raise refuse(Code.NUMBER_FORMAT, f"{field} is not such a number", fix=fix, field=field)
    return units


def _row(row: Row) -> Document:
    return {
        "symbol": row.symbol,
        "weight": to_text(row.weight_ppm, 6),
        "target": to_text(row.target_ppm, 6),
        "allowed": to_text(row.allowed_ppm, 6),
        "after": to_text(row.after_ppm, 6),
        "drift": to_text(row.target_ppm - row.weight_ppm, 6),
        "note": row.note or None,
    }
