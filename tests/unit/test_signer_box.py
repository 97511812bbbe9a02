"""The signer without its sockets: it signs what it has shown, forgets in time, and keeps its files to itself."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from engine.signing.card import with_card
from engine.signing.codes import Denial
from engine.signing.ed25519 import proves
from engine.signing.envelope import enrol_namespace, open_envelope, order_namespace, read_public
from engine.signing.ticket import Ticket
from tests.fake_signing import WATCHLIST, ticket
from vterm.signer.box import LOCK_SECONDS, MOST_DESKS, MOST_SHOWN, Box
from vterm.signer.folder import DESK, KEY, SignerFolder

ENGINE = ticket().engine
NONCE = "5" * 64


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.at, self.slept = 1000.0, 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(tmp_path: Path, clock: Clock) -> Box:
    folder = SignerFolder(str(tmp_path))
    folder.prepare()
    made = Box(folder, lambda: clock.at, lambda: clock.slept)
    made.make()
    made.prove(ENGINE, "owner", NONCE)
    return made


def own(box: Box, number: int = 1, **parts: object) -> Ticket:
    """A ticket for the key in the box."""
    base = ticket(number, **parts)
    return with_card(Ticket(**{**{f: getattr(base, f) for f in base.__struct_fields__}, "key": box.told().key}))


def code_of(denial: pytest.ExceptionInfo[Denial]) -> str:
    return denial.value.denied.code.value


def test_it_signs_what_it_showed_and_once(box: Box) -> None:
    made = own(box)
    card = box.present(made.payload().decode())
    assert card.code == made.code()
    signed = box.sign(card.shown, card.code.lower())
    envelope = open_envelope(signed.signature, order_namespace(ENGINE))
    assert proves(envelope, made.payload())
    with pytest.raises(Denial) as again:
        box.sign(card.shown, card.code)
    assert code_of(again) == "NOT_SIGNED"


def test_what_needs_no_code_takes_none(box: Box) -> None:
    card = box.present(own(box, **WATCHLIST).payload().decode())
    assert card.code == ""
    assert box.sign(card.shown, "").signature.startswith("-----BEGIN SSH SIGNATURE-----")


def test_three_wrong_codes_take_the_card_away(box: Box) -> None:
    card = box.present(own(box).payload().decode())
    wrong = "0000" if card.code != "0000" else "1111"
    for _ in range(3):
        with pytest.raises(Denial):
            box.sign(card.shown, wrong)
    with pytest.raises(Denial) as gone:
        box.sign(card.shown, card.code)
    assert code_of(gone) == "NOT_SIGNED"


def test_a_code_is_of_one_card(box: Box) -> None:
    first, second = (box.present(own(box, n).payload().decode()) for n in (1, 2))
    with pytest.raises(Denial):
        box.sign(first.shown, second.code)
    box.sign(first.shown, first.code)


def test_tickets_of_others_are_not_shown(box: Box) -> None:
    with pytest.raises(Denial) as other:
        box.present(ticket().payload().decode())  # of another key
    assert code_of(other) == "KEY_NOT_OWNED"
    elsewhere = own(box).payload().decode().replace(ENGINE, "0" * 32)
    with pytest.raises(Denial) as wrong:
        box.present(elsewhere)
    assert code_of(wrong) == "WRONG_ENGINE"
    for garbage in ("", "{}", "[" * 4000, "\ud800", own(box).payload().decode() + " "):
        with pytest.raises(Denial):
            box.present(garbage)


def test_two_hundred_altered_tickets_are_not_shown(box: Box) -> None:
    """Whatever byte of a ticket is another one: not shown, or not with the card that its hash names."""
    text = own(box).payload().decode()
    refused = 0
    for at in range(0, len(text), max(1, len(text) // 200)):
        changed = text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]
        with pytest.raises(Denial):
            box.present(changed)
        refused += 1
    assert refused >= 200


def test_it_keeps_only_so_many_cards(box: Box) -> None:
    names = [box.present(own(box, n).payload().decode()) for n in range(1, MOST_SHOWN + 2)]
    with pytest.raises(Denial):
        box.sign(names[0].shown, names[0].code)
    box.sign(names[-1].shown, names[-1].code)


def test_it_locks_after_a_quarter_of_an_hour(box: Box, clock: Clock) -> None:
    box.passphrase("", "four small words here")
    card = box.present(own(box).payload().decode())
    clock.at += LOCK_SECONDS - 1
    assert not box.told().locked
    box.look()
    assert not box.told().locked
    clock.at += 2
    box.look()
    assert box.told().locked
    for ask in (lambda: box.sign(card.shown, card.code), lambda: box.present(own(box).payload().decode())):
        with pytest.raises(Denial) as locked:
            ask()
        assert code_of(locked) == "NOT_AUTHORISED"
    box.unlock("four small words here")
    with pytest.raises(Denial) as gone:
        box.sign(card.shown, card.code)
    assert code_of(gone) == "NOT_SIGNED", "what was shown before is forgotten"


def test_requests_keep_it_open_and_a_suspend_locks_it(box: Box, clock: Clock) -> None:
    box.passphrase("", "four small words here")
    for _ in range(5):
        clock.at += LOCK_SECONDS - 1
        box.present(own(box).payload().decode())
    assert not box.told().locked
    clock.slept += 60
    box.look()
    assert box.told().locked


def test_a_wrong_passphrase_opens_nothing(box: Box) -> None:
    box.passphrase("", "four small words here")
    box.lock()
    for wrong in ("", "four small words her", "four small words here "):
        with pytest.raises(Denial) as no:
            box.unlock(wrong)
        assert code_of(no) == "NOT_AUTHORISED"
    with pytest.raises(Denial):
        box.passphrase("another", "x" * 12)
    assert not box.unlock("four small words here").locked


def test_a_sealed_file_tells_nothing(box: Box) -> None:
    open_text = box.folder.read(KEY)
    secret = open_text.split("\n")[3]
    box.passphrase("", "four small words here")
    assert secret not in box.folder.read(KEY)


def test_its_files_are_its_own(box: Box) -> None:
    assert stat.S_IMODE(os.lstat(box.folder.path).st_mode) == 0o700
    key = box.folder.path / KEY
    assert stat.S_IMODE(os.lstat(key).st_mode) == 0o600
    os.chmod(key, 0o644)
    with pytest.raises(Denial) as seen:
        box.folder.read(KEY)
    assert "chmod 600" in seen.value.denied.fix
    os.chmod(key, 0o600)
    key.rename(key.with_name("elsewhere"))
    key.symlink_to(key.with_name("elsewhere"))
    with pytest.raises(Denial):
        box.folder.read(KEY)
    os.chmod(box.folder.path, 0o755)
    with pytest.raises(Denial):
        box.folder.prepare()


def test_a_proof_is_of_its_own_words(box: Box) -> None:
    proof = box.prove(ENGINE, "owner", NONCE)
    envelope = open_envelope(proof.proof, enrol_namespace(ENGINE))
    assert proves(envelope, proof.message.encode())
    assert envelope.public == read_public(box.told().public)
    for words in (("x", "owner", NONCE), (ENGINE, "ow ner", NONCE), (ENGINE, "owner", "5" * 63)):
        with pytest.raises(Denial):
            box.prove(*words)


def test_each_desk_that_knows_the_key_is_remembered(box: Box) -> None:
    """A home's living market and its recordings are desks of their own; going back to one needs no new proof."""
    other = "ab" * 16
    box.prove(other, "owner", NONCE)
    first = own(box)
    second = with_card(msgspec.structs.replace(first, engine=other))
    for made in (second, first, second):
        card = box.present(made.payload().decode())
        assert box.sign(card.shown, card.code).signature
    with pytest.raises(Denial) as stranger:
        box.present(with_card(msgspec.structs.replace(first, engine="cd" * 16)).payload().decode())
    assert code_of(stranger) == "WRONG_ENGINE"
    for number in range(MOST_DESKS):
        box.prove(f"{number:032x}", "owner", NONCE)
    assert len(box.folder.read(DESK).split()) == MOST_DESKS
    with pytest.raises(Denial):
        box.present(first.payload().decode())


def test_a_new_key_puts_the_old_away(box: Box) -> None:
    before = box.told().key
    after = box.make(anew=True).key
    assert before != after
    assert (box.folder.path / f"{KEY}.old-1").exists()
    assert box.make().key == after, "a key that is there stays"
