"""The room that a worker lives in: what it may take of the machine, and which of its descriptors are its wire."""

from __future__ import annotations

import os
import resource

MOST_MEMORY = 2 * 1024**3
"""Address space, in bytes; threads and libraries reserve far more than they use."""
MOST_FILES = 64
MOST_CPU_S = 3_600


def shut() -> None:
    """Give up what a worker never needs: files of its own, core dumps, much memory, new rights. Cannot be undone."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU_S),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (bound, bound))
        except (OSError, ValueError):  # a system without this limit: the others hold
            continue


def wire() -> tuple[int, int]:
    """(descriptor to read, descriptor to write): the pipes of the start. What is printed afterwards goes nowhere."""
    reads, writes = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return reads, writes
