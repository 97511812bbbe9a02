"""Every "no" of the desk: its code, what it means to HTTP and to a shell, and how it is said.

A refusal is a value, not an exception: it names the limit, the cause, the fix and, where a size is at
fault, the largest quantity that passes. Codes and exit numbers are the contract of `vterm help exit-codes`.
"""

from __future__ import annotations

import enum

import msgspec

EXIT_DONE, EXIT_USAGE, EXIT_REFUSED, EXIT_NOT_FOUND, EXIT_NOT_ALLOWED = 0, 2, 3, 4, 5
EXIT_UNREACHABLE, EXIT_BAD_FILE, EXIT_INTEGRITY, EXIT_BUG = 6, 7, 8, 70

_BY_HTTP = {400: 2, 413: 2, 415: 2, 422: 3, 409: 3, 429: 3, 404: 4, 401: 5, 403: 5, 503: 6}


class Code(enum.StrEnum):
    """Refusal codes; the value is the word on every wire."""

    MALFORMED_JSON = "MALFORMED_JSON"
    TYPE_ERROR = "TYPE_ERROR"
    NUMBER_FORMAT = "NUMBER_FORMAT"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    ENUM_ERROR = "ENUM_ERROR"
    MISSING_FIELD = "MISSING_FIELD"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"
    WRONG_ASSET_CLASS = "WRONG_ASSET_CLASS"
    PRECISION_EXCEEDED = "PRECISION_EXCEEDED"
    BAD_CONTRACT_CODE = "BAD_CONTRACT_CODE"
    INCONSISTENT_FIELDS = "INCONSISTENT_FIELDS"
    NOT_TRADABLE = "NOT_TRADABLE"
    EXCHANGE_CLOSED = "EXCHANGE_CLOSED"
    INSUFFICIENT_MARGIN = "INSUFFICIENT_MARGIN"
    CONCENTRATION_LIMIT = "CONCENTRATION_LIMIT"
    LIQUIDITY_HALT = "LIQUIDITY_HALT"
    WOULD_CROSS = "WOULD_CROSS"
    WOULD_NOT_REDUCE = "WOULD_NOT_REDUCE"
    PRICE_BAND = "PRICE_BAND"
    ORDER_LIMIT = "ORDER_LIMIT"
    NO_LOCATE = "NO_LOCATE"
    UNKNOWN_ALGO = "UNKNOWN_ALGO"
    UNKNOWN_ALERT = "UNKNOWN_ALERT"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    UNKNOWN_TOOL = "UNKNOWN_TOOL"
    PROPOSAL_UNKNOWN = "PROPOSAL_UNKNOWN"
    TOO_LARGE = "TOO_LARGE"
    BAD_ENVELOPE = "BAD_ENVELOPE"
    KEY_TYPE = "KEY_TYPE"
    BAD_NAMESPACE = "BAD_NAMESPACE"
    BAD_CANONICAL = "BAD_CANONICAL"
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
    PROPOSAL_STATE = "PROPOSAL_STATE"
    BAD_IMPORT = "BAD_IMPORT"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    NOT_CANCELLABLE = "NOT_CANCELLABLE"
    RATE_LIMITED = "RATE_LIMITED"
    STALE_MARKET = "STALE_MARKET"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    LEDGER_FAILED = "LEDGER_FAILED"
    ACCOUNT_LOCKED = "ACCOUNT_LOCKED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"

    @property
    def http(self) -> int:
        """HTTP status of this refusal."""
        return _HTTP.get(self, 422)

    @property
    def exit_code(self) -> int:
        """Process exit code of this refusal."""
        return _BY_HTTP[self.http]


_HTTP: dict[Code, int] = {
    Code.MALFORMED_JSON: 400,
    Code.TYPE_ERROR: 400,
    Code.NUMBER_FORMAT: 400,
    Code.OUT_OF_RANGE: 400,
    Code.BAD_IMPORT: 400,
    Code.ENUM_ERROR: 400,
    Code.MISSING_FIELD: 400,
    Code.UNKNOWN_FIELD: 400,
    Code.PRECISION_EXCEEDED: 400,
    Code.INCONSISTENT_FIELDS: 400,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.UNKNOWN_SYMBOL: 404,
    Code.UNKNOWN_ORDER: 404,
    Code.UNKNOWN_ALGO: 404,
    Code.UNKNOWN_ALERT: 404,
    Code.UNKNOWN_KEY: 404,
    Code.UNKNOWN_TOOL: 404,
    Code.PROPOSAL_UNKNOWN: 404,
    Code.TOO_LARGE: 413,
    Code.BAD_ENVELOPE: 400,
    Code.KEY_TYPE: 400,
    Code.BAD_NAMESPACE: 400,
    Code.BAD_CANONICAL: 400,
    Code.WRONG_ENGINE: 403,
    Code.WRONG_EPOCH: 403,
    Code.WRONG_ENV: 403,
    Code.KEY_UNKNOWN: 403,
    Code.KEY_REVOKED: 403,
    Code.KEY_NOT_OWNED: 403,
    Code.KEY_PURPOSE: 403,
    Code.BAD_SIGNATURE: 403,
    Code.NO_PRESENCE: 403,
    Code.COUNTER: 403,
    Code.SIGNER_MISMATCH: 403,
    Code.ACCOUNT_MISMATCH: 403,
    Code.PURPOSE_MISMATCH: 403,
    Code.TICKET_MISMATCH: 403,
    Code.CARD_VERSION: 403,
    Code.CARD_MISMATCH: 403,
    Code.NONCE_UNKNOWN: 403,
    Code.NONCE_MISMATCH: 403,
    Code.NONCE_USED: 409,
    Code.KEY_TAKEN: 409,
    Code.NO_PROOF: 403,
    Code.NOT_AUTHORISED: 403,
    Code.PROPOSAL_STATE: 409,
    Code.IDEMPOTENCY_CONFLICT: 409,
    Code.DUPLICATE_ORDER: 409,
    Code.RATE_LIMITED: 429,
    Code.STALE_MARKET: 503,
    Code.SOURCE_UNAVAILABLE: 503,
    Code.LEDGER_FAILED: 503,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.ACCOUNT_LOCKED: 403,
}


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something is not done, and what would be."""

    code: Code
    message: str
    cause: str = ""
    fix: str = ""
    max_quantity: str | None = None
    field: str | None = None
    detail: str | None = None

    def document(self) -> dict[str, object]:
        """The error document of every wire: {"error": {...}}."""
        body: dict[str, object] = {
            "code": self.code.value,
            "message": self.message,
            "cause": self.cause or self.message,
            "fix": self.fix,
        }
        for key in ("max_quantity", "field", "detail"):
            value = getattr(self, key)
            if value is not None:
                body[key] = value
        body["docs"] = f"vterm help {self.code.value}"
        return {"error": body}


class Refused(Exception):
    """Carries a Refusal out of a call that returns a value (parsing, lookups, clients)."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(code: Code, message: str, **more: str | None) -> Refused:
    """A Refused to raise; keyword arguments are the Refusal's fields."""
    return Refused(Refusal(code=code, message=message, **more))  # type: ignore[arg-type]
