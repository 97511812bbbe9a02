"""Recorded markets, traded against with the same exchange code as the living one."""

from engine.market.recorded.market import Position, RecordedMarket

__all__ = ["Position", "RecordedMarket"]
