from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import deliver
from bot.errors import TooLong
from bot.model import Post, Receipt, Slot, State
from bot.store import Store
from tests.faults.rig import rig


async def test_posts_go_out_in_their_order_each_once(tmp_path: Path) -> None:
    """One after the other, with a receipt each; delivering again sends nothing again."""
    async with rig(tmp_path, "readable") as bot:
        for name in ("a", "b", "c"):
            await bot.plan("readable", name)
        assert await bot.deliver("readable") == 3
        assert await bot.deliver("readable") == 0
        assert bot.servers["readable"].there() == [f"https://example.com/{name}" for name in "abc"]
        assert [row.receipt.note for row in bot.rows("readable") if row.receipt] == ["answered"] * 3


async def test_one_accounts_trouble_never_delays_another(tmp_path: Path) -> None:
    """Fan-out: the same entry to three accounts, one locked out, one sent away, and the third has it at once."""
    async with rig(tmp_path, "mastodon", "readable", "keyed") as bot:
        for name in ("mastodon", "readable", "keyed"):
            await bot.plan(name, "a")
        bot.servers["mastodon"].troubles.script(["401"])
        bot.servers["readable"].troubles.script(["429 seconds"])
        for name in ("mastodon", "readable", "keyed"):
            await bot.deliver(name)
        assert [bot.states(name) for name in ("mastodon", "readable", "keyed")] == [["planned"], ["waiting"], ["sent"]]


async def test_a_doubtful_post_holds_back_posts_but_no_replies(tmp_path: Path) -> None:
    """Order is kept where it matters; people don't wait for a settle time."""
    async with rig(tmp_path, "readable") as bot:
        server = bot.servers["readable"]
        await bot.plan("readable", "a")
        server.troubles.script(["lost, 500"])
        await bot.deliver("readable")
        await bot.plan("readable", "b")
        await bot.hear("readable", "m1")
        await bot.reply()
        await bot.deliver("readable")
        assert bot.states("readable") == ["unknown", "planned", "sent"]
        await bot.settle("readable")
        assert [one.link for one in server.kept if one.link] == ["https://example.com/a", "https://example.com/b"]


@pytest.mark.parametrize(
    ("policy", "states", "there"), [("hold", ["held"], 1), ("assume_sent", ["sent"], 1), ("resend", ["sent"], 2)]
)
async def test_what_nobody_can_know_is_the_owners_choice(
    tmp_path: Path, policy: str, states: list[str], there: int
) -> None:
    """A post that was kept but answered with 500: held, believed, or sent again, as the account says."""
    async with rig(tmp_path, "blind", more=f'unknown = "{policy}"') as bot:
        await bot.plan("blind", "a")
        bot.servers["blind"].troubles.script(["kept, 500"])
        await bot.settle("blind")
        assert bot.states("blind") == states
        assert len(bot.servers["blind"].there()) == there
        assert bool(bot.notices()) == (policy == "hold")


async def test_the_owner_settles_what_is_held(tmp_path: Path) -> None:
    """`outbox mark-sent` ends it, `outbox resend` sends it under a new key; either way the notice goes."""
    async with rig(tmp_path, "blind") as bot:
        server = bot.servers["blind"]
        for name in ("a", "b"):
            await bot.plan("blind", name)
        server.troubles.script(["kept, 500", "lost, 500"])
        await bot.settle("blind")
        first, second = bot.rows("blind")
        assert len(bot.notices()) == 2
        await bot.on.db(bot.store.outbox.mark_sent, first.id, now=bot.clock())
        await bot.on.db(bot.store.outbox.resend, second.id, now=bot.clock())
        await bot.settle("blind")
        assert bot.states("blind") == ["sent", "sent"]
        assert bot.notices() == {}
        assert sorted(server.there()) == ["https://example.com/a", "https://example.com/b"]
        assert bot.rows("blind")[1].post.key != second.post.key


async def test_a_dry_run_sends_nothing_and_loses_nothing(tmp_path: Path) -> None:
    """Everything but sending; what was planned meanwhile goes when it is switched off."""
    async with rig(tmp_path, "readable", more="dry_run = true") as bot:
        await bot.plan("readable", "a")
        assert await bot.deliver("readable") == 0
        assert await deliver.next_wake("readable", bot.stories.delivering) is None
        assert bot.servers["readable"].requests == 0
        assert bot.states("readable") == ["planned"]
        file = tmp_path / "config" / "starfish.toml"
        file.write_text(file.read_text().replace("dry_run = true", ""))
        bot.forget_settings()
        await bot.again()
        await bot.settle("readable")
        assert bot.servers["readable"].there() == ["https://example.com/a"]


