"""What an error document of an engine means to a client."""

from __future__ import annotations

from engine.desk import DeskUnreachable, Document
from engine.model.refusal import Code, Refusal, Refused


def refused_by(document: Document) -> Exception:
    """The exception of an error document: Refused, or DeskUnreachable where the engine itself is in trouble."""
    error = dict(document["error"])
    error.pop("docs", None)
    try:
        code = Code(error.pop("code"))
    except ValueError:
        return DeskUnreachable(str(error["message"]))
    known = {name: error[name] for name in Refusal.__struct_fields__ if name in error}
    return Refused(Refusal(code=code, **known))
