"""The exogenous synthetic market: quotes, sizes and trades that no user can move."""

from engine.market.world.timeline import CalendarLike
from engine.market.world.world import World

__all__ = ["CalendarLike", "World"]
