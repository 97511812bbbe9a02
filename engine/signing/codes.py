"""Every "no" of a signature: its word, what it means to HTTP and to a shell, and how it is said."""

from __future__ import annotations

import enum

import msgspec

_BY_HTTP = {400: 2, 413: 2, 422: 3, 409: 3, 429: 3, 404: 4, 401: 5, 403: 5}


class SigningCode(enum.StrEnum):
    """Refusal codes of signing; the value is the word on every wire. NO_PRESENCE and COUNTER are security keys'."""

    TOO_LARGE = "TOO_LARGE"
    BAD_ENVELOPE = "BAD_ENVELOPE"
    KEY_TYPE = "KEY_TYPE"
    BAD_NAMESPACE = "BAD_NAMESPACE"
    BAD_CANONICAL = "BAD_CANONICAL"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    WRONG_ENGINE = "WRONG_ENGINE"
    WRONG_EPOCH = "WRONG_EPOCH"
    WRONG_ENV = "WRONG_ENV"
    KEY_UNKNOWN = "KEY_UNKNOWN"
    KEY_REVOKED = "KEY_REVOKED"
    KEY_NOT_OWNED = "KEY_NOT_OWNED"
    KEY_PURPOSE = "KEY_PURPOSE"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    NO_PRESENCE = "NO_PRESENCE"
    COUNTER = "COUNTER"
    SIGNER_MISMATCH = "SIGNER_MISMATCH"
    ACCOUNT_MISMATCH = "ACCOUNT_MISMATCH"
    PROPOSAL_UNKNOWN = "PROPOSAL_UNKNOWN"
    PROPOSAL_STATE = "PROPOSAL_STATE"
    PURPOSE_MISMATCH = "PURPOSE_MISMATCH"
    TICKET_MISMATCH = "TICKET_MISMATCH"
    CARD_VERSION = "CARD_VERSION"
    CARD_MISMATCH = "CARD_MISMATCH"
    EXPIRED = "EXPIRED"
    LIFETIME = "LIFETIME"
    NONCE_UNKNOWN = "NONCE_UNKNOWN"
    NONCE_MISMATCH = "NONCE_MISMATCH"
    NONCE_USED = "NONCE_USED"
    WEAK_KEY = "WEAK_KEY"
    KEY_TAKEN = "KEY_TAKEN"
    NO_PROOF = "NO_PROOF"
    NOT_SIGNED = "NOT_SIGNED"
    NOT_AUTHORISED = "NOT_AUTHORISED"
    UNKNOWN_TOOL = "UNKNOWN_TOOL"

    @property
    def http(self) -> int:
        """HTTP status of this refusal."""
        return _HTTP.get(self, 403)

    @property
    def exit_code(self) -> int:
        """Process exit code of this refusal."""
        return _BY_HTTP[self.http]


_C = SigningCode
_HTTP: dict[SigningCode, int] = {
    _C.TOO_LARGE: 413,
    **dict.fromkeys((_C.BAD_ENVELOPE, _C.KEY_TYPE, _C.BAD_NAMESPACE, _C.BAD_CANONICAL, _C.UNKNOWN_FIELD), 400),
    **dict.fromkeys((_C.PROPOSAL_UNKNOWN, _C.UNKNOWN_TOOL), 404),
    **dict.fromkeys((_C.PROPOSAL_STATE, _C.NONCE_USED, _C.KEY_TAKEN), 409),
    **dict.fromkeys((_C.EXPIRED, _C.LIFETIME, _C.NOT_SIGNED, _C.WEAK_KEY), 422),
}


class Denied(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a signature is not believed, and what to do; the shape of engine.model.refusal.Refusal."""

    code: SigningCode
    message: str
    cause: str = ""
    fix: str = ""
    field: str | None = None

    def document(self) -> dict[str, object]:
        """The error document of every wire: {"error": {...}}."""
        body: dict[str, object] = {
            "code": self.code.value,
            "message": self.message,
            "cause": self.cause or self.message,
            "fix": self.fix,
        }
        if self.field is not None:
            body["field"] = self.field
        body["docs"] = f"vterm help {self.code.value}"
        return {"error": body}


class Denial(Exception):
    """Carries a Denied out of a parser."""

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied.message)
        self.denied = denied


def deny(code: SigningCode, message: str, *, cause: str = "", fix: str = "", field: str | None = None) -> Denial:
    """A Denial to raise."""
    return Denial(Denied(code, message, cause, fix, field))
