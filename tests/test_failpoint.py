from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot import failpoint

ROOT = Path(__file__).parents[1]


def passing(code: str, order: str = "") -> subprocess.CompletedProcess[str]:
    """Run some code in a process of its own, with an order to die."""
    return subprocess.run(
        [sys.executable, "-c", f"from bot import failpoint\n{code}\nprint('alive')"],
        cwd=ROOT,
        env={failpoint.VARIABLE: order, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_an_order_every_point_is_passed() -> None:
    """What nobody asked to die goes on, through points and stretches."""
    code = "failpoint.point('in_decide')\nwith failpoint.during('mid_request') as last: print(last)"
    assert passing(code).stdout.split() == ["False", "alive"]


@pytest.mark.parametrize(("order", "survived"), [("in_decide", 0), ("in_decide:1", 0), ("in_decide:3", 2)])
def test_it_dies_at_the_nth_passing_and_not_before(order: str, survived: int) -> None:
    """By SIGKILL, in the middle of whatever was going on."""
    done = passing("for turn in range(9):\n    failpoint.point('in_decide')\n    print(turn, flush=True)", order)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == [str(turn) for turn in range(survived)]


def test_another_point_is_passed() -> None:
    """An order names one point only."""
    assert passing("failpoint.point('before_sending')", "in_decide:1").stdout.split() == ["alive"]


def test_a_stretch_ends_a_moment_after_its_beginning() -> None:
    """The stretch that dies knows it, so that it can do what is to be interrupted."""
    code = "import time\nwith failpoint.during('mid_request', 0.5) as last:\n    print(last, flush=True)\n    time.sleep(30)"
    done = passing(code, "mid_request")
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == ["True"]


@pytest.mark.parametrize("order", ["nowhere", "in_decide:soon", "in_decide:-1"])
def test_an_order_that_means_nothing_is_refused(order: str) -> None:
    """With the names that there are, before anything begins."""
    with pytest.raises(ValueError, match="should be one of in_decide"):
        failpoint.arm(order)


def test_every_point_stands_in_the_program() -> None:
    """What the list promises is in the code, and the other way round."""
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py") if path.name != "failpoint.py")
    for name in failpoint.POINTS:
        assert f'failpoint.point("{name}")' in sources or f'failpoint.during("{name}"' in sources, name
