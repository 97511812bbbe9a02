"""The framework's compositor, asked for less: of an update only the rows and widgets that changed.

Textual 8 renders every line of every widget within the rectangle around all changes, and cuts each of them up; a price
that moves at the top and another at the bottom paint the whole screen. What is here gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import cast

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

Span = tuple[int, int]
Chops = dict[int, Strip | None]


class SpanCompositor(Compositor):
    """Renders the spans that changed. Built on private parts of the framework, whose version is pinned."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update, or None."""
        regions = self._dirty_regions.copy()
        self._dirty_regions.clear()
        width, height = self.size
        spans = [
            (y, max(0, x1), min(width, x2)) for y, x1, x2 in self._regions_to_spans(regions)
            if 0 <= y < height and x1 < width and x2 > 0
        ]  # fmt: skip
        if not spans:
            return None
        wanted: dict[int, list[Span]] = {}
        for y, x1, x2 in spans:
            wanted.setdefault(y, []).append((x1, x2))
        return ChopsUpdate(self._chops_of(wanted), spans, [cuts[1:] for cuts in self.cuts])

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        """The framework's own question, for a whole screen."""
        found = self._chops_of({y: [crop.column_span] for y in crop.line_range if is_rendered_line(y)})
        return cast("Sequence[Mapping[int, Strip]]", found)  # its own word for pieces that may be missing

    def _chops_of(self, wanted: dict[int, list[Span]]) -> list[Chops]:
        """The screen in pieces between the edges of widgets, filled where a row is wanted, from front to back."""
        cuts = self.cuts
        chops: list[Chops] = [dict.fromkeys(row[:-1]) for row in cuts]
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            left, right = seen.x, seen.right
            rows = [
                y for y, spans in wanted.items()
                if seen.y <= y < seen.bottom and _missing(chops[y], cuts[y], spans, left, right)
            ]  # fmt: skip
            for first, after in _runs(rows):
                crop = Region(left - region.x, first - region.y, seen.width, after - first)
                for y, strip in zip(range(first, after), widget.render_lines(crop), strict=False):
                    edges = [cut for cut in cuts[y] if left <= cut <= right]
                    row = chops[y]
                    # A strip that is divided into itself remembers itself, and only a collection would let it go.
                    whole = len(edges) == 2 and strip.cell_length == edges[1] - left
                    pieces = (strip,) if whole else strip.divide([cut - left for cut in edges[1:]])
                    for edge, piece in zip(edges, pieces, strict=False):
                        if row[edge] is None:
                            row[edge] = piece
        return chops


def _missing(row: Chops, cuts: list[int], spans: list[Span], left: int, right: int) -> bool:
    """Whether a widget between two columns has something to show in spans that nothing before it has covered."""
    for at, cut in enumerate(cuts[:-1]):
        if left <= cut < right and row[cut] is None:
            end = cuts[at + 1]
            if any(cut < x2 and end > x1 for x1, x2 in spans):
                return True
    return False


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rows that follow each other, as (first, one after the last)."""
    first = after = -1
    for y in sorted(rows):
        if y != after:
            if after > first:
                yield first, after
            first = y
        after = y + 1
    if after > first:
        yield first, after
