"""Which files a child may still read once it reads foreign bytes."""

from __future__ import annotations

import encodings
import json
import sys
from pathlib import Path

import pytest

from bot.worker.landlock import code


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of `sys.path` that holds code and secrets side by side, and two that hold libraries."""
    monkeypatch.setattr(sys, "path", [*(str(tmp_path / name) for name in ("", "site-packages", "lxml.whl")), *sys.path])
    return tmp_path


def test_of_a_checkout_only_the_named_packages_are_code(checkout: Path) -> None:
    """A bot that is started beside its secrets keeps them from its children."""
    within = {path for path in code(["bot", "odd_jobs"]) if path.is_relative_to(checkout)}
    assert within == {
        checkout / "site-packages",
        checkout / "lxml.whl",
        *(checkout / name for name in ("bot", "bot.py", "odd_jobs", "odd_jobs.py")),
    }


def test_the_running_python_is_code() -> None:
    """What this very test imported stands where a child may read, or in a package of its own."""
    places = code(["bot", "tests"])
    assert Path(pytest.__file__).is_relative_to(next(place for place in places if place.name == "site-packages"))
    for module in (json, encodings):
        assert any(Path(str(module.__file__)).is_relative_to(place) for place in places)


def test_nobodys_home_is_code() -> None:
    """No place is so wide that a person's or a service's own folders lie in it."""
    for place in code(["bot"]):
        assert not Path.home().is_relative_to(place)
        assert not any(Path(own).is_relative_to(place) for own in ("/etc/passwd", "/var/lib/starfish", "/proc/self"))
