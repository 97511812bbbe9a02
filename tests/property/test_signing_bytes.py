"""Bytes of signing: one form for one act, and any change of payload, key or signature is refused."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.signing.canonical import MOST_BYTES, decode, encode
from engine.signing.card import HEIGHT, WIDTH, card, with_card
from engine.signing.checks import Approved, Replayed, check
from engine.signing.codes import Denial, Denied
from engine.signing.curve import canonical, sound_key
from engine.signing.ed25519 import proves, public_of
from engine.signing.envelope import Envelope, open_envelope, order_namespace, public_line, read_public
from engine.signing.fields import KINDS
from engine.signing.key_list import read_keys, write_keys
from engine.signing.shape import Unsignable
from engine.signing.terms import plain
from engine.signing.ticket import Ticket, read_ticket
from tests.signing_desk import ANNA, ENGINE, executed, facts, keys, order, sign, signed, ticket

GOOD = ticket()
PAYLOAD = GOOD.payload()
SIGNED = sign(PAYLOAD)
TEXT = SIGNED.armoured()
KNOWN = facts()
SPACE = order_namespace(ENGINE)
FEW = settings(max_examples=60, deadline=None)

bytes_at = st.integers(0, 10_000)
flips = st.integers(1, 255)
words = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12)
names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
trees = st.dictionaries(
    names,
    st.recursive(
        words,
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=5,
)


def flipped(raw: bytes, place: int, by: int) -> bytes:
    at = place % len(raw)
    return raw[:at] + bytes([raw[at] ^ by]) + raw[at + 1 :]


def refused(payload: bytes, text: str) -> str:
    verdict = check(payload, text, KNOWN)
    assert isinstance(verdict, Denied), verdict
    return verdict.code.value


def test_the_run_that_is_disturbed_here_is_good() -> None:
    assert isinstance(check(PAYLOAD, TEXT, KNOWN), Approved)


def test_every_single_byte_of_payload_key_and_signature_counts() -> None:
    for place in range(len(PAYLOAD)):
        refused(flipped(PAYLOAD, place, 1), TEXT)
    for place in range(64):
        broken = msgspec.structs.replace(SIGNED, signature=flipped(SIGNED.signature, place, 1))
        assert refused(PAYLOAD, broken.armoured()) == "BAD_SIGNATURE"
    for place in range(32):
        other = msgspec.structs.replace(SIGNED, public=flipped(SIGNED.public, place, 1))
        assert refused(PAYLOAD, other.armoured()) == "KEY_UNKNOWN"


@FEW
@given(bytes_at, flips)
def test_any_byte_of_the_payload_changed_is_refused(place: int, by: int) -> None:
    refused(flipped(PAYLOAD, place, by), TEXT)


@FEW
@given(bytes_at, flips)
def test_any_byte_of_the_payload_changed_and_signed_again_is_refused(place: int, by: int) -> None:
    changed = flipped(PAYLOAD, place, by)
    refused(changed, sign(changed).armoured())


@FEW
@given(bytes_at, flips)
def test_any_byte_of_the_signature_changed_is_refused(place: int, by: int) -> None:
    broken = msgspec.structs.replace(SIGNED, signature=flipped(SIGNED.signature, place, by))
    assert refused(PAYLOAD, broken.armoured()) == "BAD_SIGNATURE"


@FEW
@given(bytes_at, flips)
def test_any_byte_of_the_key_changed_is_refused(place: int, by: int) -> None:
    other = msgspec.structs.replace(SIGNED, public=flipped(SIGNED.public, place, by))
    assert refused(PAYLOAD, other.armoured()) == "KEY_UNKNOWN"
    assert not proves(other, PAYLOAD)


@FEW
@given(bytes_at, flips)
def test_any_byte_of_the_envelope_changed_is_refused(place: int, by: int) -> None:
    blob = flipped(SIGNED.blob(), place, by)

    class Other(Envelope, frozen=True):
        def blob(self) -> bytes:
            return blob

    refused(PAYLOAD, Other(SIGNED.public, SIGNED.namespace, SIGNED.signature).armoured())


@FEW
@given(bytes_at, st.characters())
def test_any_character_of_the_armour_changed_is_refused(place: int, char: str) -> None:
    at = place % len(TEXT)
    changed = TEXT[:at] + char + TEXT[at + 1 :]
    if changed != TEXT:
        refused(PAYLOAD, changed)


@FEW
@given(st.binary(max_size=300), st.text(max_size=300))
def test_any_bytes_and_text_get_an_answer(payload: bytes, text: str) -> None:
    for given_payload, given_text in ((payload, text), (PAYLOAD, text), (payload, TEXT)):
        assert isinstance(check(given_payload, given_text, KNOWN), Denied)


@FEW
@given(trees)
def test_canonical_bytes_read_back_to_their_tree(tree: dict[str, Any]) -> None:
    raw = encode(tree)
    assert decode(raw) == tree and encode(decode(raw)) == raw and len(raw) <= MOST_BYTES
    assert raw.isascii() and b"\n" not in raw


@FEW
@given(trees, trees)
def test_two_trees_never_share_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (encode(one) == encode(other)) == (one == other)


@FEW
@given(trees, bytes_at, st.binary(max_size=3), st.integers(0, 3))
def test_what_is_read_is_what_was_written(tree: dict[str, Any], place: int, soup: bytes, cut: int) -> None:
    raw = encode(tree)
    at = place % len(raw)
    try:
        changed = decode(raw[:at] + soup + raw[at + cut :])
    except Denial:
        return
    assert encode(changed) == raw[:at] + soup + raw[at + cut :]


amounts = st.builds(lambda whole, rest: f"{whole}.{rest:04d}", st.integers(0, 10**7), st.integers(0, 9_999))


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    terms = order(
        symbol=draw(st.sampled_from(["BTC-USD", "ETH-USD", "AAPL", "GCQ26"])),
        quantity=draw(amounts),
        limit=draw(amounts),
        protect=draw(amounts),
        name=plain(draw(st.text(max_size=40))),
        flags=draw(st.sampled_from([None, ["post_only"], ["reduce_only"]])),
        when=draw(st.sampled_from([None, ["price >= 1"]])),
    )
    fields: dict[str, Any] = {
        "account": draw(st.sampled_from(["a", "anna-main", "a" * 32])),
        "nonce": draw(st.sampled_from(["00" * 32, "ab" * 32])),
        "taint": draw(st.integers(0, 3)),
        "epoch": draw(st.integers(0, 2)),
        "order": terms,
    }
    return msgspec.structs.replace(GOOD, **fields)


@FEW
@given(tickets())
def test_a_ticket_reads_back_and_its_card_is_always_one_block(own: Ticket) -> None:
    raw = own.payload()
    assert read_ticket(raw) == own and read_ticket(raw).payload() == raw
    try:
        text = card(own)
    except Unsignable:
        return
    lines = text.split("\n")
    assert [len(line) for line in lines] == [WIDTH] * HEIGHT and text.isascii()
    assert text.replace("\n", "").isprintable() and text.count("type the code") == 1
    assert card(with_card(own)) == text, "the card does not depend on its own hash"


@FEW
@given(tickets(), tickets())
def test_two_tickets_never_share_bytes(one: Ticket, other: Ticket) -> None:
    assert (one.payload() == other.payload()) == (one == other)


def test_two_hundred_altered_cards_are_refused() -> None:
    import random

    chance = random.Random(3)
    for _ in range(200):
        digits = list(GOOD.card)
        at = chance.randrange(64)
        digits[at] = chance.choice([d for d in "0123456789abcdef" if d != digits[at]])
        assert signed(msgspec.structs.replace(GOOD, card="".join(digits))) == "CARD_MISMATCH"


def test_fifty_replays_have_one_effect() -> None:
    known, effects = KNOWN, 0
    for _ in range(50):
        verdict = check(PAYLOAD, TEXT, known)
        if isinstance(verdict, Approved):
            effects += 1
            known = executed(known, PAYLOAD, TEXT)
        else:
            assert isinstance(verdict, Replayed) and verdict.answer == {"order_id": "o000007"}
    assert effects == 1


@FEW
@given(st.text(max_size=200))
def test_foreign_text_is_always_one_plain_line(text: str) -> None:
    line = plain(text)
    assert KINDS["line"].match(line) and plain(line) == line
    assert not set(line) & set('[]\\"`{}$|^~\x1b')


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_keys_are_points_or_refused(raw: bytes) -> None:
    if sound_key(raw):
        assert canonical(raw)
    assert sound_key(public_of(raw)), "every private key has a sound public one"


@FEW
@given(st.text(max_size=120), bytes_at)
def test_lists_and_keys_of_any_text_are_read_or_refused(text: str, place: int) -> None:
    good = write_keys(keys(), ENGINE)
    at = place % len(good)
    for changed in (text, good[:at] + text + good[at:]):
        try:
            assert write_keys(read_keys(changed, ENGINE), ENGINE) == changed
        except Denial:
            continue
    line = public_line(public_of(ANNA))
    for changed in (text, line[: at % len(line)] + text):
        try:
            assert public_line(read_public(changed)) in changed
        except Denial:
            continue
    try:
        assert open_envelope(text, SPACE).armoured() == text
    except Denial:
        return