class Narrow:
    """A platform that finds everything beyond its limit too long."""

    def __init__(self, limit: int, bot_limits: object) -> None:
        self.name, self.limit, self.said = "keyed", limit, list[str]()
        self.limits = bot_limits

    async def publish(self, post: Post) -> Receipt:
        """Keep what is short enough."""
        if len(post.text) > self.limit:
            raise TooLong("too long", self.limit)
        self.said.append(post.text)
        return Receipt(remote_id=post.key)

    async def find(self, post: Post) -> Receipt | None:
        """Never asked."""
        raise AssertionError(post)


@pytest.mark.parametrize("to", [None, "7"])
@pytest.mark.parametrize(("limit", "state"), [(60, "sent"), (5, "refused")])
async def test_a_post_that_is_too_long_is_shortened_once(
    tmp_path: Path, limit: int, state: str, to: str | None
) -> None:
    """The link stays whole, an answer's too; where even that doesn't fit, it is refused, and the owner is told."""
    async with rig(tmp_path, "keyed") as bot:
        narrow = Narrow(limit, bot.stories.publishers["keyed"].limits)
        link = "https://example.com/a"
        text = f"{'Oscillators drift with heat, and warm up slowly. ' * 4}{link}"
        post = Post(account="keyed", text=text, link=None if to else link, dedupe_key="a", reply_to=to)
        await bot.on.db(bot.store.outbox.put, post, "reply" if to else "post", now=bot.clock())
        delivering = deliver.Delivering(
            db=bot.on.db,
            store=bot.store,
            accounts=bot.stories.delivering.accounts,
            publishers={"keyed": narrow},  # type: ignore[dict-item]  # its limits are the server's
            now=bot.clock,
        )
        await deliver.deliver("keyed", delivering)
        assert bot.states("keyed") == [state]
        assert all(link in said and len(said) <= limit for said in narrow.said)
        assert bool(bot.notices()) == (state == "refused")


async def test_nothing_is_sent_while_the_owner_wants_silence(tmp_path: Path) -> None:
    """A pause holds posts and replies; what is in doubt is looked for all the same."""
    async with rig(tmp_path, "readable") as bot:
        await bot.plan("readable", "a")
        bot.servers["readable"].troubles.script(["kept, 500"])
        await bot.deliver("readable")
        await bot.on.db(bot.store.owner.pause, None, None, now=bot.clock())
        await bot.plan("readable", "b")
        bot.wait(minutes=5)
        await bot.deliver("readable")
        assert bot.states("readable") == ["sent", "planned"]
        assert bot.servers["readable"].requests == 1


async def test_a_part_of_a_thread_is_looked_for_where_it_was_sent(tmp_path: Path) -> None:
    """The second part answers the first; kept though answered with 500, it is found as that answer, and not sent twice."""
    async with rig(tmp_path, "readable") as bot:
        server = bot.servers["readable"]
        parts = [
            Post(account="readable", text=f"Part {number} {link}", link=link, dedupe_key=f"slot:s#{number}")
            for number, link in enumerate(("https://example.com/a", "https://example.com/b"))
        ]
        slot = Slot(account="readable", identity="s", at=bot.clock())
        await bot.on.db(bot.store.outbox.filled_together, slot, parts, [], State.PLANNED, now=bot.clock())
        server.troubles.script(["", "kept, 500"])
        await bot.settle("readable")
        first, second = bot.rows("readable")
        assert [row.receipt.note for row in (first, second) if row.receipt] == ["answered", "found"]
        assert [one.reply_to for one in server.kept] == [None, first.receipt and first.receipt.remote_id]


