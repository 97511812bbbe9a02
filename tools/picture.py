"""`python -m tools.picture`: the desk as pictures, in docs/img, from the real engine with a fixed clock and seed.

Textual writes SVG; headless Chromium with Fira Code turns it into PNG (other renderers misplace borders and braille).
Where Chromium is missing the SVG is still written, and the program says so. `--fake` uses the tests' fake desk.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.desk import Desk, Document
    from vterm.terminal import VtermApp

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "img"
CLOCK, SEED = "2026-11-20T19:31:00Z", "7"
FONT = "font-family: Fira Code, monospace;"
NO_LIGATURES = FONT + ' font-variant-ligatures: none; font-feature-settings: "calt" 0;'
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TRADES = (
    {"symbol": "NVDA", "side": "buy", "type": "market", "quantity": "900"},
    {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": "400"},
    {"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.85"},
    {"symbol": "SPY", "side": "buy", "type": "market", "quantity": "120"},
    {"symbol": "EUR-USD", "side": "sell", "type": "market", "quantity": "60000"},
)


class Picture(NamedTuple):
    """One picture: its file name, size in cells, theme and the keys pressed before it."""

    name: str
    size: tuple[int, int]
    theme: str
    keys: tuple[str, ...] = ()
    busy: bool = False
    """Whether something happens while it is drawn: orders of every fate, algorithms, alerts."""


PICTURES = (
    Picture("desk-120x36", (120, 36), "dark", ("b", "0", "full_stop", "7", "5", "t")),
    Picture("desk-80x24", (80, 24), "dark", ()),
    Picture("desk-light-120x36", (120, 36), "light", ()),
    Picture("desk-200x60", (200, 60), "dark", ()),
    Picture("tour-80x24", (80, 24), "dark", ("f4", "f4", "f4", "b", "u")),
    Picture("tour-120x36", (120, 36), "dark", ("f4",)),
    Picture("chart-120x36", (120, 36), "dark", ("tab", "z", "m", "i", "b", "escape", *"hhhhhhhhhhhh")),
    Picture("chart-80x24", (80, 24), "light", (*["shift+tab"] * 5, *["right_square_bracket"] * 3, "k", "m")),
    Picture("portfolio-120x36", (120, 36), "dark", ("2",)),
    Picture("portfolio-80x24", (80, 24), "dark", ("2",)),
    Picture("portfolio-200x60", (200, 60), "dark", ("2",)),
    Picture("settings-120x36", (120, 36), "dark", ("8",)),
    Picture("settings-80x24", (80, 24), "light", ("8",)),
    Picture("markets-120x36", (120, 36), "dark", ("3",)),
    Picture("markets-80x24", (80, 24), "dark", ("3",)),
    Picture("markets-light-120x36", (120, 36), "light", ("3",)),
    Picture("markets-200x60", (200, 60), "dark", ("3",)),
    Picture("research-120x36", (120, 36), "dark", ("4", "j")),
    Picture("research-80x24", (80, 24), "light", ("4",)),
    Picture("research-200x60", (200, 60), "dark", ("4",)),
    Picture("missions-120x36", (120, 36), "dark", ("5",)),
    Picture("missions-80x24", (80, 24), "dark", ("5",)),
    Picture("copilot-120x36", (120, 36), "dark", ("6", "i", *"brief", "space", *"me", "enter")),
    Picture("copilot-80x24", (80, 24), "dark", ("6",)),
    Picture("activity-120x36", (120, 36), "dark", ("7", "tab", "j"), busy=True),
    Picture("activity-80x24", (80, 24), "dark", ("7",), busy=True),
    Picture("activity-light-120x36", (120, 36), "light", ("7", "tab", "j"), busy=True),
    Picture("activity-200x60", (200, 60), "dark", ("7", "tab", "j"), busy=True),
    Picture("notices-120x36", (120, 36), "dark", ("exclamation_mark",), busy=True),
)
"""Busy ones last: what happens for them stays on the desk."""


async def render(picture: Picture, connect: Callable[[], Awaitable[Desk]]) -> str:
    """The SVG of one picture."""
    from vterm.settings import Settings
    from vterm.terminal import VtermApp

    app: VtermApp = VtermApp(connect, settings=Settings(theme=picture.theme))
    async with app.run_test(size=picture.size) as pilot:
        while not (app.state.book and app.state.bars and app.state.trades):
            await pilot.pause(0.05)
        for key in picture.keys:
            await pilot.press(key)
            if picture.busy and key in ("7", "exclamation_mark"):
                await stir(await connect())
                await pilot.pause(6)
        await pilot.pause(2.5)
        app.clear_notifications()
        await pilot.pause(0.2)
        svg: str = app.export_screenshot(title="vterm")
    return svg.replace(FONT, NO_LIGATURES)


def to_png(svg: Path) -> bool:
    """A PNG beside the SVG; False where there is no browser to draw it."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text(encoding="utf-8"))
    if browser is None or box is None:
        return False
    width, height = (int(float(text)) + 1 for text in box.groups())
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
             f"--window-size={width},{height}", f"--screenshot={svg.with_suffix('.png')}", svg.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
    return True


