"""An audit proves each executed act once more: its key, its card, its signature; hashes made anew hide nothing."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.adapters.sqlite_open import connect
from engine.adapters.sqlite_recover import stored_entries
from engine.adapters.sqlite_rows import read_entry
from engine.model.command import EndKey
from engine.model.ids import AccountId, TimeNs
from engine.model.order import Order
from engine.ports import JournalEntry
from engine.signing.audit import SignedActs
from engine.signing.ed25519 import public_of, seal, signer_of
from engine.signing.envelope import fingerprint, order_namespace
from tests.signed_desk import LIMIT, SEED, Person, signed_desk

Journal = list[JournalEntry]
OTHER = bytes(range(7, 39))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Journal:
    """A person's own order, two signed orders, a signed basket and a signed list."""
    home = tmp_path_factory.mktemp("audited") / "home"
    asyncio.run(traded(home))
    return entries_of(home / "ledger.db")


async def traded(home: Path) -> None:
    async with signed_desk(home) as anna:
        await anna.desk.submit({**LIMIT, "client_order_id": "own"})
        await lay_and_sign(anna, order=LIMIT)
        await lay_and_sign(anna, order={**LIMIT, "quantity": "3"})
        await lay_and_sign(anna, "basket.place", legs=[LIMIT, {**LIMIT, "symbol": "KO", "limit_price": "50.00"}])
        await lay_and_sign(anna, "watchlist.change", add=["KO"])


async def lay_and_sign(anna: Person, purpose: str = "order.place", **parts: Any) -> None:
    assert (await anna.sign(await anna.propose(purpose, **parts)))["code"] == "OK"


def entries_of(path: Path) -> Journal:
    connection = connect(path, "mode=ro", busy_ms=5_000)
    try:
        return [read_entry(*stored) for stored in stored_entries(connection, None)]
    finally:
        connection.close()


def audited(journal: Sequence[JournalEntry]) -> tuple[int, list[str]]:
    acts, faults = SignedActs(), []
    for entry in journal:
        faults += acts.take(entry.kind, entry.body, entry.orders)
    return acts.signatures, faults


def changed(journal: Journal, number: int, kind: str = "accept", **words: object) -> Journal:
    """The journal with words of its `number`-th command of a kind changed."""
    (place,) = [place for place, entry in enumerate(journal) if entry.kind == kind][number : number + 1]
    body = {**msgspec.json.decode(journal[place].body), **words}
    other = msgspec.structs.replace(journal[place], body=msgspec.json.encode(body))
    return [*journal[:place], other, *journal[place + 1 :]]


def word(journal: Journal, number: int, name: str, kind: str = "accept") -> str:
    found = [entry for entry in journal if entry.kind == kind]
    return str(msgspec.json.decode(found[number].body)[name])


def of_accept(journal: Journal) -> int:
    return next(place for place, entry in enumerate(journal) if entry.kind == "accept")


def with_order(entry: JournalEntry, change: Callable[[Order], Order]) -> JournalEntry:
    return msgspec.structs.replace(entry, orders=tuple(change(order) for order in entry.orders))


def test_what_was_signed_holds(journal: Journal) -> None:
    assert audited(journal) == (4, [])
    assert sum(order.origin.startswith("signed:") for entry in journal for order in entry.orders) >= 4


@pytest.mark.parametrize("name", ["payload", "card", "signature", "done", "key", "proposal_id", "account"])
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_every_word_of_an_accepted_act_counts(journal: Journal, name: str, number: int) -> None:
    """Taken from another act, and with one character changed."""
    own = word(journal, number, name)
    other = word(journal, (number + 1) % 4, name)
    place = len(own) // 2
    for text in {other, own[:place] + ("A" if own[place] != "A" else "B") + own[place + 1 :], ""} - {own}:
        count, faults = audited(changed(journal, number, **{name: text}))
        assert count == 4 and faults and "does not hold" in faults[0], (name, text)


