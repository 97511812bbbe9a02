"""The stream tells a terminal of proposals: those that wait when it comes, and what becomes of each."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.desk import Document
from engine.model.ids import SECOND_NS, TimeNs
from tests.signed_desk import LIMIT, signed_desk


async def test_the_stream_tells_of_every_step_of_a_proposal(tmp_path: Path) -> None:
    async with signed_desk(tmp_path) as person:
        first = await person.propose(order=LIMIT, rationale="before anybody looked")
        heard: asyncio.Queue[Document] = asyncio.Queue()

        async def listen() -> None:
            async for frame in person.desk.stream(["proposals"]):
                if frame["type"] in ("proposals", "proposal"):
                    heard.put_nowait(frame)

        listening = asyncio.create_task(listen())
        greeting = await heard.get()
        assert [row["proposal_id"] for row in greeting["proposals"]] == [first]
        assert greeting["proposals"][0]["summary"].startswith("BUY 10 AAPL")
        second = await person.propose(order={**LIMIT, "quantity": "11"})
        made = await heard.get()
        assert made["event"] == "proposal.made"
        assert (made["proposal"]["proposal_id"], made["proposal"]["status"]) == (second, "READY")
        await person.desk.decline(second, "not now")
        declined = await heard.get()
        assert declined["event"] == "proposal.declined"
        assert declined["proposal"]["reason"] == "not now"
        await person.sign(first)
        steps = [await heard.get() for _ in range(2)]
        assert [step["event"] for step in steps] == ["proposal.presented", "proposal.executed"]
        assert steps[-1]["proposal"]["results"]
        listening.cancel()


async def test_a_proposal_says_how_far_the_market_went_since_it_was_made(tmp_path: Path) -> None:
    async with signed_desk(tmp_path) as person:
        for side in ("buy", "sell"):
            await person.propose(order={**LIMIT, "side": side, "limit_price": "150.00" if side == "buy" else "350.00"})
        clock: Any = person.runner.clock
        clock.set(at=TimeNs(person.runner.kernel.state.now + 600 * SECOND_NS))
        person.runner.step()
        rows = [row["drift"][0] for row in (await person.desk.proposals())["proposals"]]
        assert rows[0]["mid_made"] != rows[0]["mid"]
        for row, side in zip(rows, (-1, 1), strict=True):
            then, now = Decimal(row["mid_made"]), Decimal(row["mid"])
            assert Decimal(row["drift_money"]) == (side * 10 * (then - now)).quantize(Decimal("0.01"))
            assert Decimal(row["drift_bps"]) == ((now - then) / then * 10_000).quantize(Decimal("0.1"))
