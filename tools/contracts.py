"""An import-linter contract that may name rooms which are not built yet."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.domain.contract import ContractCheck
from importlinter.domain.imports import ModuleExpression


class ForbiddenIfPresent(ForbiddenContract):
    """As `forbidden`, but an absent module of ours is passed over instead of being an error.

    tests/architecture checks that every name used here is a room of the layers contract, so that a
    misspelt one cannot hide.
    """

    type_name = "forbidden_if_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check what is there."""
        self.source_modules = self._present(graph, self.source_modules)
        self.forbidden_modules = self._present(graph, self.forbidden_modules)
        return super().check(graph, verbose)

    def _present(self, graph: ImportGraph, names: object) -> set[ModuleExpression]:
        ours = set(self.session_options["root_packages"])
        expressions = names if isinstance(names, set) else set()
        return {
            one for one in expressions if one.expression.split(".")[0] not in ours or one.expression in graph.modules
        }
