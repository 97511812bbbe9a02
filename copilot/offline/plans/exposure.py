"""Whether too much rides on one thing, and if so what would put it right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from copilot.evidence import Result
from copilot.offline.figures import figure, percent
from copilot.offline.lexicon import CLASSES
from copilot.offline.plans.rotation import Rotation, rotate
from copilot.offline.work import Work

HALF, ENOUGH = Decimal("0.5"), Decimal("0.10")
"""A group is too much above half of all that is held, where that is a tenth of NAV or more..."""
_MOST = ("largest", "biggest", "top")
_RULE = "the planner's rule: over the desk's limit for one name, or over half of what is held and a tenth of NAV"


class Verdict(msgspec.Struct, frozen=True):
    """Of a group (a sector or class): its gross weight in NAV, its share of what is held, and whether it is too much.
    `excess` is the share of NAV that would have to go."""

    name: str
    over: bool
    weight: Decimal
    share: Decimal
    excess: Decimal


async def exposure(work: Work) -> None:
    """Judge a sector, a class or the largest name; rebalance where that was asked and the answer is yes."""
    if _wants_change(work) and not _asks(work):
        await _change(work, None, name_over=False)
        return
    found = await work.call("concentration")
    if not found.ok:
        work.refused(found, "Exposure")
        return
    limit = Decimal(found.data["single_name_limit"])
    wanted = _asked(work)
    verdicts = [_judged(row, limit, found) for row in _rows(found, wanted)]
    if wanted and not verdicts:
        work.say(f"You hold nothing of {wanted[1]}, so you are not over-exposed to it.", found)
    rule = work.worked_out(_RULE, {"half": str(HALF), "tenth": str(ENOUGH), "limit": str(limit)})
    for verdict in verdicts:
        _tell(work, verdict, limit, found, rule)
    names = [row for row in found.data["positions"] if abs(Decimal(row["weight"])) >= limit]
    _names(work, found, names, limit)
    over = next((verdict for verdict in verdicts if verdict.over), None)
    if _wants_change(work):
        await _change(work, over, name_over=bool(names))


def _asks(work: Work) -> bool:
    """Whether anything is asked of exposure, and not only that one thing become another."""
    stems = ("expos", "over-expos", "overexpos", "concentrat", "overweight", "diversif", "heav")
    return any(word.startswith(stems) for word in work.request.words) or work.request.phrase("too much")


def _asked(work: Work) -> tuple[str, str] | None:
    request = work.request
    if request.sectors:
        return "sector", request.sectors[0]
    before = dict(zip(request.words[1:], request.words, strict=False))
    # "my largest equity" names what is sold, not what is asked about.
    about = (CLASSES[word] for word in request.words if word in CLASSES and before.get(word) not in _MOST)
    name = next(about, None)
    return ("class", name) if name is not None else None


def _rows(found: Result, wanted: tuple[str, str] | None) -> list[dict[str, Any]]:
    allocation = found.data["allocation"]
    if wanted is None:
        return sorted(allocation["sector"], key=lambda row: -Decimal(row["gross"]))[:3]
    return [row for row in allocation[wanted[0]] if row["name"].lower() == wanted[1].lower()]


def _judged(row: dict[str, Any], limit: Decimal, found: Result) -> Verdict:
    share, nav = Decimal(row["share"]), Decimal(found.data["nav"])
    weight = Decimal(row["gross"]) / nav if nav > 0 else Decimal(0)
    above_half = share > HALF and weight >= ENOUGH
    over = weight > limit or above_half
    held = weight / share if share else Decimal(0)
    excess = max(weight - limit, weight - held * HALF if above_half else Decimal(0), Decimal(0))
    return Verdict(str(row["name"]), over, weight, share, excess if over else Decimal(0))


def _tell(work: Work, verdict: Verdict, limit: Decimal, found: Result, rule: Result) -> None:
    worked = work.worked_out(f"gross weight of {verdict.name}", {"weight": str(verdict.weight)}, found)
    word = "Yes, over-exposed to" if verdict.over else "Not over-exposed to"
    work.say(f"{word} {verdict.name}: {percent(verdict.share)} of what you hold and {percent(verdict.weight)} of NAV; "
             f"too much is over {percent(limit)} of NAV, or over {percent(HALF)} of what is held.",
             found, worked, rule)  # fmt: skip


def _names(work: Work, found: Result, over: list[dict[str, Any]], limit: Decimal) -> None:
    largest = found.data["positions"][:1]
    if over:
        listed = ", ".join(f"{row['symbol']} {percent(row['weight'])}" for row in over)
        work.say(f"At or over the limit of {percent(limit)} of NAV for one name: {listed}.", found)
    elif largest:
        spread = found.data["concentration"]
        work.say(f"No single name is at its limit of {percent(limit)} of NAV: the largest, {largest[0]['symbol']}, is "
                 f"{percent(largest[0]['weight'])}; the spread is like {figure(spread['effective'], 1)} equal "
                 "positions.", found)  # fmt: skip
    else:
        work.say("You hold nothing.", found)


def _wants_change(work: Work) -> bool:
    return work.request.has(
        "rebalance", "move", "rotate", "shift", "switch", "swap", "into", "diversify", "trim", "sell"
    )


async def _change(work: Work, over: Verdict | None, *, name_over: bool) -> None:
    request = work.request
    conditional = request.has("if")
    if request.negated:
        work.say("Nothing is proposed, as you said.")
        return
    if conditional and over is None and not name_over:
        work.say("You asked for a change only if it is too much. It is not, so nothing is proposed; "
                 "leave out the condition to do it anyway.")  # fmt: skip
        return
    excess = over.excess if over is not None else Decimal(0)
    sector = over.name if over is not None else ""
    await rotate(work, Rotation(excess=excess, share=request.share, group=sector))
