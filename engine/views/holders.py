"""The accounts of a desk, a line each."""

from __future__ import annotations

from engine.documents import Document, exact_money
from engine.model.account import Account
from engine.model.format import time_text
from engine.views.account import AccountView


def account_row(view: AccountView, account: Account) -> Document:
    """What an account is worth, and how it began."""
    worth = view.kernel.valuer.worth(account)
    return {
        "account": str(account.account_id),
        "opened_at": time_text(account.opened_at),
        "nav": exact_money(worth.nav),
        "cash": exact_money(account.cash),
        "positions": len(account.positions),
        "working_orders": len(view.kernel.open_orders(account.account_id)),
        "day_pnl": exact_money(worth.nav - account.day_nav),
        "total_pnl": exact_money(worth.nav - account.funded),
        "reset_at": time_text(account.reset_at) if account.reset_at else None,
        "forked_from": account.forked_from or None,
        "forked_at": time_text(account.forked_at) if account.forked_at else None,
        "imported_at": time_text(account.imported_at) if account.imported_at else None,
    }


def account_rows(view: AccountView) -> Document:
    """All that are open, by name."""
    accounts = view.kernel.state.accounts
    kept = [name for name in sorted(accounts) if not accounts[name].closed_at]
    return {"accounts": [account_row(view, accounts[name]) for name in kept]}
