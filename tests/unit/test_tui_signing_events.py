"""The stream tells a terminal of proposals: those that wait when it comes, and what becomes of each."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.desk import Document
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
