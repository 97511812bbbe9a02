"""Orders, algorithms, alerts and limits."""

from __future__ import annotations

from typing import Any

from engine.alerts.schema import parse_alert
from engine.documents import Document
from engine.kernel import Flattened
from engine.matching.algos.desk import ACTIONS
from engine.model.command import (
    Amend,
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
from engine.model.format import time_text
from engine.model.ids import AccountId
from engine.model.order import Order
from engine.model.refusal import Code, Refused, refuse
from engine.requests.base import Requests
from engine.risk.algo_schema import parse_algo
from engine.risk.amend import parse_changes
from engine.risk.limits_document import parse_limits, wants_unlock
from engine.risk.schema import parse_order


class OrderRequests(Requests):
    """What a trader asks about trading."""

    async def submit(
        self, account: str, payload: bytes | str | Document, *, strict: bool = False, origin: str = "person"
    ) -> Document:
        """Send an order; answers when it is durable. `origin` is one of ORIGINS. Raises Refused."""
        request = parse_order(payload, self.kernel.catalogue, self.view.today(), strict=strict)
        await self.ensure_account(account)
        order = await self._command(Submit(self._at(), AccountId(account), request, origin))
        assert isinstance(order, Order)
        if order.refusal is not None:
            raise Refused(order.refusal)
        return self.view.order_document(order)

    async def cancel(self, account: str, order_id: str) -> Document:
        """Take an order back by its own id or the client's."""
        known = self.kernel.order_id(account, order_id)
        order = await self._command(Cancel(at=self._at(), account=AccountId(account), order_id=known))
        assert isinstance(order, Order)
        return self.view.order_document(order)

    async def cancel_all(self, account: str) -> Document:
        """Take back every open order."""
        self.view.account(account)
        return {"cancelled": await self._command(CancelAll(at=self._at(), account=AccountId(account)))}

    async def amend(self, account: str, order_id: str, document: bytes | str | Document) -> Document:
        """Change an open order's quantity or prices."""
        order = self.view.find_order(account, order_id)
        changes = parse_changes(document, order.request, self.kernel.catalogue[order.request.symbol])
        order = await self._command(
            Amend(
                at=self._at(),
                account=AccountId(account),
                order_id=order.order_id,
                quantity=changes.quantity,
                limit_price=changes.limit_price,
                stop_price=changes.stop_price,
            )
        )
        assert isinstance(order, Order)
        return self.view.order_document(order)

    async def flatten(self, account: str) -> Document:
        """The kill switch: stop algorithms, take back every order, close every position at market."""
        self.view.account(account)
        done = await self._command(Flatten(at=self._at(), account=AccountId(account)))
        assert isinstance(done, Flattened)
        return {"cancelled": done.cancelled, "closing": [self.view.order_document(o) for o in done.closing]}

    async def start_algo(self, account: str, document: Any) -> Document:
        """Start an execution algorithm."""
        request = parse_algo(document, self.kernel.catalogue, self.view.today())
        await self.ensure_account(account)
        algo = await self._command(StartAlgo(at=self._at(), account=AccountId(account), algo=request))
        return self.view.algo_document(algo)

    async def control_algo(self, account: str, algo_id: str, action: str) -> Document:
        """pause, resume or cancel an algorithm."""
        if action not in ACTIONS:
            raise refuse(Code.ENUM_ERROR, f"an algorithm cannot {action[:20]}", fix=f"use {', '.join(ACTIONS)}")
        known = self.view.find_algo(account, algo_id).algo_id
        algo = await self._command(ControlAlgo(at=self._at(), account=AccountId(account), algo_id=known, action=action))
        return self.view.algo_document(algo)

    async def set_alert(self, account: str, document: Any) -> Document:
        """Watch a market and tell once."""
        request = parse_alert(document, self.kernel.catalogue, self.view.today())
        await self.ensure_account(account)
        alert = await self._command(SetAlert(at=self._at(), account=AccountId(account), alert=request))
        return self.view.alert_document(alert)

    async def drop_alert(self, account: str, alert_id: str = "") -> Document:
        """Stop watching: one alert, or all of them; the ids dropped."""
        await self.ensure_account(account)
        return {"dropped": await self._command(DropAlert(self._at(), AccountId(account), alert_id))}

    async def set_limits(self, account: str, document: Any) -> Document:
        """Change the account's own limits, and lift a lock where it asks for that."""
        await self.ensure_account(account)
        limits = parse_limits(document, self.view.account(account).limits)
        unlock = wants_unlock(document)
        await self._command(SetLimits(at=self._at(), account=AccountId(account), limits=limits, unlock=unlock))
        return self.view.risk(account)

    def preview(self, account: str, payload: bytes | str | Document, *, strict: bool = False) -> Document:
        """What an order would do now; changes nothing."""
        request = parse_order(payload, self.kernel.catalogue, self.view.today(), strict=strict)
        holder = self.view.account(account)
        document = self.kernel.preview.document(holder, request, self.kernel.working_lots(account), self._at())
        return {**document, "at": time_text(self.view.now), "seq": self.view.seq}
