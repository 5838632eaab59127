"""X, which was Twitter, by its interface of version 2: where every post and every read costs money.

May import: model, errors, ports, net, core, this package.
X has no key for a post.  It refuses the same words twice, which is evidence after a doubt, and our own posts can be
read back, which is proof and costs a thousandth of a dollar each: so after any doubt they are read (decision 0003).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.outgoing import room_for, sent_since
from bot.core.text import measure
from bot.errors import DeliveryError, Rejected, TooLong, Unsure
from bot.model import Account, Mention, Post, Receipt
from bot.net.lately import Sent
from bot.net.options import mark_of
from bot.net.replies import identifier, json_object, segment, within
from bot.platforms.x.checkup import examined
from bot.platforms.x.enrol import enrol
from bot.platforms.x.hearing import Hearing
from bot.platforms.x.money import DELETE, Purse, costs, price_of
from bot.platforms.x.options import Options, login_of
from bot.platforms.x.posts import LIMITS, as_sent, is_post, number_of
from bot.platforms.x.wire import PAGE, PAGES, Wire, page_of, said_in
from bot.ports import Platform, Reply, Tools

FIRST = timedelta(seconds=1)
"""A post whose first attempt began longer ago than this may have been sent before."""

# What X says in its refusals, of which most have the same status, 403.
_TWICE = re.compile(r"duplicate content|status is a duplicate", re.IGNORECASE)
_TOO_LONG = re.compile(r"text is too long|needs to be a bit shorter", re.IGNORECASE)
_NOT_US = re.compile(
    r"not.?enrolled|oauth1.?permissions|client.?forbidden|unsupported.?auth|suspended|locked", re.IGNORECASE
)
_HARMFUL = re.compile(r"potentially harmful|malicious|unsafe link", re.IGNORECASE)


class X:
    """One account."""

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name, self.limits = account.name, LIMITS
        self._account, self._options, self._tools = account, options, tools
        purse = Purse(account.name, tools.vault, tools.now, round(options.budget * 1000))
        login = login_of(account, options, tools)
        self._wire = Wire(account.name, options.server, login, purse, tools, consent=options.i_accept_costs)
        self._hearing = Hearing(account, self._wire, tools)
        self._sent = Sent()

    # ----------------------------------------------------------------- speaking

    async def publish(self, post: Post) -> Receipt:
        """Send once.  Raises as `ports.Publisher` says."""
        first = post.sent_at is None or self._tools.now() - post.sent_at < FIRST
        room_for(post, LIMITS)
        if {post.visibility, self._account.visibility} & {"private", "direct"}:
            raise Rejected("on X whatever is posted is public, and this was not meant to be")
        body: dict[str, Any] = {"text": as_sent(post.text)}
        if post.reply_to:
            body["reply"] = _beneath(post.reply_to, post.reply_context)
        price = price_of(post)
        if self._wire.consent:
            self._wire.purse.allow(price)
        reply = await self._wire.act("POST", "/2/tweets", body, price=price)
        if reply.status == 403 and _TWICE.search(said_in(reply)):
            return await self._there_already(post, first=first)
        self._judge(reply, post)
        return self._receipt(within(json_object(reply), "data"), post, "answered")

    async def _there_already(self, post: Post, *, first: bool) -> Receipt:
        """What it means that X has these words of ours: it is this very post where we may have sent it before."""
        try:
            found = await self.find(post)
        except DeliveryError:
            found = None
        if found is None and first:
            raise Rejected("X takes no words twice, and these stand there already")
        return found or Receipt(remote_id="", note="found")

    def _judge(self, reply: Reply, post: Post) -> None:
        """Tell what an answer to a post means, with what only X says."""
        said = said_in(reply)
        if reply.status in {400, 403} and _TOO_LONG.search(said):
            raise TooLong("X finds it too long", min(measure(post.text, LIMITS), LIMITS.max_length) * 9 // 10)
        if reply.status == 403 and _HARMFUL.search(said):
            raise Rejected("X believes that its link is harmful")
        self._wire.judge_credits(reply)
        if reply.status == 403 and post.reply_to and not _NOT_US.search(said):
            raise Rejected("X lets nobody, or not us, answer that: only who mentions us may be answered")
        self._wire.judge(reply)

    def _receipt(self, status: Mapping[str, Any], post: Post, note: str) -> Receipt:
        found = number_of(status.get("id"))
        if not found:
            raise Unsure("X's answer names no post")
        self._sent.note(found, post.key)
        return Receipt(remote_id=found, url=f"https://x.com/i/web/status/{found}", note=note)

    async def find(self, post: Post) -> Receipt | None:
        """Look among our own posts, which costs a little.  Raises as `ports.Publisher` says."""
        since = sent_since(post, self._tools.now())
        try:
            for status in await self._own_since(since, replies=post.reply_to is not None):
                if self._sent.may_be(number_of(status.get("id")), post.key) and is_post(status, post):
                    return self._receipt(status, post, "found")
        except Rejected as error:
            raise Unsure(f"our own posts can't be read: {error}") from None
        return None

    async def _own_since(self, since: datetime, *, replies: bool) -> list[dict[str, Any]]:
        """All that we said since a moment of our clock.  Raises Unsure where it can't be read completely."""
        path = f"/2/users/{await self._wire.own_id()}/tweets"
        asked = {"max_results": str(PAGE), "exclude": "retweets" if replies else "retweets,replies"}
        begin = since + self._wire.ahead
        posts, page = page_of(await self._wire.posts(path, {**asked, "start_time": _iso(begin)}))
        if since + self._wire.ahead < begin:  # X's clock is behind what we took it for
            begin = since + self._wire.ahead
            posts, page = page_of(await self._wire.posts(path, {**asked, "start_time": _iso(begin)}))
        asked["start_time"] = _iso(begin)
        for _ in range(PAGES):
            if not (further := identifier(within(page, "meta").get("next_token"))):
                return posts
            more, page = page_of(await self._wire.posts(path, {**asked, "pagination_token": further}))
            posts += more
        raise Unsure("our own posts can't be read completely")

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        if not number_of(receipt.remote_id):
            raise Rejected("its number is not known, so it can only be taken back by hand")
        reply = await self._wire.act("DELETE", f"/2/tweets/{segment(receipt.remote_id)}", price=DELETE)
        if reply.status not in {404, 410}:
            self._wire.judge(reply)

    # ----------------------------------------------------------------- listening, and the set-up

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        return self._hearing.mentions(cursor, self._options.poll)

    async def identity(self) -> str:
        """Who it is there, whatever login it comes with.  Raises as `ports.Identified` says."""
        return await self._wire.own_id()

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at money, login, rights, profile and clock.  Reads only, which costs a cent."""
        return await examined(self._account, self._wire, self._tools)


def _beneath(parent: str, context: Mapping[str, str]) -> dict[str, Any]:
    """Where an answer goes: beneath the latest wording of what it answers, and to its author alone."""
    latest = number_of(context.get("latest")) or number_of(parent)
    if not latest:
        raise Rejected("what it answers has no number that X knows")
    others = [one for one in map(number_of, context.get("exclude", "").split(",")) if one]
    return {"in_reply_to_tweet_id": latest, **({"exclude_reply_user_ids": others} if others else {})}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


platform = Platform(
    "x",
    Options,
    X,
    LIMITS,
    enrol=enrol,
    costs=costs,
    identity=lambda options: mark_of(options.access_token or options.refresh_token, options.server),
)
