"""keys signing, keys passphrase: the key that signs cards, in the hands of the signer."""

from __future__ import annotations

import asyncio
import sys

from vterm.cli.output import show_one, write_json
from vterm.cli.stop import Stop, stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from vterm.cli.context import Context
    from vterm.signer.link import SignerLink
    from vterm.signing import SignerState

COLUMNS = ("key", "owner", "role", "name", "enrolled_at", "revoked_at")
SHORTEST_PASSPHRASE = 8


def run_signing(context: Context, word: str) -> int:
    """Show the signing key, made and enrolled where there is none; `new` makes another and ends the old one."""
    if word not in ("", "new"):
        raise usage("keys signing takes `new` or nothing", "vterm keys signing new")

    async def ask(link: SignerLink) -> SignerState:
        return await (link.renew() if word else link.state())

    return _said(context, _with_signer(context, ask))


def run_passphrase(context: Context, word: str) -> int:
    """Seal the signing key under a passphrase that is typed at the terminal, and never on a command line."""
    if word:
        raise usage("a passphrase is not given on the command line", "vterm keys passphrase, then type it")
    if not sys.stdin.isatty():
        raise stop("NOT_SIGNED", "a passphrase is typed at a terminal", "run it in one", 3)

    async def ask(link: SignerLink) -> SignerState:
        from getpass import getpass

        from vterm.cli.sign import interruptible

        state = await link.state()
        with interruptible():
            old = getpass("passphrase now: ") if state.passphrase else ""
            new = getpass("new passphrase: ")
            if len(new) < SHORTEST_PASSPHRASE:
                fix = f"at least {SHORTEST_PASSPHRASE} characters; four words are good"
                raise stop("USAGE", "the passphrase is too short", fix, 2)
            if getpass("once more: ") != new:
                raise stop("USAGE", "the two are not the same", "try again; nothing was changed", 2)
        return await link.passphrase(old, new)

    return _said(context, _with_signer(context, ask))


def revoke_signing(context: Context, key: str) -> int:
    """A signing key signs no more; cards that wait for it are void."""
    return show_one(context, context.call("POST", "/v1/signers/end", {"key": key}))


def _with_signer(context: Context, ask: Callable[[SignerLink], Awaitable[SignerState]]) -> SignerState:
    from engine.client.desk import DeskClient
    from engine.model.refusal import Refused
    from vterm.signer.link import SignerLink

    async def run() -> SignerState:
        desk = DeskClient(context.home, context.account, context.options)
        await desk.ready()
        link = SignerLink(context.home.path, desk)
        try:
            return await ask(link)
        finally:
            await link.close()

    try:
        return asyncio.run(run())
    except Refused as refused:
        raise Stop(refused.refusal.document(), refused.refusal.code.exit_code) from None


def _said(context: Context, state: SignerState) -> int:
    document = {"key": state.key, "passphrase": state.passphrase, "locked": state.locked}
    if context.json:
        write_json(document)
        return 0
    sealed = "sealed under a passphrase" if state.passphrase else "no passphrase: `vterm keys passphrase` sets one"
    sys.stdout.write(f"{state.key}  {sealed}\n")
    return 0
