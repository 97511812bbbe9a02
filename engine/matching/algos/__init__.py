"""Execution algorithms: large orders sent in pieces over time, each piece an order that everybody can see."""

from engine.matching.algos.desk import Algos

__all__ = ["Algos"]
