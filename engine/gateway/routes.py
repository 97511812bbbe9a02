"""The table of REST: what each path and method does with a desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from engine.desk import Document
from engine.gateway.account_routes import fork_account, list_accounts, open_account, reset_account
from engine.gateway.call import Call
from engine.gateway.caps import algo_claim, amend_claim, order_claim, within_caps
from engine.gateway.key_routes import create_key, list_keys, revoke_key
from engine.gateway.keys import READ, TRADE
from engine.gateway.market_routes import read_markets
from engine.gateway.narrow import narrow
from engine.gateway.performance_routes import (
    ask_what_if,
    plan_rebalance,
    read_analytics,
    read_attribution,
    read_calendar,
    read_cash_flow,
    read_correlation,
    read_equity,
    read_risk,
    read_round_trips,
)
from engine.gateway.proposal_routes import (
    decline_proposal,
    end_signer,
    enrol_signer,
    list_proposals,
    list_signers,
    make_proposal,
    present_proposal,
    read_proposal,
    shelve_proposal,
    sign_proposal,
)
from engine.gateway.research_routes import list_kinds, read_research
from engine.gateway.statement_routes import (
    import_trades,
    list_fills,
    list_orders,
    read_journal,
    read_statement,
    read_wallet,
    undo_import,
)
from engine.gateway.study_routes import read_checks, read_progress, read_study

Handler = Callable[[Call], Awaitable[Document]]
MANY = 100_000
EVERY = ("1m", "5m", "1h", "1d")


class ClockBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/clock."""

    action: str
    value: str = ""


class WatchlistBody(msgspec.Struct, forbid_unknown_fields=True):
    """PUT /v1/watchlist."""

    symbols: list[str]


async def _instruments(call: Call) -> Document:
    call.only("class", "search")
    return call.view.instruments(call.text("class"), call.text("search"))


async def _quote(call: Call) -> Document:
    call.only()
    return call.view.quote(call.path("symbol"))


async def _book(call: Call) -> Document:
    call.only("levels")
    levels = call.number("levels", 10, 1, 1000)
    document: Document = call.request.app.state.hub.book(call.account, call.path("symbol"), levels)
    return document


async def _bars(call: Call) -> Document:
    call.only("every", "limit")
    every = call.choice("every", EVERY, "1m")
    return call.view.bars(call.path("symbol"), every, call.number("limit", 300, 1, MANY))


async def _trades(call: Call) -> Document:
    call.only("limit")
    return call.view.trades(call.path("symbol"), call.number("limit", 50, 1, MANY))


async def _sessions(call: Call) -> Document:
    call.only()
    return call.view.sessions()


async def _clock(call: Call) -> Document:
    call.only()
    return call.view.clock()


async def _set_clock(call: Call) -> Document:
    call.only()
    wanted = await call.read(ClockBody)
    return await call.runner.set_clock(wanted.action, wanted.value)


async def _submit(call: Call) -> Document:
    call.only()
    body = await call.body()
    with within_caps(call, body, order_claim):
        return await call.runner.submit(call.account, body, strict=call.strict, origin=call.origin)


async def _preview(call: Call) -> Document:
    call.only()
    return call.runner.preview(call.account, await call.body(), strict=call.strict)


async def _order(call: Call) -> Document:
    call.only()
    return call.view.order(call.account, call.path("order_id"))


async def _cancel(call: Call) -> Document:
    call.only()
    return await call.runner.cancel(call.account, call.path("order_id"))


async def _cancel_all(call: Call) -> Document:
    call.only()
    return await call.runner.cancel_all(call.account)


async def _amend(call: Call) -> Document:
    call.only()
    body = await call.body()
    with within_caps(call, body, amend_claim):
        return await call.runner.amend(call.account, call.path("order_id"), body)


async def _flatten(call: Call) -> Document:
    call.only()
    return await call.runner.flatten(call.account)


async def _positions(call: Call) -> Document:
    call.only()
    return call.view.positions(call.account)


async def _portfolio(call: Call) -> Document:
    call.only()
    return call.view.portfolio(call.account)


async def _set_limits(call: Call) -> Document:
    call.only()
    return await call.runner.set_limits(call.account, await call.body())


async def _algos(call: Call) -> Document:
    call.only("open")
    open_only = call.choice("open", ("true", "false", "1", "0"), "false") in ("true", "1")
    return call.view.algos(call.account, open_only)


async def _start_algo(call: Call) -> Document:
    call.only()
    body = await call.body()
    with within_caps(call, body, algo_claim):
        return await call.runner.start_algo(call.account, body)


async def _algo(call: Call) -> Document:
    call.only()
    return call.view.algo(call.account, call.path("algo_id"))


async def _control_algo(call: Call) -> Document:
    call.only()
    return await call.runner.control_algo(call.account, call.path("algo_id"), call.path("action"))


async def _alerts(call: Call) -> Document:
    call.only("active")
    return call.view.alerts(call.account, call.choice("active", ("true", "false", "1", "0"), "false") in ("true", "1"))


async def _alert(call: Call) -> Document:
    call.only()
    return call.view.alert(call.account, call.path("alert_id"))


async def _set_alert(call: Call) -> Document:
    call.only()
    return await call.runner.set_alert(call.account, await call.body())


async def _drop_alert(call: Call) -> Document:
    call.only()
    return await call.runner.drop_alert(call.account, call.path("alert_id"))


async def _drop_alerts(call: Call) -> Document:
    call.only()
    return await call.runner.drop_alert(call.account)


async def _watchlist(call: Call) -> Document:
    call.only()
    return call.runner.watchlist(call.account)


