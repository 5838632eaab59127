"""The optional sense of meaning behind `like` (extra `semantic`): small static word vectors, loaded from their package.

May import: core, and wordllama and numpy, where the extra is installed.  Nothing is ever downloaded: the model's own loader looks
into a folder that its wheel doesn't have and then asks the network, so the package's folder is named and downloads are
forbidden.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.core.like import Sense

_MODEL = "wordllama"


def available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec(_MODEL) is not None


def sense() -> Sense | None:
    """Load the vectors (about 0.4 s and 60 MB, once); None where the extra isn't installed."""
    found = importlib.util.find_spec(_MODEL)
    if found is None or found.origin is None:
        return None
    package: Any = importlib.import_module(_MODEL)
    numpy: Any = importlib.import_module("numpy")
    model = package.WordLlama.load(cache_dir=Path(found.origin).parent, disable_download=True)

    def vectors(sentences: Sequence[str]) -> Any:  # noqa: ANN401 -- an array of numpy, untyped here
        found = model.embed([sentence or " " for sentence in sentences])
        return found / (numpy.linalg.norm(found, axis=1, keepdims=True) + 1e-9)

    def learn(sentences: Sequence[str]) -> Callable[[str], Sequence[float]]:
        known = vectors(sentences)

        def alike(text: str) -> Sequence[float]:
            return list((known @ vectors([text])[0]).tolist())

        return alike

    return learn
