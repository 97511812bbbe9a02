"""Estimates and moments as decimal text; what is not known stays null."""

from __future__ import annotations

from math import isfinite

from engine.documents import Document, exact_money
from engine.model.format import time_text
from engine.portfolio.analytics.curve import Drawdown
from engine.portfolio.analytics.exposure import Concentration, Exposure, Slice
from engine.portfolio.analytics.returns import date_of
from engine.portfolio.analytics.tail import Tail, in_money

SECOND_NS = 1_000_000_000


def figure(value: float | None, decimals: int = 6) -> str | None:
    """A fraction or a ratio as decimal text; None where it is none."""
    if value is None or not isfinite(value):
        return None
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def amount(minor: int | None) -> str | None:
    """Money, where it is known."""
    return None if minor is None else exact_money(minor)


def seconds(ns: int | None) -> int | None:
    """Whole seconds."""
    return None if ns is None else ns // SECOND_NS


def day_text(day: int) -> str:
    """A day counted from 1970 as 2026-03-02."""
    return date_of(day).isoformat()


def exposure_document(found: Exposure) -> Document:
    """Long, short, gross and net in VCR, and what they are of NAV."""
    return {
        "long": exact_money(found.long),
        "short": exact_money(found.short),
        "gross": exact_money(found.gross),
        "net": exact_money(found.net),
        "margin": exact_money(found.margin),
        "buying_power": exact_money(found.buying_power),
        "leverage": figure(found.leverage),
        "net_leverage": figure(found.net_leverage),
        "margin_use": figure(found.margin_use),
        "deployed": figure(found.deployed),
        "positions": found.positions,
    }


def slice_document(found: Slice) -> Document:
    """One part of an allocation."""
    return {
        "name": found.name,
        "long": exact_money(found.long),
        "short": exact_money(found.short),
        "gross": exact_money(found.gross),
        "net": exact_money(found.net),
        "share": figure(found.share),
        "weight": figure(found.weight),
    }


def concentration_document(found: Concentration) -> Document:
    """How much lies in few positions."""
    return {
        "hhi": figure(found.hhi),
        "effective": figure(found.effective),
        "largest": found.largest,
        "top1": figure(found.top1),
        "top3": figure(found.top3),
        "top5": figure(found.top5),
        "largest_weight": figure(found.largest_weight),
    }


def tail_document(found: Tail, nav: int) -> Document:
    """Losses of one bad day, as fractions of NAV and in VCR."""
    return {
        "confidence": found.confidence,
        "var": figure(found.var),
        "cvar": figure(found.cvar),
        "normal_var": figure(found.normal_var),
        "normal_cvar": figure(found.normal_cvar),
        "var_amount": amount(in_money(found.var, nav)),
        "cvar_amount": amount(in_money(found.cvar, nav)),
        "normal_var_amount": amount(in_money(found.normal_var, nav)),
        "normal_cvar_amount": amount(in_money(found.normal_cvar, nav)),
    }


def drawdown_document(found: Drawdown | None) -> Document | None:
    """A fall with its dates; None where there was none."""
    if found is None:
        return None
    return {
        "depth": figure(found.depth),
        "peak_at": time_text(found.peak_at),
        "trough_at": time_text(found.trough_at),
        "recovered_at": time_text(found.recovered_at) if found.recovered_at else None,
        "lasted_s": seconds(found.lasted_ns),
        "recovery_s": seconds(found.recovery_ns),
    }
