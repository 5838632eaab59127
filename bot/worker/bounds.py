"""What the worker may do, and how much of everything it may take.  May import: errors and the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import FeedUnreadable, PageError, StarfishError

# The closed list of jobs, each a function `(content: bytes, args: dict[str, Any]) -> dict[str, Any]` whose result is
# plain JSON.  Only names: the modules are imported in the child, at the first job of their kind.
JOBS: Mapping[str, str] = {
    "parse": "bot.feeds.parse:parse_job",
    "extract": "bot.articles.extract:extract_job",
    "condense": "bot.core.condense:condense_job",
}

# Failures that a job explains itself: they are raised again on this side, as what they were.
EXPLAINED: Mapping[str, type[StarfishError]] = {"FeedUnreadable": FeedUnreadable, "PageError": PageError}

# How long a child may take to start or to import a job's module: once in its life, and slow on a busy machine.
START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits of one child.  Seconds are seconds of the wall unless the name says otherwise; sizes are bytes.

    The defaults were measured on hostile documents: an honest page takes 0.1 s and 150 MB at most, while 200,000
    attributes on one element, or 100,000 entries, take more than a minute.
    """

    seconds: float = 6.0  # for one job; then SIGKILL
    cpu_seconds: int = 5  # for one job; the kernel ends the child, also when nobody waits any more
    memory: int = 512 << 20  # address space
    files: int = 32  # open at once
    file_size: int = 1 << 20  # of any file it writes: compiled modules, nothing else
    result: int = 16 << 20  # of one job, as JSON
    jobs: int = 500  # then a fresh child takes over, lest small leaks add up
    resident: int = 300 << 20  # a child that stays this large after a job is replaced
