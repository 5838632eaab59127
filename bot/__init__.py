"""Starfish: reads your feeds, shares the worthwhile bits, answers everyone.  Read `share`, `answer`, `deliver` first."""

__version__ = "0.1.0"
