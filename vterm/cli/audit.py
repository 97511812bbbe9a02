"""audit: the ledger proven from its first entry, read directly and changing nothing."""

from __future__ import annotations

import os
import sys

from vterm.cli.output import fields, plain, write_json
from vterm.cli.stop import stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from vterm.cli.context import Context

EXIT_INTEGRITY = 8


def run_audit(context: Context, args: Namespace) -> int:
    """{ok imbalance entries orders fills nav_stored nav_recomputed problems signatures}; exit 8 where not ok."""
    store = _store(context)
    if not any(os.path.isfile(os.path.join(store, name)) for name in ("ledger.db", "rewind.todo")):
        raise stop("NO_LEDGER", f"{store} has no ledger yet", "check --home, or run any command once", 4)
    from pathlib import Path

    from engine.bootstrap import audit_home
    from engine.ports import IntegrityError

    try:
        report = audit_home(Path(store))
    except IntegrityError as error:
        fix = "restore a copy of the home; this one is as it was found"
        raise stop("INTEGRITY_FAILED", str(error), fix, EXIT_INTEGRITY) from None
    document = {name: getattr(report, name) for name in report.__struct_fields__}
    document["problems"] = list(report.problems)
    if context.json:
        write_json(document)
    else:
        fields(document)
        for problem in report.problems:
            sys.stderr.write(f"vterm: INTEGRITY_FAILED: {plain(problem)}\n")
    return 0 if report.ok else EXIT_INTEGRITY


def _store(context: Context) -> str:
    """The ledger's folder of the market that runs, or that the command line names, or the living one."""
    from engine.client.thin import ThinDesk
    from engine.desk import DeskUnreachable

    home, options = context.home, context.options
    if os.path.isdir(home.path):
        home.prepare()
    if options is not None and options.replay:
        return home.store(options.replay, options.format, options.symbol)
    try:
        return str(ThinDesk(home, start=False).request("GET", "/v1/healthz")[1]["store"])
    except DeskUnreachable:
        return home.path
