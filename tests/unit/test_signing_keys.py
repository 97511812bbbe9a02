"""Keys: how one is enrolled, what the list of them looks like, how one ends, and the file of a private one."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.proposal import Purpose
from engine.signing.codes import Denial, Denied, SigningCode
from engine.signing.ed25519 import public_of, seal, signer_of
from engine.signing.enrolment import EnrolChallenge, enrol
from engine.signing.envelope import enrol_namespace, fingerprint, order_namespace, public_line
from engine.signing.key_file import has_passphrase, read_key, write_key
from engine.signing.key_list import HEADER, Key, Keys, Role, keys_of, locked_until, read_keys, revoked, write_keys
from tests.signing_desk import ANNA, BOB, ENGINE, IAT, NONCE, SECOND, keys

CHALLENGE = EnrolChallenge(ENGINE, "anna", NONCE)
NEW = bytes(range(9, 41))
WEAK = "01" + "00" * 31


def proof(seed: bytes = NEW, challenge: EnrolChallenge = CHALLENGE, namespace: str = "") -> str:
    public = public_of(seed)
    space = namespace or enrol_namespace(ENGINE)
    return seal(challenge.message(public_of(NEW)), space, public, signer_of(seed)).armoured()


def tried(public: str = "", proven: str = "", known: Keys | None = None, **more: Any) -> Key | Denied:
    given: dict[str, Any] = {"role": Role.TRADER, "elapsed_ms": 5_000, "at_ms": IAT + 999, **more}
    line = public or public_line(public_of(NEW))
    return enrol(line, proven or proof(), CHALLENGE, keys() if known is None else known, **given)


def test_a_key_with_a_proof_is_enrolled() -> None:
    key = tried(accounts=("anna-main",), name="laptop")
    assert key == Key(public_of(NEW), "anna", Role.TRADER, IAT, ("anna-main",), "laptop")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"public": "ssh-rsa AAAAB3NzaC1yc2E="}, "KEY_TYPE"),
        ({"public": "ssh-ed25519 AAAA"}, "BAD_ENVELOPE"),
        ({"public": public_line(bytes.fromhex(WEAK))}, "WEAK_KEY"),
        ({"public": public_line(public_of(BOB))}, "KEY_TAKEN"),
        ({"public": public_line(public_of(ANNA))}, "KEY_TAKEN"),
        ({"proven": "none"}, "BAD_ENVELOPE"),
        ({"proven": proof(namespace=order_namespace(ENGINE))}, "BAD_NAMESPACE"),
        ({"proven": proof(BOB)}, "NO_PROOF"),
        ({"proven": proof(challenge=EnrolChallenge(ENGINE, "bob", NONCE))}, "NO_PROOF"),
        ({"proven": proof(challenge=EnrolChallenge(ENGINE, "anna", "0" * 64))}, "NO_PROOF"),
        ({"proven": proof(challenge=EnrolChallenge("0" * 32, "anna", NONCE))}, "NO_PROOF"),
        ({"elapsed_ms": 300_001}, "EXPIRED"),
        ({"elapsed_ms": -1}, "EXPIRED"),
        ({"name": "a b"}, "BAD_CANONICAL"),
        ({"accounts": ("x,y",)}, "BAD_CANONICAL"),
    ],
)
def test_what_is_not_proven_is_not_stored(arguments: dict[str, Any], word: str) -> None:
    answer = tried(**arguments)
    assert isinstance(answer, Denied) and answer.code.value == word


def test_a_revoked_key_stays_taken() -> None:
    known = keys_of([Key(public_of(NEW), "anna", Role.TRADER, IAT)])
    answer = tried(known=revoked(known, fingerprint(public_of(NEW)), IAT + 1_000))
    assert isinstance(answer, Denied) and answer.code is SigningCode.KEY_TAKEN


def test_roles_are_trusted_with_less_and_less() -> None:
    for purpose in Purpose:
        by = {role: Key(public_of(ANNA), "anna", role, IAT).may(purpose, "anna-main") for role in Role}
        assert by[Role.OWNER]
        assert by[Role.TRADER] == (
            purpose.value.split(".")[0] in ("order", "basket", "algo", "rule", "watchlist", "alert")
        )
        assert by[Role.LISTS] == (purpose.value.split(".")[0] in ("watchlist", "alert"))
    narrow = Key(public_of(ANNA), "anna", Role.OWNER, IAT, ("a",))
    assert narrow.may("order.place", "a") and not narrow.may("order.place", "b") and not narrow.may("nonsense", "a")


def full_list() -> dict[str, Key]:
    some = Key(public_of(NEW), "anna", Role.TRADER, IAT, ("anna-main", "anna-second"), "laptop")
    return revoked({**keys(), some.fingerprint: some}, fingerprint(public_of(SECOND)), IAT + 86_400_123)


def test_the_list_reads_back_to_itself() -> None:
    text = write_keys(full_list(), ENGINE)
    assert read_keys(text, ENGINE) == full_list()
    assert read_keys(HEADER, ENGINE) == {}
    assert "revoked=2026-06-16T14:30:00Z" in text and 'valid-before="20260616143000Z"' in text


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("# vterm keys 1\n", "", "BAD_CANONICAL"),
        ("role=owner", "role=root", "BAD_CANONICAL"),
        ("role=owner ", "role=owner  ", "BAD_CANONICAL"),
        (" enrolled=2026-06-15T14:30:00Z", "", "BAD_CANONICAL"),
        ("14:30:00Z", "14:30:00z", "BAD_CANONICAL"),
        ("\n", "\r\n", "BAD_CANONICAL"),
        ("anna ", "an,na ", "BAD_CANONICAL"),
        ("name=laptop", "name=laptop cert-authority", "BAD_CANONICAL"),
        (ENGINE, "0" * 32, "WRONG_ENGINE"),
        ("ssh-ed25519", "ssh-rsa", "KEY_TYPE"),
        (',valid-before="20260616143000Z"', "", "BAD_CANONICAL"),
        (public_line(public_of(BOB)), public_line(public_of(ANNA)), "KEY_TAKEN"),
        (public_line(public_of(BOB)), public_line(bytes.fromhex(WEAK)), "WEAK_KEY"),
    ],
)
def test_a_list_with_any_other_text_is_refused(old: str, new: str, word: str) -> None:
    text = write_keys(full_list(), ENGINE)
    assert old in text
    with pytest.raises(Denial) as denial:
        read_keys(text.replace(old, new), ENGINE)
    assert denial.value.denied.code.value == word


def test_ending_a_key() -> None:
    name = fingerprint(public_of(ANNA))
    once = revoked(keys(), name, IAT)
    assert once[name].revoked_at == IAT and revoked(once, name, IAT + 5_000) == once
    with pytest.raises(Denial):
        revoked(keys(), "SHA256:" + "x" * 43, IAT)


def test_three_bad_signatures_in_ten_minutes_lock_for_fifteen() -> None:
    minute = 60_000
    assert locked_until([], 0) == locked_until([0, 1], 2) == 0
    assert locked_until([0, minute, 10 * minute], 11 * minute) == 25 * minute
    assert locked_until([0, minute, 10 * minute], 25 * minute) == 0
    assert locked_until([0, minute, 10 * minute + 1], 11 * minute) == 0
    assert locked_until([0, 9 * minute, 11 * minute, 12 * minute], 13 * minute) == 27 * minute


def test_a_key_file_opens_with_its_passphrase_only() -> None:
    text = write_key(NEW, "correct horse", bytes(16))
    assert has_passphrase(text) and read_key(text, "correct horse") == NEW
    assert NEW.hex() not in text
    for wrong in ("", "correct horse ", "Correct horse"):
        with pytest.raises(Denial) as denial:
            read_key(text, wrong)
        assert denial.value.denied.code is SigningCode.NOT_AUTHORISED
    other = text.replace(public_line(public_of(NEW)), public_line(public_of(ANNA)))
    with pytest.raises(Denial):
        read_key(other, "correct horse")


def test_an_open_key_file_says_so() -> None:
    text = write_key(NEW, "", bytes(16))
    assert not has_passphrase(text) and read_key(text) == NEW
    for broken in ("", text + "\n", text.replace("open", "shut"), text.replace("key 1", "key 2"), text[:-5] + "\n"):
        assert not has_passphrase(broken)
        with pytest.raises(Denial):
            read_key(broken)
    other = text.replace(public_line(public_of(NEW)), public_line(public_of(ANNA)))
    with pytest.raises(Denial):
        read_key(other)
    for seed, salt in ((b"", bytes(16)), (NEW, b"")):
        with pytest.raises(ValueError, match="32 bytes"):
            write_key(seed, "", salt)
