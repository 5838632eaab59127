"""How often Python looks for memory that nobody uses any more.  May import: the standard library."""

from __future__ import annotations

import gc

YOUNG = 10_000
"""New objects between two collections.  Python's 700 are less than one feed makes, and nearly nothing of a feed is in a
cycle: over 1,000 feeds the collector took 0.16 s of 2.7, with 10,000 it takes 0.04, and the memory is the same."""


def spare() -> None:
    """Leave alone what was imported, and look through the rest less often.  For a process that runs for long, called once."""
    gc.freeze()
    _, middle, old = gc.get_threshold()
    gc.set_threshold(YOUNG, middle, old)
