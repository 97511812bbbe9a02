"""The command file of a deterministic run: NDJSON lines become commands of the kernel, or refusals with their line.

{"at", "cmd": "submit", "account", "order": {...}}        {"at", "cmd": "cancel", "account", "client_order_id"}
{"at", "cmd": "amend", "account", "order_id", "changes": {...}}
{"at", "cmd": "algo", "account", "algo": "twap", "symbol", "side", "quantity", "over", "slices"}
{"at", "cmd": "algo_pause" | "algo_resume" | "algo_cancel", "account", "algo_id"}
{"at", "cmd": "alert", "account", "alert": {"symbol", "kind", "value", ...}}    {"at", "cmd": "alert_drop", "alert_id"}
{"at", "cmd": "cancel_all" | "flatten", "account"}        {"at", "cmd": "limits", "account", "limits": {...}}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from engine.alerts.schema import parse_alert
from engine.documents import Document
from engine.model.algo import Algo
from engine.model.command import (
    Amend,
    AnyCommand,
    Cancel,
    CancelAll,
    ControlAlgo,
    DropAlert,
    Flatten,
    SetAlert,
    SetLimits,
    StartAlgo,
    Submit,
)
from engine.model.format import parse_time
from engine.model.ids import AccountId, TimeNs
from engine.model.refusal import Code, Refused, refuse
from engine.risk.algo_schema import parse_algo
from engine.risk.amend import parse_changes
from engine.risk.limits_document import parse_limits, wants_unlock
from engine.risk.schema import parse_order
from engine.risk.wire import Number
from engine.views import View

LINE_LIMIT = 65_536


class Wanted(msgspec.Struct, frozen=True):
    """One line of the command file, read."""

    at: TimeNs
    line: int
    cmd: str
    account: str
    fields: Document

    @property
    def client_order_id(self) -> str | None:
        """The client's id in it, if it names one."""
        order = self.fields.get("order")
        found = order.get("client_order_id") if isinstance(order, dict) else self.fields.get("client_order_id")
        return str(found)[:64] if found is not None else None


def read_commands(lines: Iterable[str | bytes]) -> Iterator[Wanted]:
    """Commands of an NDJSON file in time order. Raises Refused naming the line that is wrong."""
    last = TimeNs(0)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        wanted = _read(line, number)
        if wanted.at < last:
            raise _bad(number, Code.OUT_OF_RANGE, "commands must be in time order")
        last = wanted.at
        yield wanted


def _bad(number: int, code: Code, message: str, field: str | None = None) -> Refused:
    return refuse(code, f"line {number} of the commands: {message}", fix="correct the line", field=field)


def _read(line: str | bytes, number: int) -> Wanted:
    if len(line) > LINE_LIMIT:
        raise _bad(number, Code.PAYLOAD_TOO_LARGE, f"a command is at most {LINE_LIMIT} bytes")
    try:
        fields = json.loads(line, parse_float=Number, parse_int=Number)
    except (ValueError, RecursionError) as error:
        raise _bad(number, Code.MALFORMED_JSON, "it is not a JSON document") from error
    if not isinstance(fields, dict):
        raise _bad(number, Code.TYPE_ERROR, "it is not a JSON object")
    for field in ("at", "cmd", "account"):
        if field not in fields:
            raise _bad(number, Code.MISSING_FIELD, f"{field} is missing", field)
        if not isinstance(fields[field], str) or isinstance(fields[field], Number):
            raise _bad(number, Code.TYPE_ERROR, f"{field} must be text", field)
    try:
        at = parse_time(fields["at"])
    except ValueError as error:
        raise _bad(number, Code.NUMBER_FORMAT, str(error), "at") from error
    return Wanted(at, number, fields["cmd"], fields["account"], fields)


class Reader:
    """Makes commands of lines, against a desk's catalogue and orders as they are at that moment."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.catalogue = view.catalogue
        self._of: dict[str, Callable[[Wanted, TimeNs, AccountId], AnyCommand]] = {
            "submit": self._submit,
            "cancel": self._cancel,
            "amend": self._amend,
            "cancel_all": lambda _, at, account: CancelAll(at=at, account=account),
            "flatten": lambda _, at, account: Flatten(at=at, account=account),
            "algo": self._algo,
            "algo_pause": self._control,
            "algo_resume": self._control,
            "algo_cancel": self._control,
            "limits": self._limits,
            "alert": self._alert,
            "alert_drop": lambda wanted, at, account: DropAlert(at, account, str(wanted.fields.get("alert_id") or "")),
        }

    def command(self, wanted: Wanted, at: TimeNs) -> AnyCommand:
        """The command that a line wants. Raises Refused."""
        make = self._of.get(wanted.cmd)
        if make is None:
            known = ", ".join(self._of)
            raise refuse(Code.ENUM_ERROR, f"there is no command {wanted.cmd[:20]}", fix=f"use {known}", field="cmd")
        return make(wanted, at, AccountId(wanted.account))

    def _submit(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        order = _object(wanted, "order", "a submit has an order")
        return Submit(at=at, account=account, order=parse_order(_numbers(order), self.catalogue, self.view.today()))

    def _order_id(self, wanted: Wanted) -> str:
        name = str(wanted.fields.get("order_id") or wanted.fields.get("client_order_id") or "")
        return self.view.kernel.order_id(wanted.account, name)

    def _cancel(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        return Cancel(at=at, account=account, order_id=self._order_id(wanted))

    def _amend(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        order = self.view.find_order(account, self._order_id(wanted))
        changes = parse_changes(
            _numbers(_object(wanted, "changes", "an amend has changes")),
            order.request,
            self.catalogue[order.request.symbol],
        )
        return Amend(
            at=at,
            account=account,
            order_id=order.order_id,
            quantity=changes.quantity,
            limit_price=changes.limit_price,
            stop_price=changes.stop_price,
        )

    def _algo(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        body = {name: value for name, value in wanted.fields.items() if name not in ("at", "cmd", "account")}
        return StartAlgo(at=at, account=account, algo=parse_algo(_numbers(body), self.catalogue, self.view.today()))

    def _control(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        name = str(wanted.fields.get("algo_id") or wanted.fields.get("client_order_id") or "")
        algos: Iterable[Algo] = self.view.kernel.state.algos.values()
        known = next((a.algo_id for a in algos if a.account == account and name == a.request.client_order_id), name)
        return ControlAlgo(at=at, account=account, algo_id=known, action=wanted.cmd.removeprefix("algo_"))

    def _alert(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        body = _numbers(_object(wanted, "alert", "an alert command has an alert"))
        return SetAlert(at=at, account=account, alert=parse_alert(body, self.catalogue, self.view.today()))

    def _limits(self, wanted: Wanted, at: TimeNs, account: AccountId) -> AnyCommand:
        body = _numbers(_object(wanted, "limits", "a limits command has limits"))
        holder = self.view.account(account)
        return SetLimits(at=at, account=account, limits=parse_limits(body, holder.limits), unlock=wants_unlock(body))


def _object(wanted: Wanted, field: str, message: str) -> dict[str, Any]:
    value = wanted.fields.get(field)
    if not isinstance(value, dict):
        raise refuse(Code.MISSING_FIELD, message, field=field, fix=f"add the {field} object")
    return value


def _numbers(body: dict[str, Any]) -> bytes:
    """The document as JSON again, its numbers as they were written."""
    parts = (f"{json.dumps(k)}: {v if isinstance(v, Number) else json.dumps(v)}" for k, v in body.items())
    return ("{" + ", ".join(parts) + "}").encode()