def test_another_keys_signature_is_found(journal: Journal) -> None:
    payload = word(journal, 0, "payload")
    engine = str(msgspec.json.decode(payload)["engine"])
    forged = seal(payload.encode(), order_namespace(engine), public_of(OTHER), signer_of(OTHER)).armoured()
    _, (fault, *_) = audited(changed(journal, 0, signature=forged))
    assert "another key's" in fault
    _, (fault, *_) = audited(changed(journal, 0, signature=forged, key=fingerprint(public_of(OTHER))))
    assert "does not hold" in fault


def test_a_key_that_was_exchanged_under_its_signatures_is_found(journal: Journal) -> None:
    public = base64.b64encode(public_of(OTHER)).decode()
    _, faults = audited(changed(journal, 0, "enrol_key", public=public))
    assert len([fault for fault in faults if "not enrolled then" in fault]) == 4


def test_a_key_signs_nothing_before_it_is_enrolled_and_after_it_ended(journal: Journal) -> None:
    enrol = next(place for place, entry in enumerate(journal) if entry.kind == "enrol_key")
    late = [*journal[:enrol], *journal[enrol + 1 :], journal[enrol]]
    assert len(audited(late)[1]) == 4
    end = EndKey(TimeNs(1), AccountId("main"), fingerprint(public_of(SEED)), 1)
    place = of_accept(journal)
    entry = msgspec.structs.replace(journal[place], kind="end_key", body=msgspec.json.encode(end), orders=())
    _, faults = audited([*journal[:place], entry, *journal[place:]])
    assert len(faults) == 4 and all("had ended" in fault for fault in faults)
    assert audited([*journal, entry]) == (4, [])


def test_an_act_written_twice_and_one_never_shown_are_found(journal: Journal) -> None:
    place = of_accept(journal)
    _, faults = audited([*journal[: place + 1], journal[place], *journal[place + 1 :]])
    assert faults and "nonce was used" in faults[0]
    unshown = [entry for entry in journal if entry.kind != "present"]
    assert ["not put before anybody" in fault for fault in audited(unshown)[1]] == [True] * 4


def test_orders_that_only_say_that_they_were_signed_are_found(journal: Journal) -> None:
    replace = msgspec.structs.replace
    own = next(place for place, entry in enumerate(journal) if entry.kind == "submit")
    named = with_order(journal[own], lambda order: replace(order, origin="signed:p000001"))
    (fault,) = audited([*journal[:own], named, *journal[own + 1 :]])[1]
    assert "says that p000001 was signed for it" in fault
    place = of_accept(journal)
    changes: list[Callable[[Order], Order]] = [
        lambda order: replace(order, origin="signed:p000009"),
        lambda order: replace(order, account=AccountId("bob")),
        lambda order: replace(order, request=replace(order.request, side=-order.request.side)),
        lambda order: replace(order, request=replace(order.request, symbol="MSFT")),
        lambda order: replace(order, request=replace(order.request, client_order_id="p000001-2")),
    ]
    for change in changes:
        faults = audited([*journal[:place], with_order(journal[place], change), *journal[place + 1 :]])[1]
        assert len(faults) == 1 and "was signed for it, and it was not" in faults[0]


def test_a_ledger_written_anew_around_a_forgery_fails_its_audit(journal: Journal, tmp_path: Path) -> None:
    """All hashes are right; the signature is not."""
    for name, entries in (("same", journal), ("forged", changed(journal, 0, done="0" * 64))):
        ledger = SqliteLedger(tmp_path / f"{name}.db")
        ledger.commit(entries)
        ledger.close()
    assert (audit(tmp_path / "same.db").problems, audit(tmp_path / "same.db").signatures) == ((), 4)
    report = audit(tmp_path / "forged.db")
    assert not report.ok and len(report.problems) == 1 and "does not hold" in report.problems[0]
