"""The sandboxed child processes for slow or hostile documents.  May import: model, errors.

What is parsed, extracted or condensed here can be slow, hungry or deadly to its parser; the event loop never does it.
A child is started by exec, never by fork (a forked child would keep the process lock), knows a closed list of jobs,
lives within limits of memory and computing time, and dies with its parent.
"""

from bot.worker.bounds import JOBS, Bounds
from bot.worker.pool import Worker

__all__ = ["JOBS", "Bounds", "Worker"]
