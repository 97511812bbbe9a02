"""The audit chain shows what was changed, lost, inserted or cut, and only a key's own head counts."""

from __future__ import annotations

import random

import msgspec
import pytest

from engine.signing.audit import KINDS, Broken, Head, Record, append, read_head, sign_head, verify
from engine.signing.codes import Denial
from engine.signing.ed25519 import public_of, signer_of
from tests.signing_desk import ANNA, BOB, ENGINE, IAT


def chain(count: int = 40) -> list[Record]:
    records: list[Record] = []
    for n in range(count):
        last = records[-1] if records else None
        records.append(append(last, IAT + n, KINDS[n % len(KINDS)], f"p{n:06d}", {"payload": "{}", "n": str(n)}))
    return records


def head_of(records: list[Record]) -> Head:
    return Head(ENGINE, 3, len(records), records[-1].link, IAT)


def test_a_whole_chain_holds() -> None:
    records = chain()
    assert verify(records) is None and verify(records, head_of(records)) is None and verify([]) is None
    assert verify(chain(41), head_of(records)) is None
    with pytest.raises(ValueError, match="kind"):
        append(None, 0, "approved by tool", "p1", {})


def test_every_flipped_bit_shows() -> None:
    records = chain()
    chance = random.Random(7)
    for _ in range(400):
        place = chance.randrange(len(records))
        raw = bytearray(msgspec.msgpack.encode(records[place]))
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        try:
            changed = msgspec.msgpack.decode(bytes(raw), type=Record)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if changed == records[place]:
            continue
        broken = verify([*records[:place], changed, *records[place + 1 :]])
        assert broken is not None and broken.seq in (place + 1, place + 2), changed


def test_lost_swapped_inserted_and_cut_records_show() -> None:
    records = chain()
    head = head_of(records)
    assert verify(records[:10] + records[11:]) == Broken(11, "record 12 stands where 11 belongs")
    assert verify([*records[:5], records[6], records[5], *records[7:]]) is not None
    assert verify([*records[:5], records[4], *records[5:]]) is not None
    assert verify(records[1:]) is not None
    for cut in range(len(records)):
        assert verify(records[:cut]) is None, "a cut tail alone cannot be seen"
        broken = verify(records[:cut], head)
        assert broken is not None and broken.seq == cut + 1


def test_a_chain_written_anew_does_not_pass_an_older_head() -> None:
    records, head = chain(), head_of(chain())
    anew: list[Record] = []
    for record in records:
        body = {**record.body, "n": "forged"} if record.seq == 20 else record.body
        anew.append(append(anew[-1] if anew else None, record.at_ms, record.kind, record.subject, body))
    assert verify(anew) is None
    broken = verify(anew, head)
    assert broken is not None and "written anew" in broken.cause


def test_a_signed_head_is_read_with_the_right_key_only() -> None:
    head = head_of(chain())
    text = sign_head(head, public_of(ANNA), signer_of(ANNA))
    assert read_head(text, public_of(ANNA)) == head
    assert read_head(text, public_of(BOB)) is None
    assert read_head(text.replace('"count":"40"', '"count":"39"'), public_of(ANNA)) is None
    for broken in ("", "{}\n", text.replace('"epoch":"3"', '"epoch":"03"'), text.replace('"v":"1"', '"v":"1","x":"1"')):
        with pytest.raises(Denial):
            read_head(broken, public_of(ANNA))
