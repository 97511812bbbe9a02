"""Deeds of commands that trade nothing: what was viewed, asked, planned, written, liked, watched, signed, claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.progression.deed import word
from engine.progression.memory import Book

NOTES = {
    "viewed": "viewed",
    "asked": "asked",
    "quizzed": "quiz_done",
    "planned": "plan_made",
    "reviewed": "review_written",
    "noted": "note_written",
    "watched": "watch_added",
    "login": "login",
}
"""The activity of a `note` command, and the deed it is."""

Body = Mapping[str, Any]
Said = tuple[str, dict[str, str]]


def _note(body: Body, book: Book) -> Said | None:
    kind = NOTES.get(str(body.get("activity", "")))
    subject, text = str(body.get("subject", "")), str(body.get("text", ""))
    if kind is None:
        return None
    data = {"subject": subject, "text": text, "symbol": str(body.get("symbol", "")) or subject.partition(" ")[0]}
    if kind == "login":
        data = {}
    if kind == "plan_made":
        book.plans[data["symbol"]] = int(body.get("at", 0))
    if kind == "review_written":
        data["after_loss"] = word(book.lost.get(data["symbol"], False))
    if kind == "quiz_done":
        right, _, asked = text.partition("/")
        data = {"topic": subject, "subject": subject, "text": text}
        if right.isdecimal() and asked.isdecimal() and 0 < int(asked) <= 100 and int(right) <= int(asked):
            data |= {"right": right, "asked": asked, "pct": str(100 * int(right) // int(asked))}
    return kind, data


def _idea(kind: str) -> Callable[[Body, Book], Said]:
    def said(body: Body, book: Book) -> Said:
        names = ("idea", "symbol", "sentiment", "author")
        return kind, {
            **{name: str(body.get(name, "")) for name in names},
            "own": word(body.get("author", "") == body.get("account", "")),
        }

    return said


def _alert(body: Body, _: Book) -> Said:
    alert = body.get("alert", {})
    return "alert_set", {"symbol": str(alert.get("symbol", "")), "alert": str(alert.get("kind", ""))}


def _proposal(kind: str) -> Callable[[Body, Book], Said]:
    def said(body: Body, book: Book) -> Said:
        return kind, {"proposal": str(body.get("proposal_id", ""))}

    return said


def _reward(body: Body, book: Book) -> Said:
    mission, sign, window = str(body.get("ref", "")).partition("@")
    return "claimed", {"mission": mission, "window": window if sign else ""}


def _contest(kind: str) -> Callable[[Body, Book], Said]:
    def said(body: Body, book: Book) -> Said:
        names = ("contest", "format", "place", "entrants", "disqualified")
        return kind, {name: str(body[name]) for name in names if name in body}

    return said


SAID: dict[str, Callable[[Body, Book], Said | None]] = {
    "note": _note,
    "post_idea": _idea("idea_posted"),
    "like_idea": _idea("idea_liked"),
    "comment_idea": _idea("idea_commented"),
    "set_alert": _alert,
    "accept": _proposal("proposal_signed"),
    "decline": _proposal("proposal_declined"),
    "reward": _reward,
    "enter_contest": _contest("contest_entered"),
    "end_contest": _contest("contest_ended"),
}
"""By the tag of a command what it says."""
