"""keys: the authority that scripts and strategies carry, and the key that signs cards; made and ended by a person."""

from __future__ import annotations

import os
import sys

from vterm.cli.output import fields, plain, show_one, show_rows, write_json
from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from engine.client.signer import Signer
    from vterm.cli.context import Context

COLUMNS = (
    *("id", "name", "account", "state", "scopes", "max_order_value", "max_day_value", "used", "used_day", "symbols"),
    "expires_at",
)
ACTIONS = ("create", "list", "revoke", "signing", "passphrase")


def args_keys(parser: ArgumentParser) -> None:
    """vterm keys create NAME …, keys list, keys revoke ID, keys signing [new], keys passphrase"""
    add = parser.add_argument
    add("action", choices=ACTIONS)
    add("name", nargs="?", default="", metavar="NAME|ID", help="create: a name; revoke: the key's id; signing: new")
    add("--read-only", action="store_true", help="it may look, not trade")
    add("--max-order", metavar="V", help="an order may be worth at most V VCR")
    add("--max-day", metavar="V", help="its orders of one UTC market day may be worth at most V VCR")
    add("--symbols", metavar="A,B", help="it may trade only these")
    add("--expires", metavar="SPAN", help="it ends after so long: 30d, 12h (default and most: 90d)")


def run_keys(context: Context, args: Namespace) -> int:
    """Make, show or end keys of the home; --account says whose orders a new one sends."""
    given = [args.read_only or None, args.max_order, args.max_day, args.symbols, args.expires]
    if args.action != "create" and any(value is not None for value in given):
        raise usage("caps and scopes belong to keys create", "revoke the key and make another")
    if args.action == "list":
        return _list(context, args.name)
    if args.action in ("signing", "passphrase"):
        from vterm.cli.keys_signing import run_passphrase, run_signing

        return (run_signing if args.action == "signing" else run_passphrase)(context, args.name)
    if not args.name:
        raise usage(f"keys {args.action} needs a name", "vterm keys create bot --max-day 5000, or keys revoke ID")
    if args.action == "create":
        return _create(context, args)
    if args.name.startswith("SHA256:"):
        from vterm.cli.keys_signing import revoke_signing

        return revoke_signing(context, args.name)
    from vterm.cli.context import escape

    return show_one(context, context.call("DELETE", f"/v1/keys/{escape(args.name)}"))


def _list(context: Context, name: str) -> int:
    """Trading keys, then the keys that sign cards."""
    if name:
        raise usage("keys list takes no name", "vterm keys list")
    trading, signing = context.get("/v1/keys").document, context.get("/v1/signers").document
    if context.json:
        write_json({**trading, **signing})
        return 0
    show_rows(context, trading["keys"], COLUMNS, "keys")
    if signing["signers"] and not context.csv:
        from vterm.cli.keys_signing import COLUMNS as SIGNING

        sys.stdout.write("\n")
        show_rows(context, signing["signers"], SIGNING, "signing keys")
    return 0


def _create(context: Context, args: Namespace) -> int:
    given = {
        "name": args.name,
        "read_only": args.read_only or None,
        "max_order_value": args.max_order,
        "max_day_value": args.max_day,
        "symbols": [name for name in args.symbols.split(",") if name] if args.symbols else None,
        "expires": args.expires,
    }
    if args.symbols is not None and not given["symbols"]:
        raise usage("--symbols names none", "--symbols AAPL,BTC, or leave it out for all")
    body = {name: value for name, value in given.items() if value is not None}
    answer = context.call("POST", "/v1/keys", body)
    if context.json or context.csv:
        return show_one(context, answer)
    document = answer.document
    fields({**document, "scopes": " ".join(document["scopes"]), "symbols": " ".join(document["symbols"]) or "all"})
    sys.stderr.write("the secret is shown this once: keep it where only the program that needs it can read it\n")
    return 0


def under_key(context: Context, key_id: str) -> tuple[Signer | None, str]:
    """(who signs, whose account) of a program: under the home's key `key_id`, or the one of VTERM_API_KEY and
    VTERM_API_SECRET, or under none, as the home's user. Raises Stop."""
    secret = ""
    if not key_id:
        key_id, secret = os.environ.get("VTERM_API_KEY", ""), os.environ.get("VTERM_API_SECRET", "")
        if bool(key_id) != bool(secret):
            raise usage("VTERM_API_KEY and VTERM_API_SECRET belong together", "set both, or neither")
    if not key_id:
        return None, context.account
    from engine.client.signer import Signer
    from engine.gateway.key_file import KeyFile

    own = {key.id: key for key in KeyFile(context.home.path).load()}
    known = own.get(key_id)
    if not secret:
        if known is None:
            fix = "`vterm keys list` shows the ids of this home's keys"
            raise stop("UNKNOWN_KEY", f"there is no key {plain(key_id[:40])}", fix, 4)
        secret = known.secret
    account = context.line.flags.get("account") or (known.account if known is not None else context.account)
    return Signer(key_id, secret), account
