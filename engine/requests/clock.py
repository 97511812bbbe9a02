"""The market's clock: pause, resume, speed, and jumps."""

from __future__ import annotations

from engine.clock import MAX_SPEED, OwnClock, step_for
from engine.documents import Document
from engine.model.command import Reach, SetClock
from engine.model.format import parse_time, time_text
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.refusal import Code, refuse
from engine.model.session import MarketSession
from engine.requests.base import Requests

JUMP_STEP_NS = 60 * SECOND_NS


class ClockRequests(Requests):
    """What may be asked of a clock of one's own."""

    recording: Document | None = None
    """{name, begin, end} of the recorded market that is played; none of a living one."""

    async def set_clock(self, action: str, value: str = "") -> Document:
        """pause, resume, speed N, jump open."""
        clock = self.clock
        if not isinstance(clock, OwnClock):
            raise refuse(
                Code.FORBIDDEN, "this desk runs on the world's time", fix="only a local home's clock can be set"
            )
        if action == "pause":
            clock.set(paused=True)
        elif action == "resume":
            clock.set(paused=False)
        elif action == "speed":
            clock.set(speed=_speed(value))
        elif action == "jump":
            await self._jump(clock, value)
        else:
            raise refuse(
                Code.ENUM_ERROR, f"there is no clock {action[:20]}", fix="use pause, resume, speed N or jump open"
            )
        await self._command(
            SetClock(at=self._at(), speed=clock.speed, paused=clock.paused, step_ns=step_for(clock.speed))
        )
        self.bus.publish(
            [
                {
                    "type": "system.status",
                    "at": time_text(self.view.now),
                    "scope": "clock",
                    "status": "paused" if clock.paused else "running",
                    "text": f"speed {clock.speed}",
                }
            ]
        )
        return self._clock_document()

    async def _jump(self, clock: OwnClock, value: str) -> None:
        """Go to the next regular open of a venue that is closed (or to a time), in steps of a minute."""
        now = self._at()
        to = self._next_open(now) if value in ("", "open") else _time(value)
        if to <= now:
            raise refuse(Code.OUT_OF_RANGE, f"{time_text(to)} has passed", fix="a clock only goes forward")
        await self._command(SetClock(at=now, speed=clock.speed, paused=clock.paused, step_ns=JUMP_STEP_NS))
        await self._command(Reach(at=to))
        clock.set(at=to)

    def _next_open(self, now: TimeNs) -> TimeNs:
        shown = self.kernel.shown
        opens = []
        for session in sorted({i.session for i in self.kernel.catalogue.columns}):
            calendar = shown.calendars[session]
            for day in calendar.days[calendar.day_index(now) : calendar.day_index(now) + 12]:
                regular = [s.start for s in day.segments if s.state is MarketSession.REGULAR and s.start > now]
                if regular:
                    opens.append((session != "US_EQ", min(regular)))
                    break
        if not opens:
            raise refuse(Code.NOT_TRADABLE, "no market has an open to jump to", fix="vterm sessions shows the hours")
        return TimeNs(min(opens)[1])

    def _clock_document(self) -> Document:
        played = {} if self.recording is None else {"recording": self.recording}
        return {
            "now": time_text(self.view.now),
            "speed": self.clock.speed,
            "paused": self.clock.paused,
            "step_ms": self.kernel.state.step_ns // 1_000_000,
            **played,
        }


def _speed(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:6]) <= MAX_SPEED:
        raise refuse(Code.OUT_OF_RANGE, f"a speed is a whole number from 1 to {MAX_SPEED}", fix="vterm clock speed 10")
    return int(value)


def _time(value: str) -> TimeNs:
    try:
        return parse_time(value)
    except ValueError as error:
        raise refuse(Code.NUMBER_FORMAT, str(error), fix="use open, or a time like 2026-11-23T14:31:00Z") from error