async def _set_watchlist(call: Call) -> Document:
    call.only()
    wanted = await call.read(WatchlistBody)
    return await call.runner.set_watchlist(call.account, wanted.symbols)


async def _healthz(call: Call) -> Document:
    health: dict[str, Any] = call.request.app.state.health()
    return health


async def _stop(call: Call) -> Document:
    call.only()
    call.request.app.state.stop()
    return {"stopping": True}


ROUTES: dict[str, dict[str, Handler]] = {
    "/healthz": {"GET": _healthz},
    "/v1/healthz": {"GET": _healthz},
    "/v1/instruments": {"GET": _instruments},
    "/v1/markets": {"GET": read_markets},
    "/v1/quotes/{symbol:path}": {"GET": _quote},
    "/v1/books/{symbol:path}": {"GET": _book},
    "/v1/bars/{symbol:path}": {"GET": _bars},
    "/v1/trades/{symbol:path}": {"GET": _trades},
    "/v1/studies/{symbol:path}": {"GET": read_study},
    "/v1/research": {"GET": list_kinds},
    "/v1/research/{kind}": {"GET": read_research},
    "/v1/research/{kind}/{symbol:path}": {"GET": read_research},
    "/v1/sessions": {"GET": _sessions},
    "/v1/clock": {"GET": _clock, "POST": _set_clock},
    "/v1/orders": {"GET": list_orders, "POST": _submit},
    "/v1/orders/preview": {"POST": _preview},
    "/v1/orders/cancel-all": {"POST": _cancel_all},
    "/v1/orders/{order_id}": {"GET": _order},
    "/v1/orders/{order_id}/cancel": {"POST": _cancel},
    "/v1/orders/{order_id}/amend": {"POST": _amend},
    "/v1/flatten": {"POST": _flatten},
    "/v1/fills": {"GET": list_fills},
    "/v1/positions": {"GET": _positions},
    "/v1/portfolio": {"GET": _portfolio},
    "/v1/wallet": {"GET": read_wallet},
    "/v1/statement": {"GET": read_statement},
    "/v1/journal": {"GET": read_journal},
    "/v1/imports": {"POST": import_trades},
    "/v1/imports/{name}": {"DELETE": undo_import},
    "/v1/accounts": {"GET": list_accounts, "POST": open_account},
    "/v1/accounts/{name}/reset": {"POST": reset_account},
    "/v1/accounts/{name}/fork": {"POST": fork_account},
    "/v1/portfolio/equity": {"GET": read_equity},
    "/v1/portfolio/analytics": {"GET": read_analytics},
    "/v1/portfolio/attribution": {"GET": read_attribution},
    "/v1/portfolio/correlation": {"GET": read_correlation},
    "/v1/portfolio/calendar": {"GET": read_calendar},
    "/v1/portfolio/cashflow": {"GET": read_cash_flow},
    "/v1/portfolio/trades": {"GET": read_round_trips},
    "/v1/portfolio/what-if": {"POST": ask_what_if},
    "/v1/portfolio/rebalance": {"POST": plan_rebalance},
    "/v1/progress": {"GET": read_progress},
    "/v1/checks": {"GET": read_checks},
    "/v1/risk": {"GET": read_risk},
    "/v1/risk/limits": {"POST": _set_limits},
    "/v1/algos": {"GET": _algos, "POST": _start_algo},
    "/v1/algos/{algo_id}": {"GET": _algo},
    "/v1/algos/{algo_id}/{action}": {"POST": _control_algo},
    "/v1/alerts": {"GET": _alerts, "POST": _set_alert, "DELETE": _drop_alerts},
    "/v1/alerts/{alert_id}": {"GET": _alert, "DELETE": _drop_alert},
    "/v1/watchlist": {"GET": _watchlist, "PUT": _set_watchlist},
    "/v1/keys": {"GET": list_keys, "POST": create_key},
    "/v1/keys/{key_id}": {"DELETE": revoke_key},
    "/v1/proposals": {"GET": list_proposals, "POST": make_proposal},
    "/v1/proposals/{proposal_id}": {"GET": read_proposal},
    "/v1/proposals/{proposal_id}/present": {"POST": present_proposal},
    "/v1/proposals/{proposal_id}/shelve": {"POST": shelve_proposal},
    "/v1/proposals/{proposal_id}/sign": {"POST": sign_proposal},
    "/v1/proposals/{proposal_id}/decline": {"POST": decline_proposal},
    "/v1/signers": {"GET": list_signers, "POST": enrol_signer},
    "/v1/signers/end": {"POST": end_signer},
    "/v1/narrow": {"POST": narrow},
    "/v1/engine/stop": {"POST": _stop},
}
_MAKES = ("/v1/orders", "/v1/algos", "/v1/alerts", "/v1/keys", "/v1/accounts", "/v1/accounts/{name}/fork")
CREATED = frozenset(("POST", path) for path in _MAKES)
_TRADES = ("/v1/orders", "/v1/algos", "/v1/flatten")
_ASKED = ("/v1/orders/preview", "/v1/portfolio/what-if", "/v1/portfolio/rebalance")
"""Questions that are posted because they have a body; they change nothing."""


def scope_of(method: str, path: str) -> str:
    """The scope that a key needs for a route; empty where no key is enough: limits, clock, watchlist, accounts, keys,
    engine."""
    if path.startswith(("/v1/keys", "/v1/accounts")):
        return ""
    if method == "GET" or path in _ASKED:
        return READ
    return TRADE if path.startswith(_TRADES) else ""
