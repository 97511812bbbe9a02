"""The file of conversations: searched, bounded, dropped; and foreign text of every kind in turns and rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.wire import Answered, Called, Note, Proposed
from engine.model.refusal import Refused
from tests.fake_companion import PROPOSAL
from tests.unit.test_tui_strings import OWN, SAMPLES
from vterm.chat import MOST_TEXT, Turn, turn_of
from vterm.chat_markdown import painted
from vterm.chat_rows import Keys, turn_rows
from vterm.conversations import Conversations
from vterm.paint import plain, unarmed, width

FOREIGN = {**OWN, **{name: str(row.get("text") or row.get("input") or row) for name, row in SAMPLES.items()}}


def test_search_takes_words_as_words_and_the_newest_first(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    for n, words in enumerate(("gold and oil", 'a "quoted" NEAR(thing', "gold again")):
        store.keep(f"t{n}", words, "2026-11-23T10:00:00Z", (f"a{n}", 0, "{}"), words)
    assert [row.id for row in store.listed()] == ["t2", "t1", "t0"]
    assert [row.id for row in store.listed("gol")] == ["t2", "t0"]
    assert [row.id for row in store.listed('"quoted" NEAR(')] == ["t1"]
    assert store.listed("gold AND nothing") == [] and store.listed('" OR talk:*') == []
    store.drop("t2")
    assert [row.id for row in store.listed("gold")] == ["t0"] and store.turns("t2") == []
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_the_oldest_is_dropped_and_one_that_is_too_long_loses_its_first_turns(tmp_path: Path) -> None:
    store = Conversations(tmp_path, most_bytes=1_000)
    for n in range(5):
        store.keep(f"t{n}", "x", "", (f"a{n}", 0, "y" * 400), "x")
    assert [row.id for row in store.listed()] == ["t4", "t3"]
    for n in range(5):
        store.keep("long", "x", "", (f"b{n}", n, f"{n}" * 400), "x")
    assert [row.id for row in store.listed()] == ["long"]
    assert [body[0] for body in store.turns("long")] == ["3", "4"]


def test_tokens_count_by_day(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    assert [store.spend("d1", 5), store.spend("d1", 7), store.spend("d2", 1), store.spend("d1", 0)] == [5, 12, 1, 0]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(Refused):
        Conversations(tmp_path).listed()


@pytest.mark.parametrize("name", sorted(FOREIGN))
def test_foreign_text_is_safe_in_every_field_and_after_it_was_kept(name: str) -> None:
    text = FOREIGN[name]
    turn = Turn("id", "question")
    turn.called(Called("id", 1, text, {text: text}, False, 1.0, text, {"code": text, "message": text, "fix": text}))
    turn.say(text + "\n\n| a | b |\n|---|---|\n| " + text + " | 1 |\n\n```\n" + text)
    turn.proposed(Proposed("id", {**PROPOSAL, "summary": text, "status": text, "purpose": text}).proposal)
    turn.note(Note("id", text).text)
    cited = {"n": 1, "what": text, "at": text, "origin": text}
    answer = {"text": text, "citations": [cited], "offline": False}
    refusal = {"code": text, "message": text, "fix": text}
    turn.answered(Answered("id", answer, (text,), (text,), {}, "failed", refusal))
    for one in (turn, turn_of(turn.document())):
        for cells in (30, 56, 110):
            for row in turn_rows(one, cells, frozenset({"id:1"}), Keys()):
                assert unarmed(plain(row.line)) == plain(row.line), name
                assert width(row.line) <= cells, (name, plain(row.line))


def test_what_is_no_turn_is_refused_and_one_that_ran_was_stopped() -> None:
    for bad in ("{}", "[]", "nonsense", '{"calls": [1], "cards": []}'):
        with pytest.raises(ValueError):
            turn_of(bad)
    assert turn_of(Turn("a", "b").document()).ended == "stopped"


def test_an_answer_without_end_is_cut_once() -> None:
    turn = Turn("a", "b")
    for _ in range(100):
        turn.say("x" * 4_000)
    assert turn.cut and len(turn.text) < MOST_TEXT + 100 and turn.text.count("was cut") == 1


def test_blocks_are_painted_as_what_they_are() -> None:
    lines = [plain(line).rstrip() for line in painted("# Head\none\ntwo\n- a\n  - b\n3. c\n> q\n---", 20)]
    assert lines == ["Head", "one", "two", "• a", "  • b", "3. c", "▌ q", "─" * 20]
