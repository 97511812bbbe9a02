"""The alerts of one desk: set, dropped, and looked at in each step of a market that is open.

All of it is state: an alert that fired is in the journal before anybody is told, and never fires again. Where no
alert is active nothing is looked at, and while all their venues are closed no step is made for them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from engine.alerts.measure import Reading, measure, met, set_base
from engine.market.actions import actions_of
from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.hours import next_hours
from engine.matching.state import State
from engine.matching.triggers import subject
from engine.model.alert import Alert, AlertKind, AlertState
from engine.model.command import DropAlert, SetAlert
from engine.model.event import AlertEvent, Event
from engine.model.ids import MINUTE_NS, AccountId, TimeNs
from engine.model.instrument import Instrument
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession

MOST_ACTIVE, MOST_ENDED = 200, 1000
"""Alerts of an account that are watched at once, and that are remembered after they fired or were dropped."""


class AlertWatch:
    """Only the kernel calls it."""

    def __init__(
        self,
        shown: ShownMarket,
        catalogue: Catalogue,
        state: State,
        happened: Callable[[Event], None],
        contract_end: Callable[[Instrument], TimeNs],
    ) -> None:
        self.shown, self.catalogue = shown, catalogue
        self._happened, self._contract_end = happened, contract_end
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state
        self._of: dict[str, list[Alert]] = {}
        self._regroup()
        for alert in state.alerts.values():
            if alert.active:
                self._add(alert)

    def __bool__(self) -> bool:
        return bool(self._of)

    def _add(self, alert: Alert) -> None:
        known = alert.request.symbol in self._of
        self._of.setdefault(alert.request.symbol, []).append(alert)
        if not known:
            self._of = dict(sorted(self._of.items()))
        self._group(alert)

    def _regroup(self) -> None:
        """Which hours matter: by venue, with or without the extended ones, and whether whole minutes will do."""
        self._groups: dict[tuple[str, bool], bool] = {}
        self._first_end = 0
        for alerts in self._of.values():
            for alert in alerts:
                self._group(alert)

    def _group(self, alert: Alert) -> None:
        key = self.catalogue[alert.request.symbol].session, alert.request.extended
        self._groups[key] = self._groups.get(key, True) and alert.request.kind is AlertKind.VOLUME
        if alert.ends_at:
            self._first_end = min(self._first_end or alert.ends_at, alert.ends_at)

    # --- commands -----------------------------------------------------------------------------

    def set(self, command: SetAlert) -> Alert | Refusal:
        """Begin to watch, or say why not."""
        active = sum(a.active and a.account == command.account for a in self.state.alerts.values())
        if active >= MOST_ACTIVE:
            return Refusal(
                Code.OUT_OF_RANGE,
                f"an account has at most {MOST_ACTIVE} active alerts",
                fix="drop one: vterm alerts rm ID",
            )
        instrument, at = self.catalogue[command.alert.symbol], self.state.now
        self.state.alerts_made += 1
        alert = Alert(
            alert_id=f"al{self.state.alerts_made:06d}",
            account=command.account,
            request=command.alert,
            created_at=at,
            ends_at=self._contract_end(instrument) or self._split(instrument.symbol, at),
        )
        mid2 = subject(self.shown, instrument, "price", at)
        if mid2 is not None and mid2 > 0 and (command.alert.from_set or command.alert.kind is AlertKind.TRAIL):
            set_base(alert, mid2)
        self.state.alerts[alert.alert_id] = alert
        self._add(alert)
        self._forget(command.account)
        self._say("set", alert, at)
        return alert

    def _split(self, symbol: str, after: TimeNs) -> TimeNs:
        """When a share splits next (0: never known): its prices and volumes are others from then on."""
        actions = actions_of(self.shown.source)
        at, splits = actions.next_split(after)
        while at and all(split.symbol != symbol for split in splits):
            at, splits = actions.next_split(at)
        return at

    def drop(self, command: DropAlert) -> list[str] | Refusal:
        """Stop watching one alert, or all of an account's: the ids."""
        mine = [a for a in self.state.alerts.values() if a.account == command.account]
        wanted = [a for a in mine if a.alert_id == command.alert_id] if command.alert_id else mine
        if command.alert_id and not wanted:
            return Refusal(
                Code.UNKNOWN_ALERT, f"there is no alert {command.alert_id[:64]}", fix="vterm alerts lists them"
            )
        active = [a for a in wanted if a.active]
        if command.alert_id and not active:
            return Refusal(
                Code.NOT_CANCELLABLE,
                f"{command.alert_id} is {wanted[0].state.value}",
                fix="only active alerts can be dropped: vterm alerts --active",
            )
        for alert in active:
            self._end(alert, AlertState.CANCELLED, self.state.now, "dropped by its owner")
        return [a.alert_id for a in active]

    def _forget(self, account: AccountId) -> None:
        """Only so many ended alerts are remembered, the newest."""
        ended = [a.alert_id for a in self.state.alerts.values() if a.account == account and not a.active]
        for name in ended[: max(0, len(ended) - MOST_ENDED)]:
            del self.state.alerts[name]

    # --- time ---------------------------------------------------------------------------------

    def next_at(self, now: TimeNs) -> int:
        """When the first of them is to be looked at, at the earliest (0: there is none)."""
        dues = [self._first_end] if self._first_end > now else []
        for (session, extended), by_minute in self._groups.items():
            opens = next_hours(self.shown.calendars[session], now + 1, extended=extended)
            dues.append(-(-opens // MINUTE_NS) * MINUTE_NS if by_minute else opens)
        return min(dues, default=0)

    def look(self, at: TimeNs) -> None:
        """One step of the market: fire what has become true."""
        trading = {key: self._open(*key, at) for key in self._groups}
        for symbol in list(self._of):
            instrument = self.catalogue[symbol]
            halted = self.shown.state(instrument) is MarketSession.HALTED
            hours = [not halted and trading.get((instrument.session, extended), False) for extended in (False, True)]
            reading = Reading(self.shown, instrument, at)
            for alert in tuple(self._of[symbol]):
                if alert.ends_at and at >= alert.ends_at:
                    why = "its contract has ended" if instrument.root else "it has split"
                    self._end(alert, AlertState.CANCELLED, at, why)
                elif hours[alert.request.extended]:
                    self._check(alert, reading, at)

    def _open(self, session: str, extended: bool, at: TimeNs) -> bool:
        return next_hours(self.shown.calendars[session], at, extended=extended) <= at

    def _check(self, alert: Alert, reading: Reading, at: TimeNs) -> None:
        value = measure(reading, alert)
        if value is not None and met(alert.request, value):
            alert.measured, alert.mid2 = value, self.shown.mid2(reading.instrument)
            self._end(alert, AlertState.FIRED, at, "")

    def _end(self, alert: Alert, state: AlertState, at: TimeNs, reason: str) -> None:
        alert.state, alert.ended_at, alert.reason = state, at, reason
        alert.minutes.clear()
        waiting = [a for a in self._of[alert.request.symbol] if a is not alert]
        if waiting:
            self._of[alert.request.symbol] = waiting
        else:
            del self._of[alert.request.symbol]
        self._regroup()
        self._say("fired" if state is AlertState.FIRED else "dropped", alert, at)

    def _say(self, word: str, alert: Alert, at: TimeNs) -> None:
        copy = msgspec.structs.replace(alert, minutes=[])
        self._happened(AlertEvent(f"alert.{word}", at, copy))
