"""Read in any cuts, with anything read twice, the journal leaves the same bytes and the same notices."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.progression.deeds import Deeds
from engine.progression.tracker import Progress
from tests.progression_journal import RULES, Journal

ACTS = st.one_of(
    st.tuples(st.just("fill"), st.sampled_from([1, -1]), st.sampled_from([500, 2_000, 50_000]), st.integers(-50, 50)),
    st.tuples(st.just("wait"), st.sampled_from([1, 59, 61, 7_000, 90_000])),
    st.tuples(st.just("jump"), st.integers(1, 9)),
    st.tuples(st.just("note"), st.sampled_from(["planned", "asked", "reviewed"])),
    st.tuples(st.just("midnight")),
    st.tuples(st.just("reward")),
    st.tuples(st.just("reset")),
)


def write(acts: list[tuple[object, ...]]) -> Journal:
    journal = Journal()
    for name, *rest in acts:
        if name == "fill":
            journal.fill(int(str(rest[0])), int(str(rest[1])), realised=int(str(rest[2])))
        elif name in ("wait", "jump"):
            getattr(journal, str(name))(rest[0])
        elif name == "note":
            journal.say("note", account="main", activity=rest[0], subject="AAPL", text="x")
        elif name == "midnight":
            journal.midnight()
        elif name == "reward":
            journal.say("reward", account="main", ref="first@", amount=1)
        else:
            journal.say("reset_account", account="main", cash=10**12)
    return journal


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=25), st.lists(st.integers(0, 60), max_size=6))
def test_any_cuts_leave_the_same(acts: list[tuple[object, ...]], cuts: list[int]) -> None:
    journal = write(acts)
    read, count = b"", b""
    told, notices, names = [], [], set()
    for number, entry in enumerate(journal.entries):
        deeds, progress = Deeds({}, read), Progress(RULES, count)
        again = journal.entries[max(0, number - 2) : number] if number in cuts else []
        for one in (*again, entry):
            for deed in deeds.take(one):
                told.append(deed)
                notices += progress.take(deed)
                assert progress.take(deed) == []
                assert (deed.seq, deed.n) not in names
                names.add((deed.seq, deed.n))
        read, count = deeds.snapshot(), progress.snapshot()
    assert told == journal.told
    assert notices == journal.notices
    assert (read, count) == (journal.deeds.snapshot(), journal.progress.snapshot())
