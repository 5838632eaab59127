"""The collector's manners, in a process of their own: they hold for all that comes later in it."""

from __future__ import annotations

import subprocess
import sys


def test_what_was_imported_is_never_looked_through_and_the_rest_seldom() -> None:
    """After it many objects are out of the collector's sight, and thousands of new ones start no collection."""
    program = (
        "import gc; from bot.app.collector import spare; spare(); frozen = gc.get_freeze_count();"
        "before = gc.get_stats()[0]['collections']; kept = [[] for _ in range(5_000)];"
        "print(frozen > 1_000, gc.get_stats()[0]['collections'] - before, gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0", "True"]
