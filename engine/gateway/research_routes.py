"""REST of research data: what companies report, what is written, what options cost, what economies publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.desk import Document
from engine.gateway.call import Call
from engine.views.jobs import aside

if TYPE_CHECKING:
    from engine.research.source import ResearchSource

_KEPT = "research"


async def list_kinds(call: Call) -> Document:
    """GET /v1/research: the kinds that can be asked for, and who answers."""
    call.only("source")
    source = _source(call)
    return {"origin": source.origin, "simulated": source.origin == "practice", "kinds": list(source.kinds)}


async def read_research(call: Call) -> Document:
    """GET /v1/research/{kind} and /v1/research/{kind}/{symbol}."""
    given = dict(call.request.query_params)
    symbol = call.path("symbol") if "symbol" in call.request.path_params else ""
    source = _source(call)
    given.pop("source", None)
    return await aside(source.read(call.path("kind"), symbol, given))


def _source(call: Call) -> ResearchSource:
    """The source that is named, or the practice universe: one document is of one source, never of two."""
    others: Mapping[str, ResearchSource] = call.request.app.state.sources
    name = call.choice("source", ("practice", *others), "practice")
    return others[name] if name in others else _practice(call)


def _practice(call: Call) -> ResearchSource:
    """The desk's own research, made when first asked for; of a recording there is none."""
    from engine.research.practice.universe import Practice

    state, view = call.request.app.state, call.view
    kept = getattr(state, _KEPT, None)
    if kept is None or kept[0] is not view:
        kept = view, Practice(view.stage())
        setattr(state, _KEPT, kept)
    source: ResearchSource = kept[1]
    return source
