"""The weights of the ranking, one a feature.  May import: nothing.

Written by tests/bench/train_condense.py; run it again after any change to core/features.py.
"""

from __future__ import annotations

WEIGHTS: dict[str, float] = {
    "title_share": 0.20,
    "title_cover": 0.10,
    "position": 0.13,
    "frequency": 0.06,
    "cue": 0.066,
    "centrality": 0.04,
    "length": 0.03,
    "length_square": -0.04,
    "dangles": -0.02,
}
