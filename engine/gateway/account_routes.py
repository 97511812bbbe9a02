"""REST of a desk's accounts: listed, opened, reset, forked. Only the home's user may; no key has a scope for it."""

from __future__ import annotations

from engine.desk import Document
from engine.gateway.call import Call


async def list_accounts(call: Call) -> Document:
    """GET /v1/accounts."""
    call.only()
    return call.view.account_list()


async def open_account(call: Call) -> Document:
    """POST /v1/accounts {"name", "cash"?}."""
    call.only()
    return await call.runner.open_account(await call.body())


async def reset_account(call: Call) -> Document:
    """POST /v1/accounts/NAME/reset {"cash"?}."""
    call.only()
    return await call.runner.reset_account(call.path("name"), await call.body())


async def fork_account(call: Call) -> Document:
    """POST /v1/accounts/NAME/fork {"name", "at"?}."""
    call.only()
    return await call.runner.fork_account(call.path("name"), await call.body())
