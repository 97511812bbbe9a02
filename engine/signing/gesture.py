"""The gesture: when a row of keys is a person's will to sign.

Typed ahead, pasted, clicked or simulated input never counts; nothing counts before the card has been on the screen for
a while; letters are only code. The dialog holds a Gesture, gives it every key with its source, and signs when it says
so.
"""

from __future__ import annotations

import enum

import msgspec

from engine.signing.codes import Denied, SigningCode
from engine.signing.ticket import read_code

ARMS_AFTER_MS = 700
_CODE_LENGTH = 4


class Source(enum.StrEnum):
    """Where an input came from; only the keyboard counts."""

    KEYBOARD = "keyboard"
    PASTE = "paste"
    MOUSE = "mouse"
    SIMULATED = "simulated"


class Gesture(msgspec.Struct, frozen=True):
    """What has been typed on a card. `code` is the card's, empty where Enter alone accepts; `painted_ms` the monotonic
    time at which the painted card was last found equal to the signed one (None: not yet); `wrong` how often Enter
    followed another code."""

    code: str
    painted_ms: int | None = None
    typed: str = ""
    signed: bool = False
    wrong: int = 0

    def painted(self, at_ms: int) -> Gesture:
        """The card stands on the screen as it is signed. What was typed before does not count."""
        return Gesture(self.code, at_ms, wrong=self.wrong)

    def covered(self) -> Gesture:
        """Something else stands where the card was: nothing counts until it is painted again."""
        return Gesture(self.code, None, wrong=self.wrong)

    def armed(self, at_ms: int) -> bool:
        """Whether input counts at a monotonic time."""
        return self.painted_ms is not None and at_ms - self.painted_ms >= ARMS_AFTER_MS

    def press(self, key: str, at_ms: int, source: Source = Source.KEYBOARD) -> Gesture:
        """The gesture after one input: "enter", "backspace", or one character; anything else changes nothing."""
        if self.signed or source is not Source.KEYBOARD or not self.armed(at_ms):
            return self
        if key == "enter":
            if read_code(self.typed) == self.code:
                return msgspec.structs.replace(self, signed=True)
            return msgspec.structs.replace(self, typed="", wrong=self.wrong + (1 if self.typed else 0))
        if key == "backspace":
            return msgspec.structs.replace(self, typed=self.typed[:-1])
        if self.code and len(key) == 1 and key.isascii() and key.isalnum() and len(self.typed) < _CODE_LENGTH:
            return msgspec.structs.replace(self, typed=self.typed + key)
        return self

    def refusal(self) -> Denied | None:
        """Why there is no signature, or None where the signer may be asked."""
        if self.signed:
            return None
        cause = "the card was not on the screen long enough, or its code was not typed and confirmed with Enter"
        return Denied(SigningCode.NOT_SIGNED, "nothing was signed", cause, "read the card, type its code, press Enter")


def same_as_painted(card: str, rows: list[str]) -> bool:
    """The paint check: whether the cells read back from the screen, row by row, are the card."""
    return rows == card.split("\n")