async def fake() -> Desk:
    """The tests' fake desk."""
    from tests.fake_desk import FakeDesk

    desk: Desk = FakeDesk()
    return desk


async def traded(home: str) -> Callable[[], Awaitable[Desk]]:
    """A real desk in a fresh home, with a few trades done and one order working."""
    from engine.client.desk import DeskClient
    from engine.client.start import StartOptions
    from engine.home import Home

    options = StartOptions(clock=CLOCK, seed=SEED, stay=True)
    desk = DeskClient(Home(home), "main", options)
    await desk.ready()
    for number, order in enumerate(TRADES):
        await desk.submit({**order, "client_order_id": f"picture-{number}"})
    await asyncio.sleep(20)  # a tape and a few bars

    async def connect() -> Desk:
        return DeskClient(Home(home), "main", options)

    return connect


async def stir(desk: Desk) -> None:
    """Orders of every fate, two algorithms and two alerts, all of them small."""
    btc, aapl = [int((await desk.quote(symbol))["bid"].partition(".")[0]) for symbol in ("BTC-USD", "AAPL")]
    low, near = f"{btc - 900}.00", f"{aapl - 4}.00"
    orders: list[Document] = [
        {"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.9"},
        {"symbol": "ETH-USD", "side": "buy", "type": "limit", "quantity": "2", "limit_price": "100",
         "time_in_force": "IOC"},
        {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "40", "limit_price": near},
        {"symbol": "BTC-USD", "side": "sell", "type": "stop", "quantity": "0.5", "stop_price": low},
        {"symbol": "NVDA", "side": "sell", "type": "market", "quantity": "50"},
        {"symbol": "BTC-USD", "side": "sell", "type": "market", "quantity": "0.9"},
    ]  # fmt: skip
    for order in orders:
        await desk.submit(order)
    if not (await desk.algos(open_only=True))["algos"]:
        await desk.start_algo({"algo": "twap", "symbol": "BTC-USD", "side": "buy", "quantity": "0.8", "over": "10m",
                               "slices": 60})  # fmt: skip
        await desk.start_algo({"algo": "pov", "symbol": "AAPL", "side": "sell", "quantity": "120", "over": "30m"})
        for value in ("99000", "80000"):
            word = "above" if value > "9" else "below"
            await desk.set_alert({"symbol": "BTC-USD", "kind": "price", "direction": word, "value": value})


async def lay_orders(desk: Desk) -> None:
    """One working order on each side of the book as it stands now."""
    await desk.cancel_all()
    whole = int((await desk.quote("BTC-USD"))["bid"].partition(".")[0])
    for side, price in (("buy", whole - 11), ("sell", whole + 11)):
        order = {"symbol": "BTC-USD", "side": side, "type": "limit", "quantity": "0.25", "limit_price": f"{price}.00"}
        await desk.submit(order)


async def draw(use_fake: bool, only: str, out: Path) -> bool:
    """Every picture; False where the PNGs could not be made."""
    drawn, wanted = True, [p for p in PICTURES if only in p.name]
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vterm-picture-") as home:
        connect = fake if use_fake else await traded(home)
        try:
            for picture in wanted:
                if not use_fake:
                    await lay_orders(await connect())
                svg = out / f"{picture.name}.svg"
                svg.write_text(await render(picture, connect), encoding="utf-8")
                drawn = to_png(svg) and drawn
                print(svg.relative_to(ROOT) if svg.is_relative_to(ROOT) else svg)
        finally:
            if not use_fake:
                stop = [sys.executable, "-m", "vterm", "--home", home, "engine", "stop"]
                subprocess.run(stop, cwd=ROOT, capture_output=True, check=False)
    return drawn


def main() -> int:
    """Draw; the exit code is 0 also where only the SVGs could be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fake", action="store_true", help="the tests' fake desk instead of a real engine")
    parser.add_argument("--only", default="", help="only pictures whose name contains this")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    args = parser.parse_args()
    if not asyncio.run(draw(args.fake, args.only, args.out.resolve())):
        print("no Chromium here: the PNGs were not made, the SVGs were (apt-get install chromium fonts-firacode)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
