"""The price-level book against its naive twin, and its own small promises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.book.levels import Book
from engine.book.naive import NaiveBook

_levels = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), max_size=6)
_batches = st.lists(st.tuples(_levels, _levels), max_size=25)


@given(_batches, st.sampled_from([0, 1, 3, 10]))
def test_it_holds_what_the_naive_twin_holds(batches: list[tuple[list[tuple[int, int]], ...]], depth: int) -> None:
    book, twin = Book(depth), NaiveBook(depth)
    for bids, asks in batches:
        assert book.apply(bids, asks) == twin.apply(bids, asks)
        assert book.top(20) == twin.top(20)
        assert (book.bids.best(), book.asks.best()) == tuple(side[0] if side else None for side in twin.top(1))


@given(_levels, _levels)
def test_a_snapshot_replaces_everything(bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> None:
    book, twin = Book(), NaiveBook()
    book.apply([(5, 5)], [(6, 6)])
    book.replace(bids, asks)
    twin.apply([level for level in bids if dict(bids)[level[0]]], [level for level in asks if dict(asks)[level[0]]])
    assert book.bids.prices() == {price for price, size in bids if size}
    assert book.asks.prices() == {price for price, size in asks if size}
    assert len(book.bids) == len(book.bids.prices())


def test_crossed_means_bid_at_or_above_ask() -> None:
    book = Book()
    assert not book.crossed()
    book.apply([(10, 1)], [(11, 1)])
    assert not book.crossed()
    book.apply([(11, 1)], [])
    assert book.crossed()


def test_depth_drops_the_worst_and_forgets_their_sizes() -> None:
    book = Book()
    book.replace([(1, 1), (2, 2), (3, 3)], [(4, 4), (5, 5), (6, 6)], depth=2)
    assert book.top(9) == ([(3, 3), (2, 2)], [(4, 4), (5, 5)])
    assert book.bids.size(1) == 0
    assert book.apply([(1, 0)], []) == 1


def test_clear_leaves_nothing() -> None:
    book = Book(5)
    book.apply([(1, 1)], [(2, 2)])
    book.clear()
    assert book.top(3) == ([], [])
    assert book.bids.best() is None
    assert book.top(0) == ([], [])
