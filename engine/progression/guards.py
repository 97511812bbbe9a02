"""What makes a deed count for nothing: too small, taken back at once, traded with oneself."""

from __future__ import annotations

from engine.progression.conditions import number
from engine.progression.deed import YES, Deed
from engine.progression.rules import Guards, Rule


def kinds(rule: Rule) -> tuple[str, ...]:
    """Kinds of deeds that a rule counts. A fill that must be no wash counts when it has proved to be none."""
    if {"not_wash", "not_self"} & set(rule.guard):
        return tuple("fill_kept" if kind == "fill" else kind for kind in rule.kinds)
    return rule.kinds


def passes(rule: Rule, deed: Deed, guards: Guards) -> bool:
    """Whether nothing speaks against counting a deed."""
    for guard in rule.guard:
        if guard == "real_size" and not is_real_size(deed, guards):
            return False
        if guard == "not_wash" and deed.get("wash") == YES:
            return False
        if guard == "not_self" and deed.get("self_match") == YES:
            return False
    return True


def is_real_size(deed: Deed, guards: Guards) -> bool:
    """Whether its order is worth enough, both in VCR and against what the account was worth."""
    value, share = number(deed.get("order_value") or deed.get("value")), number(deed.get("nav_ppm"))
    least = number(guards.least_value)
    if value is None or share is None or least is None:
        return False
    return value >= least and share >= guards.least_ppm
