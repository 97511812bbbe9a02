"""Accounts, trades made elsewhere, watchlists, and what a journal says of an account."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from engine.documents import Document
from engine.model.command import ForkAccount, ImportTrades, OpenAccount, ResetAccount, UndoImport
from engine.model.format import time_text
from engine.model.refusal import Code, refuse
from engine.portfolio.holdings import check_current, held_at, held_now
from engine.portfolio.imports.plan import ImportBody, plan_document, plan_import
from engine.requests.base import Requests
from engine.risk.account_schema import parse_fork, parse_opening, parse_reset
from engine.views.holders import account_row
from engine.views.journal import Journal, page_document


class Lists(Protocol):
    """Where watchlists are kept."""

    def get(self, account: str) -> list[str]:
        """The account's symbols, in its order."""

    def put(self, account: str, symbols: list[str]) -> None:
        """Replace them. Raises StoreError where they cannot be kept."""


class AccountRequests(Requests):
    """What an owner asks about accounts."""

    lists: Lists
    journal_reader: Journal | None

    async def open_account(self, document: Any) -> Document:
        """Open an account with start money of one's choice."""
        name, cash = parse_opening(document)
        if name in self.kernel.state.accounts:
            fix = "vterm accounts lists them; `accounts reset` begins one anew"
            raise refuse(Code.INCONSISTENT_FIELDS, f"there is an account {name} already", fix=fix, field="name")
        await self._command(OpenAccount(at=self._at(), account=name, cash=cash))
        return account_row(self.view, self.view.account(name))

    async def reset_account(self, name: str, document: Any) -> Document:
        """Begin an account anew; its past stays."""
        cash = parse_reset(document)
        holder = self.view.account(name)
        await self._command(ResetAccount(at=self._at(), account=holder.account_id, cash=cash))
        return account_row(self.view, holder)

    async def fork_account(self, name: str, document: Any) -> Document:
        """Open an account with what another holds, or held at a past moment."""
        to, asked = parse_fork(document)
        kernel, now, holder = self.kernel, self.kernel.state.now, self.view.account(name)
        at = now if asked is None else asked
        if at > now:
            raise refuse(Code.OUT_OF_RANGE, f"{time_text(at)} has not come yet", fix="use a past time", field="at")
        if asked is None:
            held = held_now(holder, kernel.catalogue)
        else:
            held = held_at(holder, at, kernel.past, kernel.catalogue)
            check_current(held, at, now, kernel.shown, kernel.catalogue)
        await self._command(ForkAccount(now, holder.account_id, to, held.cash, held.holdings, at))
        return account_row(self.view, self.view.account(to))

    async def journal(self, account: str, limit: int = 0, before: int = 0) -> Document:
        """Stored entries of an account, newest first, read beside the writer."""
        if self.journal_reader is None:
            raise refuse(Code.FORBIDDEN, "this desk keeps no journal", fix="use the desk of a home")
        self.view.account(account)
        page = await asyncio.to_thread(self.journal_reader.page, account, limit, before)
        return page_document(page, account, self.kernel.catalogue)

    async def import_trades(self, wanted: ImportBody) -> Document:
        """Book trades made elsewhere in an account of their own, or say what that would do."""
        kernel = self.kernel
        plan = plan_import(wanted, kernel.catalogue, kernel.valuer, kernel.state.now, kernel.state.accounts)
        document = {"preview": wanted.preview, **plan_document(plan, kernel.catalogue, kernel.valuer)}
        if not wanted.preview:
            await self._command(ImportTrades(kernel.state.now, plan.name, plan.cash, tuple(plan.trades)))
        return document

    async def undo_import(self, name: str) -> Document:
        """Give back all that an imported account holds, and close it."""
        holder = self.view.account(name)
        await self._command(UndoImport(at=self._at(), account=holder.account_id))
        return {"account": name, "closed_at": time_text(holder.closed_at)}

    def watchlist(self, account: str) -> Document:
        """The account's symbols."""
        return {"symbols": self.lists.get(account)}

    async def set_watchlist(self, account: str, symbols: list[str]) -> Document:
        """Replace the account's symbols; each must exist, doubles are dropped."""
        known = dict.fromkeys(str(self.view.resolve(s).symbol) for s in symbols)
        self.lists.put(account, list(known))
        return self.watchlist(account)
