"""Which of the due feeds to begin with."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.line import Line


def test_one_host_never_takes_all_the_places() -> None:
    """A hundred due feeds of one host and one of another: both hosts begin at once."""
    crowd = [f"https://Videos.example/{number}" for number in range(100)]
    due = [*crowd, "https://blog.example/feed", "https://blog.example:8080/feed"]
    assert Line(due).take([], 50) == [*crowd[:2], *due[-2:]]
    assert Line(due).take(crowd[:1], 50) == [crowd[0], *due[-2:]]
    assert Line(due).take([*crowd[:2], due[-1]], 1) == ["https://blog.example/feed"]
    assert Line(due).take([], 0) == []


@given(
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=30),
    st.lists(st.sampled_from(["a", "b"]), max_size=5),
    st.integers(0, 9),
)
def test_turns_are_in_order_and_within_bounds(hosts: list[str], under_way: list[str], room: int) -> None:
    """Never more than there is room for, never a third of a host, and the first due one of a free host is in."""
    due = [f"http://{host}.example/{number}" for number, host in enumerate(hosts)]
    flying = [f"http://{host}.example/x" for host in under_way]
    chosen = Line(due).take(flying, room)
    assert len(chosen) <= room
    assert chosen == [url for url in due if url in chosen]
    for host in "abc":
        of_host = sum(f"/{host}." in url for url in chosen)
        assert of_host <= max(0, 2 - under_way.count(host))
    if room and due and due[0][7] not in under_way:
        assert chosen[0] == due[0]


def test_the_line_moves_on() -> None:
    """What was taken is gone; a host that was busy gets its turn, in the old order, once it is free."""
    line = Line([f"https://one.example/{number}" for number in range(5)] + ["https://two.example/"])
    assert line.take([], 50) == ["https://one.example/0", "https://one.example/1", "https://two.example/"]
    assert line.take(["https://one.example/0", "https://one.example/1"], 50) == []
    assert len(line) == 3
    assert line.take(["https://one.example/1"], 50) == ["https://one.example/2"]
    assert line.take([], 50) == ["https://one.example/3", "https://one.example/4"]
    assert (len(line), line.take([], 50)) == (0, [])


def test_who_joins_stands_behind_and_once() -> None:
    """Joining again changes no place; after a turn one may wait again."""
    line = Line(["http://a.example/1", "http://b.example/1"])
    line.join(["http://b.example/1", "http://c.example/1", "http://a.example/2"])
    assert len(line) == 4
    assert line.take([], 3) == ["http://a.example/1", "http://b.example/1", "http://c.example/1"]
    line.join(["http://b.example/1"])
    assert line.take([], 3) == ["http://a.example/2", "http://b.example/1"]


@given(st.lists(st.sampled_from("abcde"), max_size=60), st.integers(1, 7))
def test_nothing_starves(hosts: list[str], room: int) -> None:
    """Round after round every feed gets its turn, once; within a host in its order."""
    due = [f"http://{host}.example/{number:02}" for number, host in enumerate(hosts)]
    line, taken = Line(due), list[str]()
    while len(line):
        some = line.take([], room)
        assert some
        taken += some
    assert sorted(taken) == sorted(due)
    for host in "abcde":
        of_host = [url for url in taken if f"/{host}." in url]
        assert of_host == sorted(of_host)
