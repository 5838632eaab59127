"""Which of the due feeds to begin with: in their order, and no host takes the places of others.  Pure; may import: nothing."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterable

HOST_AT_ONCE = 2
"""Polls of one host that are worth having under way: as many requests as it gets at once."""


class Line:
    """Due feeds, waiting for their turn; taking some costs what is taken, however many wait."""

    def __init__(self, due: Iterable[str] = ()) -> None:
        self._hosts: dict[str, deque[tuple[int, str]]] = {}
        self._heads: list[tuple[int, str]] = []  # the first place of each host: a heap
        self._places = 0
        self._waiting: set[str] = set()
        self.join(due)

    def join(self, due: Iterable[str]) -> None:
        """Let more wait, behind all others; who waits already keeps their place."""
        for url in due:
            if url in self._waiting:
                continue
            host = _host(url)
            if host not in self._hosts:
                self._hosts[host] = deque()
                heapq.heappush(self._heads, (self._places, host))
            self._hosts[host].append((self._places, url))
            self._places += 1
            self._waiting.add(url)

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, flying: Iterable[str], room: int) -> list[str]:
        """Take those to begin with out of the line: at most two of a host at once, those under way included.

        More of one host would only wait for its turn, and keep the places of feeds on other hosts.
        """
        busy = Counter(map(_host, flying))
        taken: list[str] = []
        aside: list[tuple[int, str]] = []
        while self._heads and len(taken) < room:
            head = heapq.heappop(self._heads)
            host = head[1]
            if busy[host] >= HOST_AT_ONCE:
                aside.append(head)
                continue
            waiting = self._hosts[host]
            busy[host] += 1
            taken.append(waiting.popleft()[1])
            if waiting:
                heapq.heappush(self._heads, (waiting[0][0], host))
            else:
                del self._hosts[host]
        for head in aside:
            heapq.heappush(self._heads, head)
        self._waiting.difference_update(taken)
        return taken


def _host(url: str) -> str:
    """The name and port of an address, as far as its text tells."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
