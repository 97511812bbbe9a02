"""sign: a proposal's card in plain text, and the gesture that signs it. Only a person at a terminal can."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time

from vterm.cli.output import plain, write_json
from vterm.cli.stop import Stop, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from typing import Any, TextIO

    from vterm.cli.context import Context
    from vterm.signer.link import SignerLink
    from vterm.signing import Opened

ARMS_AFTER_SECONDS = 0.7
DECLINE = "decline"


def args_sign(parser: ArgumentParser) -> None:
    """vterm sign ID"""
    parser.add_argument("proposal_id", metavar="ID", help="a proposal that waits; `vterm proposals --open` lists them")


def run_sign(context: Context, args: Namespace) -> int:
    """Show the card, ask for its code, sign; or turn it down, or leave it."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        fix = "run it in a terminal, or sign in the desk with F9"
        raise stop("NOT_SIGNED", "only a person at a terminal can sign", fix, 3)
    from engine.model.refusal import Refused

    try:
        document = asyncio.run(_sign(context, args.proposal_id))
    except Refused as refused:
        raise Stop(refused.refusal.document(), refused.refusal.code.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise stop("NOT_SIGNED", "nothing was signed; the proposal waits", "sign it later", 3) from None
    if context.json:
        write_json(document)
        return 0
    results = " ".join(plain(str(one)) for one in document.get("results") or ())
    sys.stdout.write(
        f"{plain(args.proposal_id)} {str(document['status']).lower()}{'  ' + results if results else ''}\n"
    )
    return 0


async def _sign(context: Context, proposal_id: str) -> dict[str, Any]:
    from engine.client.desk import DeskClient
    from vterm.signer.link import SignerLink

    desk = DeskClient(context.home, context.account, context.options)
    await desk.ready()
    link = SignerLink(context.home.path, desk)
    try:
        await open_key(link)
        opened = await link.open(proposal_id)
        return await _gesture(link, opened)
    finally:
        await link.close()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl+C end a wait for the keyboard: asyncio would hold it back until the wait is over."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def open_key(link: SignerLink) -> None:
    """Ask for the passphrase where the key needs one. The signer alone keeps it."""
    state = await link.state()
    if state.locked:
        from getpass import getpass

        with interruptible():
            typed = getpass("passphrase of the signing key: ")
        await link.unlock(typed)
    elif not state.passphrase:
        sys.stderr.write("the signing key has no passphrase; `vterm keys passphrase` sets one\n")


async def _gesture(link: SignerLink, opened: Opened) -> dict[str, Any]:
    out, proposal_id = sys.stderr, str(opened.proposal["proposal_id"])
    shown = time.monotonic()
    _show(out, opened)
    # What was typed before the card could be read does not count.
    time.sleep(max(0.0, shown + ARMS_AFTER_SECONDS - time.monotonic()))
    _forget_typed()
    how = f"type {opened.code} to sign" if opened.code else "press Enter to accept"
    leave = "Enter" if opened.code else "Ctrl+C"
    out.write(f"{how} · `{DECLINE}` turns it down · {leave} alone leaves it: ")
    out.flush()
    with interruptible():
        typed = sys.stdin.readline()
    word = typed.strip()
    if word.lower().split(" ")[0] == DECLINE:
        return await link.decline(proposal_id, word[len(DECLINE) :].strip())
    if not typed or (opened.code and not word):
        await link.shelve(opened)
        raise stop("NOT_SIGNED", "nothing was signed; the proposal waits", "sign it later", 3)
    try:
        return await link.sign(opened, word)
    except Exception:
        await link.shelve(opened)
        raise


def _show(out: TextIO, opened: Opened) -> None:
    """The card as it is signed, then what is not signed, marked so."""
    proposal = opened.proposal
    out.write("\n".join(opened.rows) + "\n\nnot signed:\n")
    lines = [
        ("proposed", str(proposal.get("origin", ""))),
        ("why", str(proposal.get("rationale") or "no reason given")),
    ]
    taint = proposal.get("taint")
    if taint:
        lines.append(("careful", f"the turn had read {taint} foreign text{'s' if taint != 1 else ''}"))
    lines += [
        ("since then", f"{row.get('symbol')} {row.get('drift_bps')} bp, {row.get('drift_money')} VCR")
        for row in proposal.get("drift") or ()
    ]
    out.write("".join(f"  {name:<10}  {plain(text)}\n" for name, text in lines) + "\n")
    out.flush()


def _forget_typed() -> None:
    """Drop what was typed ahead."""
    try:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except (ImportError, OSError):
        return
