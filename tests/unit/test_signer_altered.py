"""A real desk and a person with the key: what is altered is refused, signed again or not, and moves nothing."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.model.refusal import Refused
from engine.requests import standings
from engine.signing.canonical import encode
from engine.signing.card import with_card
from engine.signing.codes import Denial
from engine.signing.shape import Unsignable
from engine.signing.ticket import read_ticket
from tests.signed_desk import LIMIT, MARKET, Person, signed_desk

ALTERED = 200
LEGS = [LIMIT, {**LIMIT, "symbol": "KO", "limit_price": "50.00"}, {**LIMIT, "symbol": "MSFT", "quantity": "2"}]


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[Person]:
    async with signed_desk(tmp_path / "home") as person:
        yield person


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value of a payload."""
    if isinstance(tree, str):
        yield path
        return
    for name, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from leaves(part, (*path, name))


def altered(payload: str, place: tuple[Any, ...], chance: random.Random) -> str:
    """The payload with one value a different one of the same kind of text: still canonical."""
    tree = msgspec.json.decode(payload)
    part = tree
    for step in place[:-1]:
        part = part[step]
    text = part[place[-1]]
    at = chance.randrange(len(text))
    letters = "123456789" if text[at].isdigit() else "abcdef" if text[at].islower() else "BCDEFG"
    part[place[-1]] = text[:at] + chance.choice([one for one in letters if one != text[at]]) + text[at + 1 :]
    return encode(tree).decode("ascii")


def with_its_card(payload: str) -> str:
    """The payload with the card of its own terms, where there is one: as a forger draws it again."""
    try:
        return with_card(read_ticket(payload.encode())).payload().decode("ascii")
    except (Denial, Unsignable):
        return payload


async def test_two_hundred_altered_cards_are_refused(anna: Person) -> None:
    """Every value of two tickets, with the old signature, signed again, and signed again over its own card."""
    chance, refused = random.Random(7), 0
    before = len((await anna.desk.orders())["orders"])
    for purpose, parts in (("order.place", {"order": MARKET}), ("basket.place", {"legs": LEGS})):
        shown: dict[str, Any] = {}
        places: list[tuple[Any, ...]] = []
        while refused < ALTERED // 2 if purpose == "order.place" else refused < ALTERED:
            if not places:
                name = await laid(anna, purpose, **parts)
                shown = await anna.desk.present(name)
                places = list(leaves(msgspec.json.decode(shown["payload"])))
                chance.shuffle(places)
            place = places.pop()
            wrong = altered(shown["payload"], place, chance)
            signed_again = refused % 3
            wrong = with_its_card(wrong) if signed_again == 2 and place[0] not in ("card", "card_v") else wrong
            assert wrong != shown["payload"]
            signature = anna.signature(wrong if signed_again else shown["payload"])
            anna.runner.kernel.state.bad_signatures.clear()  # else the third bad one locks the key
            with pytest.raises(Refused):
                await anna.desk.sign(name, wrong, signature)
            refused += 1
    assert refused == ALTERED
    assert len((await anna.desk.orders())["orders"]) == before
    assert not [row for row in (await anna.desk.proposals())["proposals"] if row["status"] == "EXECUTED"]
    shown = await anna.desk.present(name)
    done = await anna.desk.sign(name, shown["payload"], anna.signature(shown["payload"]))
    assert (done["code"], len(done["results"])) == ("OK", 3), "and what was shown is still signed"


async def laid(anna: Person, purpose: str = "order.place", **parts: Any) -> str:
    """A person's own proposal."""
    return str((await anna.desk.propose({"purpose": purpose, "origin": "human", **parts}))["proposal_id"])


async def test_the_market_is_looked_at_for_what_is_signed(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature that is handed in under another proposal's address is checked as what it is."""
    harmless, meant = await laid(anna, order=LIMIT), await laid(anna, order=MARKET)
    await anna.desk.present(harmless)
    shown = await anna.desk.present(meant)
    looked: list[str] = []
    terms = anna.runner.kernel.terms
    reading = terms.reading
    monkeypatch.setattr(terms, "reading", lambda one, *rest: looked.append(one.proposal_id) or reading(one, *rest))
    done = await anna.desk.sign(harmless, shown["payload"], anna.signature(shown["payload"]))
    assert (done["proposal_id"], done["status"], looked) == (meant, "EXECUTED", [meant])


async def test_a_signature_does_not_pay_for_those_before_it(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(standings, "read_ticket", lambda raw: read.append(raw) or read_ticket(raw))
    for _ in range(8):
        name = await laid(anna, order=LIMIT)
        shown = await anna.desk.present(name)
        await anna.desk.sign(name, shown["payload"], anna.signature(shown["payload"]))
    assert len(read) == 8
