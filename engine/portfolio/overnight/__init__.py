"""What time itself does to money: settlement, expiry, interest, dividends, splits (docs/funding.md)."""

from engine.portfolio.overnight.bookings import Overnight

__all__ = ["Overnight"]