async def test_a_part_behind_one_that_nobody_can_find_goes_by_itself(tmp_path: Path) -> None:
    """The owner saw the first part there, but its name on the platform is not known: the second answers nothing."""
    async with rig(tmp_path, "blind") as bot:
        server = bot.servers["blind"]
        parts = [
            Post(account="blind", text=f"Part {number} {link}", link=link, dedupe_key=f"slot:s#{number}")
            for number, link in enumerate(("https://example.com/a", "https://example.com/b"))
        ]
        slot = Slot(account="blind", identity="s", at=bot.clock())
        first = await bot.on.db(bot.store.outbox.filled_together, slot, parts, [], State.PLANNED, now=bot.clock())
        assert first is not None
        server.troubles.script(["kept, 500"])
        await bot.deliver("blind")
        assert bot.states("blind") == ["unknown", "planned"]
        await bot.on.db(bot.store.outbox.mark_sent, first, now=bot.clock())
        await bot.settle("blind")
        assert bot.states("blind") == ["sent", "sent"]
        assert [one.reply_to for one in server.kept] == [None, None]


async def test_after_an_outage_there_is_no_burst(tmp_path: Path) -> None:
    """While a post waits no other is planned, so a night without a server ends with one post, not with ten."""
    async with rig(tmp_path, "readable", more='post = { every = "1h" }') as bot:
        store: Store = bot.store
        await bot.plan("readable", "a")
        bot.servers["readable"].troubles.script(["503 busy"] * 3)
        await bot.deliver("readable")
        assert await bot.on.db(store.outbox.open_post, "readable")
        await bot.settle("readable")
        assert not await bot.on.db(store.outbox.open_post, "readable")
        assert bot.clock() - bot.rows("readable")[0].created_at < timedelta(minutes=10)


# --------------------------------------------------------------------------- answers to words that were taken back


async def test_where_nothing_can_be_taken_back_the_answer_stays(tmp_path: Path) -> None:
    """Once tried, never again, and it says why."""
    async with rig(tmp_path, "keyed") as bot:
        await bot.hear("keyed", "m1")
        await bot.reply()
        await bot.settle("keyed")
        await bot.hear("keyed", "m1", "", gone=True)
        await bot.settle("keyed")
        (row,) = bot.rows("keyed")
        assert (row.state, row.reason) == ("sent", "its author deleted it, and here nothing can be taken back")


@pytest.mark.parametrize(
    ("script", "state", "why"),
    [
        ([], "withdrawn", "deleted it"),
        (["422"], "sent", "422"),
        (["lost, 500"] * 13, "sent", "500"),
        (["lost, 500"] * 12, "withdrawn", "deleted it"),
    ],
)
async def test_what_keeps_an_answer_there_ends_somewhere(
    tmp_path: Path, script: list[str], state: str, why: str
) -> None:
    """A refusal is final; other trouble is tried again for a day and a half, and then let be."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        said = server.say("@ann@example.social", "hello")
        await bot.hear("mastodon", said.id)
        await bot.reply()
        await bot.settle("mastodon")
        server.unsaying.script(script)
        await bot.hear("mastodon", said.id, "", gone=True)
        await bot.settle("mastodon")
        (row,) = bot.rows("mastodon")
        assert row.state == state
        assert why in row.reason
        assert bool(server.kept) == (state == "sent")


async def test_a_refused_login_keeps_an_answer_for_later(tmp_path: Path) -> None:
    """The account is paused; once it is let in again, the answer goes."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        said = server.say("@ann@example.social", "hello")
        await bot.hear("mastodon", said.id)
        await bot.reply()
        await bot.settle("mastodon")
        server.unsaying.script(["401"])
        await bot.hear("mastodon", said.id, "", gone=True)
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["sent"]
        assert bot.notices() != {}
        await bot.on.db(bot.store.outbox.let_in, "mastodon")
        await bot.settle("mastodon")
        assert (bot.states("mastodon"), server.kept) == (["withdrawn"], [])


@pytest.mark.parametrize("fault", ["kept, 500", "lost, 500"])
async def test_an_answer_in_doubt_goes_too(tmp_path: Path, fault: str) -> None:
    """Words taken back while nobody knows whether the answer is out: found, it is deleted; absent, it is not sent again."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        said = server.say("@ann@example.social", "hello")
        await bot.hear("mastodon", said.id)
        await bot.reply()
        server.troubles.script([fault])
        await bot.deliver("mastodon")
        assert bot.states("mastodon") == ["unknown"]
        await bot.hear("mastodon", said.id, "", gone=True)
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["withdrawn"]
        assert (server.kept, server.requests) == ([], 1)
