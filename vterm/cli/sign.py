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
        sys.stderr.write(f"\nvterm: interrupted; `vterm proposals {plain(args.proposal_id)}` says what came of it\n")
        raise
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
    from engine.model.refusal import Refused
    from vterm.cli.sign_beside import beside

    out, proposal_id = sys.stderr, str(opened.proposal["proposal_id"])
    typed = _typed(out, opened, await beside(opened, link.desk))
    word = typed.strip()
    if word.lower().split(" ")[0] == DECLINE:
        return await link.decline(proposal_id, word[len(DECLINE) :].strip())
    try:
        if not typed or word.startswith("\x1b") or (opened.code and not word):
            raise stop("NOT_SIGNED", "nothing was signed; the proposal waits", "sign it later", 3)
        return await link.sign(opened, word)
    except (Refused, Stop):
        with contextlib.suppress(Refused):  # it may be over, or open again: the first answer is what counts
            await link.shelve(opened)
        raise


def _show(out: TextIO, opened: Opened, lines: list[tuple[str, str]]) -> None:
    """The card as it is signed, then what is not signed, marked so."""
    out.write("\n".join(opened.rows) + "\n\nnot signed:\n")
    out.write("".join(f"  {name:<12}  {plain(text)}\n" for name, text in lines) + "\n")
    out.flush()


def _typed(out: TextIO, opened: Opened, lines: list[tuple[str, str]]) -> str:
    """The line that a person types after the card could be read; empty where they pressed Ctrl+C or Ctrl+D."""
    how = f"type {opened.code} to sign" if opened.code else "press Enter to accept"
    leave = "Enter" if opened.code else "Ctrl+C"
    try:
        with interruptible():  # from before the card: who has read it may press Ctrl+C at once
            _show(out, opened, lines)
            time.sleep(ARMS_AFTER_SECONDS)
            _forget_typed()
            out.write(f"{how} · `{DECLINE}` turns it down · {leave} alone leaves it: ")
            out.flush()
            return sys.stdin.readline()
    except KeyboardInterrupt:
        out.write("\n")
        return ""


def _forget_typed() -> None:
    """Drop what was typed ahead."""
    try:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except (ImportError, OSError):
        return
