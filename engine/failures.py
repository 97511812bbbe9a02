"""Every way in which a desk can fail, as one document, an HTTP status and an exit code."""

from __future__ import annotations

import errno
from typing import Any

from engine.home import HomeError
from engine.model.refusal import Refused
from engine.ports import IntegrityError, StoreError


def failure(error: BaseException) -> tuple[dict[str, Any], int, int] | None:
    """(error document, HTTP status, exit code) of an expected failure; None means that it is a bug."""
    if isinstance(error, Refused):
        code = error.refusal.code
        return error.refusal.document(), code.http, code.exit_code
    if isinstance(error, HomeError):
        return document(error.code, error.message, error.fix), 503, error.exit_code
    if isinstance(error, IntegrityError):
        fix = "nothing was changed; `vterm audit` says where it breaks, then restore a copy of the home"
        return document("INTEGRITY_FAILED", str(error), fix), 503, 8
    if isinstance(error, StoreError):
        fix = "nothing was written; free space or rights for the home, then try again"
        return document("STORE_FAILED", str(error), fix), 503, 6
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return document("STORE_FAILED", f"cannot write: {error.strerror}", "free some space, then try again"), 503, 6
    if hasattr(error, "document") and hasattr(error, "exit_code"):  # a DataError of a recorded file
        return error.document(), 400, int(error.exit_code)
    return None


def document(code: str, message: str, fix: str = "", cause: str = "") -> dict[str, Any]:
    """An error document for what is not a refusal of the engine."""
    body = {"code": code, "message": message, "cause": cause or message, "fix": fix}
    return {"error": {**body, "docs": f"vterm help {code}"}}
