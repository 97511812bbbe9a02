"""The long form: `python -m tests.simulation.impact` searches every instrument and prints the tables of the docs.

Options: --draws N --climbs N --starts N (default 2000 1000 2; for each instrument), --only SYMBOL,...
"""

from __future__ import annotations

import argparse
import statistics
import sys

from tests.simulation.impact_lab import Lab, catalogue, named
from tests.simulation.impact_orders import SHARES, exponent, work
from tests.simulation.impact_search import search


def searched(names: list[str], draws: int, climbs: int, starts: int) -> bool:
    """Print the best schedule found for each instrument, with and without its spread; False where one wins."""
    good = True
    print(f"{'':10}{'best, bp':>12}{'no spread':>14}   of {starts} x ({draws} drawn + {climbs} climbed) each")
    for name in names:
        found = []
        for spread in (None, 0):
            market = Lab(named(name), spread)
            scores = [search(market.run, s, draws=draws, climbs=climbs, waiting=0.1)[0] for s in range(starts)]
            found.append(max(scores))
        wins = found[0] >= 0 or found[1] > 1e-9
        good = good and not wins
        print(f"{name:10}{found[0]:12.3g}{found[1]:14.3g}{'   WINS' if wins else ''}", flush=True)
    return good


def worked(names: list[str]) -> None:
    """Print the table of orders worked over the day."""
    orders = {name: [work(Lab(named(name)), share, 30) for share in SHARES] for name in names}
    powers = sorted((exponent(o), name) for name, o in orders.items())
    middle = statistics.median(p for p, _ in powers)
    print(f"\nexponent: least {powers[0]}, median {middle:.2f}, most {powers[-1]}")
    print(f"{'Q / ADV':10}{'Y min / median / max':>26}{'left min / median / max':>28}{'Y < .3':>8}")
    for k, share in enumerate(SHARES):
        ys, backs = [o[k].y for o in orders.values()], [o[k].back for o in orders.values()]
        row = (f"{min(v):.2f} / {statistics.median(v):.2f} / {max(v):.2f}" for v in (ys, backs))
        print(f"{share:<10.1%}{next(row):>26}{next(row):>28}{sum(y < 0.3 for y in ys):>8}")


def main() -> int:
    """0 where no schedule wins."""
    parser = argparse.ArgumentParser(prog="make impact", description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--climbs", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=2)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [str(i.symbol) for i in catalogue().columns]
    good = searched(names, options.draws, options.climbs, options.starts)
    worked(names)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
