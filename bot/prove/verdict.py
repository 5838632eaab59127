"""What the outbox says against what the servers have.  Pure but for reading the store.  May import: store, model.

Lost is what was decided, or promised an answer, and isn't there; doubled is what is there more than once; held is what
nobody can find out and the owner was asked about: there or not, it was neither hidden nor guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.model import OutboxRow, State, TimelineItem
from bot.store import Store

ALL = 1_000_000
"""More rows than any proof has."""

LINK = re.compile(r"https?://\S+")

RESTLESS = (State.PLANNED, State.WAITING, State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one account."""

    platform: str
    kills: int
    posts: int  # decided, replies included
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the promise was kept: nothing lost, nothing doubled."""
        return not self.lost and not self.doubled


def answer_to(mention: object) -> str:
    """What an answer is known by, on every platform."""
    return f"the answer to {mention}"


def known_by(text: str, reply_to: object) -> str:
    """What a post is known by: the mention that it answers, or the link in it."""
    link = LINK.search(text)
    return answer_to(reply_to) if reply_to or not link else link[0]


def judge(
    platform: str,
    kills: int,
    rows: Mapping[str, Sequence[OutboxRow]],
    there: Sequence[str],
    promised: Iterable[str],
    told: frozenset[str],
) -> Verdict:
    """Compare one account's deliveries with what is there.

    `rows` are the deliveries by what they are known by on the platform (a link, or the mention answered); `there` and
    `promised` are known by the same, the latter being answers that are owed; `told` are the subjects of the owner's
    notices.
    """
    counts = Counter(there)
    lost, held = [], []
    for name, ours in rows.items():
        for row in ours:
            what = f"outbox {row.id} ({name})"
            if row.state is State.HELD:
                held.append(what)
                if f"outbox:{row.id}" not in told:
                    lost.append(f"{what} is held, and nobody was told")
            elif row.state is not State.SENT:
                lost.append(f"{what} is {row.state}: {row.reason}")
            elif not counts[name]:
                lost.append(f"{what} is said to be sent, and isn't there")
    lost += [f"{name} was never planned" for name in promised if name not in rows]
    lost += [f"{name} is there, and the bot doesn't know" for name in counts if name not in rows]
    doubled = [f"{name} is there {count} times" for name, count in counts.items() if count > 1]
    posts = sum(map(len, rows.values()))
    return Verdict(
        platform=platform, kills=kills, posts=posts, lost=tuple(lost), doubled=tuple(doubled), held=tuple(held)
    )


def deliveries(store: Store, account: str, *, in_store: bool) -> dict[str, list[OutboxRow]]:
    """An account's deliveries, by what they are known by on its platform."""
    found: dict[str, list[OutboxRow]] = {}
    for row in store.outbox.rows(account=account, limit=ALL):
        if row.mention is None:
            name = row.post.link or row.post.dedupe_key
        elif in_store:
            name = answer_to(store.timeline.id_of_mention(row.mention))
        else:
            name = answer_to(row.post.reply_to)
        found.setdefault(name, []).append(row)
    return found


def shown(items: Iterable[TimelineItem]) -> list[str]:
    """What stands on the local timeline, by what it is known by."""
    return [
        (item.url or item.text) if item.kind == "post" else answer_to(item.in_reply_to)
        for item in items
        if item.kind != "mention"
    ]


def at_rest(store: Store) -> bool:
    """Whether nothing is on its way any more: every delivery is over or asks the owner, every mention was dealt with."""
    return not store.outbox.rows(states=RESTLESS, limit=1) and not store.mentions.pending(1)
