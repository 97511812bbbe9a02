"""What `vterm sign` says beside the card, none of it signed: who and why, before and after, what it would cost now."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from engine.client.desk import DeskClient
    from vterm.dialogs.signing_facts import Facts
    from vterm.signing import Opened

_CHANGES = (("position", "position", ""), ("share of NAV", "share", "%"), ("margin", "margin", ""))
_MONEY = (("pays up to", "pays"), ("brings", "brings"))


async def beside(opened: Opened, desk: DeskClient) -> list[tuple[str, str]]:
    """(label, text) a line; the texts are the desk's and foreign, and have to be made safe before they are shown."""
    from engine.model.refusal import Refused
    from vterm.dialogs.signing_facts import Facts, terms_of

    facts, terms = Facts(), terms_of(opened)
    facts.learn(opened)
    try:
        facts.preview = await desk.preview(terms) if terms else {}
    except Refused as refused:
        facts.preview = {"refusal": {"message": refused.refusal.message}}
    return [*_whose(opened.proposal, facts), *_changes(facts), *_costs(facts.preview), *_drift(opened.proposal)]


def _whose(proposal: dict[str, Any], facts: Facts) -> list[tuple[str, str]]:
    why = str(proposal.get("rationale") or "no reason given")
    lines = [("proposed", str(proposal.get("origin", ""))), ("why", why)]
    taint = proposal.get("taint")
    if taint:
        lines.append(("careful", f"the turn had read {taint} foreign text{'s' if taint != 1 else ''}"))
    if facts.foreign:
        lines.append(("careful", f"from foreign text: {facts.foreign}"))
    return lines


def _changes(facts: Facts) -> list[tuple[str, str]]:
    """Before -> after, in the words of the signed payload."""
    found, lines = facts.effects, []
    for label, name, unit in _CHANGES:
        if f"{name}_before" in found:
            limit = f" (limit {found[f'{name}_limit']}{unit})" if f"{name}_limit" in found else ""
            text = f"{found[f'{name}_before']}{unit} -> {found[f'{name}_after']}{unit}{limit}"
            lines.append((label, text))
    return [*lines, *((label, f"{found[name]} VCR") for label, name in _MONEY if name in found)]


def _costs(preview: dict[str, Any]) -> list[tuple[str, str]]:
    """What the order would do if it were sent now."""
    if preview.get("refusal"):
        return [("now refused", str(preview["refusal"].get("message", "")))]
    if not preview:
        return []
    fills, rests = (str(preview.get(name) or "0") for name in ("fills_now", "rests"))
    fee, slippage = preview.get("fee") or "0", preview.get("slippage_bps") or "0.00"
    return [("sent now", f"fills {fills}, rests {rests}, fee {fee} VCR, slippage {slippage} bp")]


def _drift(proposal: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("since then", f"{row.get('symbol')} {row.get('drift_bps')} bp, {row.get('drift_money')} VCR")
        for row in proposal.get("drift") or ()
    ]
