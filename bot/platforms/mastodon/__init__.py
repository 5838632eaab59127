"""Any server with the Mastodon client API: Mastodon, GoToSocial, Pleroma, Akkoma, snac and their like.

May import: model, errors, ports, net, core, and the rest of this package.
Several of these servers accept an idempotency key and ignore it, so each post carries one *and* is looked for before
it is ever sent again (decision 0003).  Ids are opaque; what a server says is read in `statuses`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.core.outgoing import room_for, sent_since
from bot.core.text import measure
from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Limits, Mention, Post, Receipt, Secret
from bot.net.clocks import ahead
from bot.net.lately import Sent
from bot.net.options import mark_of
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, json_objects, moment, objects, oldest_first, segment, within, words
from bot.net.rounds import Streams, beginning, rounds
from bot.platforms.mastodon.enrol import enrol
from bot.platforms.mastodon.health import ending, examined
from bot.platforms.mastodon.login import login_of, session_of
from bot.platforms.mastodon.options import Options
from bot.platforms.mastodon.statuses import LIMITS, is_post, mention_of, narrowest, root_of, told
from bot.platforms.mastodon.wire import ME, Wire
from bot.ports import Platform, Reply, Tools

PAGE, PAGES = 40, 50  # the largest page that all servers give, and how many of them are read at once
NOTIFICATIONS = "/api/v1/notifications"

PUT_BACK = "Put the old one's token back, or set the other up as an account of its own (starfish accounts add)"

_TOO_LONG = re.compile(r"too long|too many char|character limit|exceed|max(?:imum)?[ _]char", re.IGNORECASE)


class Mastodon:
    """One account on one server."""

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name = account.name
        self._account, self._options, self._tools = account, options, tools
        self._wire = Wire(options.server, login_of(account, options, tools), tools.http)
        self._sent, self._is_another = Sent(), False
        self.limits = self._limits()

    async def prepare(self) -> None:
        """Learn the server's limits, whether it keeps Mastodon's promises, and who we are.  Raises as `ports.Preparing` says."""
        await self._wire.learn()
        self.limits = self._limits()
        with suppress(DeliveryError):  # which whoever speaks or listens then meets
            await self._own_id()

    def _limits(self) -> Limits:
        whole = self._wire.server.limits
        warning = measure(self._options.content_warning, whole)  # it counts
        return replace(whole, max_length=max(whole.max_length - warning, 1))

    # ----------------------------------------------------------------- speaking

    async def publish(self, post: Post) -> Receipt:
        """Send once.  Raises as `ports.Publisher` says."""
        self._refuse_another()
        said = f"{post.reply_to_author} {post.text}" if post.reply_to_author else post.text
        warning = post.reply_context.get("spoiler", "") if post.reply_to else self._options.content_warning
        limits = self._wire.server.limits
        added = measure(warning, limits) + measure(said, limits) - measure(post.text, limits)
        room_for(post, limits, added)
        language = (post.language or self._account.language or "").partition("-")[0].lower()
        body = {
            "status": said,
            "spoiler_text": warning,
            "in_reply_to_id": post.reply_to,
            "visibility": self._visibility(post),
            "language": language if re.fullmatch("[a-z]{2,3}", language) else None,
        }
        given = {name: value for name, value in body.items() if value}
        reply = await self._wire.send("POST", "/api/v1/statuses", given, key=post.key)
        await self._judge(reply, post, added)
        return self._receipt(json_object(reply), post, "answered")

    async def _own_id(self) -> str:
        """Our account's id there, which is kept: a token may be swapped by mistake, for the owner's own, say.

        :raises NeedsLogin: the token is not good, or another account's
        """
        place, me = self._wire.own_place, await self._wire.own_id()
        if (known := self._tools.vault.get(self.name, place)) is None:
            self._tools.vault.put(self.name, place, Secret(me))
        self._is_another = known not in {None, Secret(me)}
        self._refuse_another()
        return me

    def _refuse_another(self) -> None:
        if self._is_another:
            raise NeedsLogin("the token is not this account's, but another one's on that server", remedy=PUT_BACK)

    def _visibility(self, post: Post) -> str | None:
        if post.reply_to is None:
            return post.visibility or self._account.visibility  # None: as the account is set up there
        # Replies keep out of public timelines, and are never wider than what they answer.
        return narrowest("unlisted", post.visibility or "direct", self._account.visibility or "public")

    async def _judge(self, reply: Reply, post: Post, added: int) -> None:
        """Tell what an answer to a post means, with what only this API says."""
        said = reply.body[:2000].decode("utf-8", "replace")
        if reply.status in {400, 413, 422} and _TOO_LONG.search(said):
            with suppress(DeliveryError):  # it may allow less than it did when we began
                await self.prepare()
            raise TooLong("the server finds it too long", max(self._wire.server.limits.max_length - added, 1))
        # snac says 422 to a bad token; a 403 to a reply may only mean that its author wants none.
        barred = reply.status == 403 and post.reply_to is not None and "scope" not in said
        if barred or reply.status == 422:
            try:
                await self._wire.get(ME)
            except (Unsure, Rejected) as error:
                raise RetryLater(f"the server refused, and does not say whether it knows us: {error}") from None
        if barred:
            raise Rejected("the server lets nobody, or not us, reply to that")
        outcome(reply)

    def _receipt(self, status: dict[str, Any], post: Post, note: str) -> Receipt:
        found = identifier(status.get("id"))
        if not found:
            raise Unsure("the server's answer names no post")
        self._sent.note(found, post.key)
        url = words(status.get("url")) or words(status.get("uri"))
        return Receipt(remote_id=found, url=url if url.startswith(("https://", "http://")) else None, note=note)

    async def find(self, post: Post) -> Receipt | None:
        """Look among our own posts, for a reply beside the mention too.  Raises as `ports.Publisher` says."""
        since = sent_since(post, self._tools.now())
        try:
            own = await self._own_since(since)
            if post.reply_to:  # on some servers direct messages stand in no list of an account's posts
                own += await self._own_replies(post.reply_to)
        except Rejected as error:
            raise Unsure(f"our own posts can't be read: {error}") from None
        for status in own:
            if self._sent.may_be(identifier(status.get("id")), post.key) and is_post(status, post):
                return self._receipt(status, post, "found")
        return None

    async def _own_since(self, since: datetime) -> list[dict[str, Any]]:
        """All that we said since a moment of our clock, newest first.  Raises Unsure where it can't be read completely."""
        path, asked = f"/api/v1/accounts/{segment(await self._own_id())}/statuses", {"limit": str(PAGE)}
        own: list[dict[str, Any]] = []
        for _ in range(PAGES):
            reply = await self._wire.get(f"{path}?{urlencode(asked)}")
            page = json_objects(reply)
            there = since + ahead(reply, self._tools.now())
            own += [status for status in page if (moment(status.get("created_at")) or there) >= there]
            last = page[-1] if page else {}
            if not page or (moment(last.get("created_at")) or there) < there:
                return own
            oldest = identifier(last.get("id"))
            if oldest == asked.get("max_id") and len(page) < PAGE:  # it ignores `max_id`, and this was all
                return own
            asked["max_id"] = oldest
        raise Unsure("our own posts can't be read completely")

    async def _own_replies(self, mention: str) -> list[dict[str, Any]]:
        me, below = await self._own_id(), objects((await self._wire.context(mention)).get("descendants"))
        return [status for status in below if identifier(within(status, "account").get("id")) == me]

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        if not receipt.remote_id:
            raise Rejected("its id is not known, so it can only be taken back by hand")
        reply = await self._wire.send("DELETE", f"/api/v1/statuses/{segment(receipt.remote_id)}")
        if reply.status not in {404, 410}:
            outcome(reply)

    # ----------------------------------------------------------------- listening

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        server, named = self._wire.address, self._wire.server.streaming
        socket = re.sub("^http", "ws", named.rstrip("/") if server.startswith("https:") and named else server)
        path = "/api/v1/streaming"  # of all that concerns us: the stream of notifications alone tells of no deletion
        streams = [f"{socket}{path}?stream=user", f"{server}{path}/user"]
        bells = Streams(
            self._tools.http,
            streams if self._options.stream else [],
            self._wire.login.headers,
            lambda message: told(message, account=self.name, now=self._tools.now()),
        )
        return rounds(self._since, cursor, every=self._options.poll, streams=bells)

    async def _since(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Read forward: `min_id` gives the page right after it; `since_id` would give the newest one, behind a gap."""
        if not self._wire.known:
            await self.prepare()  # people's ids need the server's name
        me = await self._own_id()
        at = cursor or await beginning(self._tools, self.name, self._wire.address, self._newest)
        for _ in range(PAGES):
            asked = urlencode({"types[]": "mention", "limit": PAGE, "min_id": at})
            notes = oldest_first(json_objects(await self._wire.get(f"{NOTIFICATIONS}?{asked}")))
            before, ids = at, [identifier(note.get("id")) for note in notes]
            for note in notes[ids.index(at) + 1 if at in ids else 0 :]:  # some servers give more than was asked for
                at = identifier(note.get("id")) or at
                domain = self._wire.server.domain
                mention = mention_of(note, account=self.name, me=me, domain=domain, now=self._tools.now())
                if mention is not None:
                    yield at, await self._threaded(mention)
            if at == before:
                return

    async def _newest(self) -> str:
        newest = json_objects(await self._wire.get(f"{NOTIFICATIONS}?types[]=mention&limit=1"))
        return next((identifier(note.get("id")) for note in newest), "") or "0"

    async def _threaded(self, mention: Mention) -> Mention:
        """A mention with the first post of its conversation, as far as that is known."""
        if mention.in_reply_to is None:
            return mention
        root = ""
        with suppress(DeliveryError):  # a wrong thread is no reason not to answer
            root = root_of(await self._wire.context(mention.remote_id))
        return replace(mention, thread=root or mention.in_reply_to)

    # ----------------------------------------------------------------- the set-up

    async def identity(self) -> str:
        """Who it is on its server, whatever token it comes with.  Raises as `ports.Identified` says."""
        return await self._wire.own_id()

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at token, rights, bot flag, clocks and limits.  Reads only."""
        try:
            await self.prepare()
            await self._own_id()
        except DeliveryError as error:
            return [(False, error.told(self.name))]
        session = session_of(self.name, self._options.token, self._tools.vault)
        now = self._tools.now()
        return await examined(self._wire, self.name, self.limits, ending(session, self.name, now), now)


platform = Platform(
    "mastodon", Options, Mastodon, LIMITS, enrol, identity=lambda options: mark_of(options.token, options.server)
)
