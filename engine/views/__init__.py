"""The only read surface: the kernel's present state as documents. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from engine.documents import Document
from engine.kernel import Kernel
from engine.views.alerts import AlertView
from engine.views.checks import CheckView
from engine.views.history import HistoryView
from engine.views.holders import account_rows
from engine.views.markets import MarketsView
from engine.views.plans import PlanView
from engine.views.progress import ProgressView
from engine.views.proposals import ProposalView
from engine.views.research import ResearchView
from engine.views.statement import StatementView
from engine.views.study import StudyView

__all__ = ["View"]


class View(
    AlertView, StatementView, HistoryView, StudyView, ProgressView, PlanView, CheckView, ProposalView, MarketsView,
    ResearchView,
):  # fmt: skip
    """Everything that can be read of one desk."""

    def __init__(self, kernel: Kernel, clock: Callable[[], Document]) -> None:
        super().__init__(kernel)
        self._clock = clock

    def clock(self) -> Document:
        """The market's clock."""
        return self._clock()

    def account_list(self) -> Document:
        """All accounts of the desk, a line each."""
        return account_rows(self)
