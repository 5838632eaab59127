"""What the owner decides about a delivery: other words for it, or taking it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.deciding import edited, retract
from bot.errors import UsageError
from bot.model import Limits, OutboxRow, Post, Receipt, State
from bot.store import Store, open_store
from tests.servers.fixtures import START
from tests.servers.small_bot import LOCAL, read_config, write_config

LINK = "https://example.com/article"
HOOK = '[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/"\n'


def row(text: str = "Words.", link: str | None = LINK) -> OutboxRow:
    """A draft."""
    return OutboxRow(
        id=1,
        post=Post(account="timeline", text=text, link=link, dedupe_key="k"),
        kind="post",
        state=State.DRAFT,
        created_at=START,
    )


@pytest.mark.parametrize(
    ("text", "limits", "words"),
    [
        ("  My own.  ", None, f"My own.\n{LINK}"),
        (f"See {LINK} for it.", Limits(max_length=60), f"See {LINK} for it."),
    ],
)
def test_the_owners_words_keep_the_link(text: str, limits: Limits | None, words: str) -> None:
    """It is added where they left it out, and stays where they put it."""
    assert edited(row(), text, limits) == words


@pytest.mark.parametrize(("text", "why"), [("  \n", "needs words"), ("x" * 20, "48 long, and timeline takes 40")])
def test_words_that_make_no_post_are_refused(text: str, why: str) -> None:
    """None at all, or too many with the link that must stay: the sentence says how long it is."""
    with pytest.raises(UsageError, match=why):
        edited(row(), text, Limits(max_length=40))


def planned(store: Store, account: str, link: str = LINK) -> int:
    """A post that waits to be sent."""
    post = Post(account=account, text=f"Words.\n{link}", link=link, dedupe_key="example.com/article")
    number = store.outbox.put(post, "post", now=START)
    assert number is not None
    return number


async def retracted(folder: Path, state: State, account: str = "timeline") -> tuple[list[str], State]:
    """Take a link back whose delivery stands in a state; gives what is said, and the state after it."""
    settings = read_config(folder)
    with open_store(settings.bot.database, mode="run", now=START) as store:
        number = planned(store, account)
        if state is not State.PLANNED:
            assert store.outbox.claim(account, now=START) is not None
        if state is State.SENT:
            store.outbox.settle_sent(number, Receipt(remote_id="1", note="answered"), now=START)
        elif state is State.REFUSED:
            store.outbox.settle_refused(number, "no", now=START)
    with open_store(settings.bot.database, mode="write", now=START) as store:
        told = await retract(LINK, settings, store)
        after = store.outbox.row(number)
    assert after is not None
    return told, after.state


@pytest.mark.parametrize(
    ("state", "account", "said", "after"),
    [
        (State.PLANNED, "timeline", "is taken back", State.WITHDRAWN),
        (State.SENT, "timeline", "is taken back", State.WITHDRAWN),
        (State.SENDING, "timeline", "in doubt; ask again", State.SENDING),
        (State.REFUSED, "timeline", "is taken back", State.WITHDRAWN),
        (State.PLANNED, "hook", "is taken back", State.WITHDRAWN),
        (State.SENT, "hook", "delete it there by hand", State.SENT),
    ],
)
async def test_each_state_is_taken_back_as_far_as_it_goes(
    tmp_path: Path, state: State, account: str, said: str, after: State
) -> None:
    """What waits never goes out, what stands on our timeline goes, and nobody is told that a stranger's server forgot."""
    told, now = await retracted(write_config(tmp_path / "config", accounts=LOCAL + HOOK), state, account)
    (line,) = told
    assert line.startswith(f"{account}: outbox 1 ")
    assert said in line
    assert now is after


async def test_what_is_gone_cannot_be_taken_back_again(tmp_path: Path) -> None:
    """A second word finds nothing, and says so."""
    folder = write_config(tmp_path / "config")
    await retracted(folder, State.PLANNED)
    settings = read_config(folder)
    with open_store(settings.bot.database, mode="write", now=START) as store:
        assert await retract(LINK, settings, store) == [
            "timeline: outbox 1 is withdrawn; there is nothing to take back"
        ]


async def test_what_was_never_posted_cannot_be_taken_back(tmp_path: Path) -> None:
    """The user's mistake, with where to look."""
    settings = read_config(write_config(tmp_path / "config"))
    with (
        open_store(settings.bot.database, mode="run", now=START) as store,
        pytest.raises(UsageError, match="was not posted; see: starfish why"),
    ):
        await retract(LINK, settings, store)
