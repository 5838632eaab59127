"""Server software that we didn't write, by package name, each in an environment of its own outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE = 300
"""Seconds for one installation."""


def cache() -> Path:
    """Where installed servers are kept between runs: `$STARFISH_CACHE`, else the user's own cache."""
    named = os.environ.get("STARFISH_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "starfish-tests"


def environment(name: str, *packages: str) -> Path:
    """The `bin` folder of an environment with these packages; skips the test, with the reason, where it can't be had."""
    place = cache() / name
    marker = place / "complete"
    if marker.exists() and marker.read_text("utf-8") == " ".join(packages):
        return place / "bin"
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(place))
        _run(str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    except (OSError, subprocess.SubprocessError) as error:
        words = getattr(error, "stderr", b"") or str(error).encode()
        pytest.skip(f"{' '.join(packages)} can't be installed: {words[-300:].decode('utf-8', 'replace')}")
    marker.write_text(" ".join(packages), "utf-8")
    return place / "bin"


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
