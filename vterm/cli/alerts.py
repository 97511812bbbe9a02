"""alerts: what one wants to be told of the market once; listed, set, dropped, and watched as they fire."""

from __future__ import annotations

import sys

from vterm.alert_line import KINDS, read_alert
from vterm.cli.context import escape
from vterm.cli.output import plain, show, show_one, write_json
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

COLUMNS = ("alert_id", "text", "state", "created_at", "fired_at", "fired_value", "fired_price", "note")
_ADD = "vterm alerts add BTC above 70000"


def args_alerts(parser: ArgumentParser) -> None:
    """vterm alerts [add SYM WHAT VALUE | rm ID… | watch]"""
    parser.add_argument("action", nargs="?", default="list", choices=("list", "add", "rm", "watch"))
    parser.add_argument("words", nargs="*", metavar=f"SYM {'|'.join(KINDS)} VALUE, or ID")
    parser.add_argument("--active", action="store_true", help="list: those that can still fire")
    parser.add_argument("--over", metavar="SPAN", help="add volume: minutes that are counted, such as 10m (default)")
    parser.add_argument("--from", dest="since", choices=("close", "set"), help="add change: since when (default close)")
    parser.add_argument("--direction", choices=("above", "below", "either"), help="add: one side only, or both")
    parser.add_argument("--extended", action="store_true", help="add: before and after regular hours too")
    parser.add_argument("--note", metavar="TEXT", help="add: what it is to remind of")
    parser.add_argument("--all", action="store_true", help="rm: all of them")
    parser.add_argument("--count", metavar="N", help="watch: alerts, then exit (default: until Ctrl-C)")
    parser.add_argument("--run", metavar="CMD", help="watch: a command to run for each (see docs/alerts.md)")
    parser.add_argument("--allow-run", action="store_true", help="watch: allow --run without the home's settings")


def run_alerts(context: Context, args: Namespace) -> int:
    """List, set, drop or watch."""
    for name, action in (("run", "watch"), ("count", "watch"), ("note", "add"), ("over", "add"), ("since", "add")):
        if getattr(args, name) and args.action != action:
            word = {"since": "from"}.get(name, name)
            raise usage(f"--{word} belongs to `alerts {action}`", "see `vterm help alerts`")
    if args.action == "add":
        return _add(context, args)
    if args.action == "rm":
        return _remove(context, args)
    if args.words:
        raise usage(f"alerts {args.action} takes no words", _ADD)
    if args.action == "watch":
        from vterm.cli.alert_watch import watch_alerts

        return watch_alerts(context, args)
    return show(context, context.get("/v1/alerts?active=true" if args.active else "/v1/alerts"), "alerts", COLUMNS)


def _add(context: Context, args: Namespace) -> int:
    try:
        body = read_alert(args.words)
    except ValueError:
        raise usage(f"an alert is SYM {'|'.join(KINDS)} VALUE", _ADD) from None
    more = {"over": args.over, "from": args.since, "direction": args.direction, "note": args.note}
    if args.direction and body.get("direction", args.direction) != args.direction:
        raise usage(f"{args.words[1]} already says the direction", _ADD)
    body.update({name: value for name, value in more.items() if value is not None})
    if args.extended:
        body["session"] = "extended"
    return show_one(context, context.call("POST", "/v1/alerts", body))


def _remove(context: Context, args: Namespace) -> int:
    if args.all == bool(args.words):
        raise usage("alerts rm needs ids, or --all", "vterm alerts lists them")
    paths = ["/v1/alerts"] if args.all else [f"/v1/alerts/{escape(word)}" for word in args.words]
    dropped = [name for path in paths for name in context.call("DELETE", path).document["dropped"]]
    if context.json:
        write_json({"dropped": dropped})
    else:
        sys.stdout.write("".join(f"{plain(name)}\n" for name in dropped))
    return 0
