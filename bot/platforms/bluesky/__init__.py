"""Bluesky, and any other server of the AT Protocol that speaks its lexicons.

May import: model, errors, ports, net, core.
Each post has a record key of its own, known before it is sent, and is written "only if there is none yet": so it is
there once, however often it is sent, for ever (decision 0006).  What is written stands in `records`, what is heard in
`listening`.
A mention that its author deletes is no longer told of, and nobody is told that it is gone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.errors import NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Mention, Post, Receipt, Secret
from bot.net import options
from bot.net.replies import identifier, json_object, within, words
from bot.platforms.bluesky import health
from bot.platforms.bluesky.budget import CREATE, DELETE, Budget
from bot.platforms.bluesky.enrol import enrol
from bot.platforms.bluesky.listening import Listening
from bot.platforms.bluesky.records import (
    LIMITS,
    POST,
    Place,
    check,
    is_post,
    place_of,
    record_key,
    record_of,
    reference,
    said,
)
from bot.platforms.bluesky.wire import Wire, error_of, judge
from bot.ports import Platform, Tools

_TOO_LONG = re.compile(r"too big|must not be longer|too long", re.IGNORECASE)
_HANDLE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,62}")


def _handle(value: object) -> str:
    handle = value.strip().removeprefix("@").lower() if isinstance(value, str) else ""
    if not _HANDLE.fullmatch(handle) or len(handle) > 253:
        raise ValueError('must be the account\'s handle, like "starfish.bsky.social"')
    return handle


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    server: options.Server = Field(default="https://bsky.social", description="Where the account logs in.")
    handle: Annotated[str, BeforeValidator(_handle)] = Field(description="The account's handle.")
    password: Secret = Field(description="An app password of the account, by reference only.")
    poll: options.Span = Field(default=timedelta(seconds=20), description="How often mentions are asked for.")
    label: bool = Field(default=True, description="Whether its profile should say that it is a bot.")
    card: bool = Field(default=True, description="Whether a link is shown as a card, too.")


class Bluesky:
    """One account."""

    limits = LIMITS

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name = account.name
        self._account, self._options, self._tools = account, options, tools
        self._wire = Wire(account.name, options.server, options.handle, options.password, tools)
        self._listening = Listening(account.name, self._wire, tools)
        self._budget = Budget()

    async def prepare(self) -> None:
        """Log in, unless there is a session from before.  Raises as `ports.Preparing` says."""
        await self._wire.session()

    # ----------------------------------------------------------------- speaking

    async def publish(self, post: Post) -> Receipt:
        """Send once; the same post again is the same record.  Raises as `ports.Publisher` says."""
        check(said(post.text))
        place = await self._place(post)
        thread = await self._thread(post)
        record = record_of(post, language=self._account.language, card=self._options.card, thread=thread)
        self._budget.spend(CREATE, self._tools.now())
        reply = await self._wire.post(
            "com.atproto.repo.putRecord",
            # `swapRecord: null`: only if there is none.  Without it the server would overwrite in silence.
            {"repo": place.did, "collection": POST, "rkey": place.rkey, "swapRecord": None, "record": record},
        )
        if error_of(reply) == "InvalidSwap":
            return await self._taken(place, post)
        if reply.status == 400 and _TOO_LONG.search(reply.body[:2000].decode("utf-8", "replace")):
            raise TooLong("the server finds it too long", LIMITS.max_length)
        judge(reply)
        answer = json_object(reply)
        if not words(answer.get("uri")).startswith(f"at://{place.did}/") or not identifier(answer.get("cid")):
            raise Unsure("the server's answer names no post")
        return _receipt(place, "answered")

    async def find(self, post: Post) -> Receipt | None:
        """Look under the post's own key; a server reads what it has written at once, so nothing there is nothing.

        Raises as `ports.Publisher` says.
        """
        try:
            place = await self._place(post)
            there = await self._stored(place)
        except Rejected as error:
            raise Unsure(f"our own posts can't be read: {error}") from None
        return _receipt(place, "found") if there is not None and is_post(within(there, "value"), post) else None

    async def _taken(self, place: Place, post: Post) -> Receipt:
        """Something stands under the post's key: the post itself, sent before, or with the owner's older settings."""
        try:
            there = await self._stored(place)
        except (Rejected, RetryLater, NeedsLogin) as error:
            raise Unsure(f"it is there already, and can't be read: {error}") from None
        if there is None:
            raise Unsure("the server says that it is there already, and that it isn't")
        if not is_post(within(there, "value"), post):
            raise Rejected("another post stands under its key")
        return _receipt(place, "answered")

    async def _place(self, post: Post) -> Place:
        return Place((await self._wire.session()).did, POST, record_key(post))

    async def _stored(self, place: Place) -> dict[str, Any] | None:
        """The record that stands somewhere; None where the server says that there is none."""
        query = {"repo": place.did, "collection": place.collection, "rkey": place.rkey}
        reply = await self._wire.look("com.atproto.repo.getRecord", query)
        if error_of(reply) == "RecordNotFound":
            return None
        judge(reply)
        there = json_object(reply)
        if not within(there, "value"):
            raise Unsure("the server's answer holds no record")
        return there

    async def _thread(self, post: Post) -> dict[str, Any] | None:
        """What a post answers, with the beginning of its conversation; for a part of a thread, the part before it.

        :raises RetryLater: that could not be read; nothing was sent
        """
        if post.reply_to is None:
            return None
        told, answered = post.reply_context, place_of(post.reply_to)
        if answered is None:
            raise Rejected("what it answers has no address")
        if (cid := told.get("cid")) and told.get("uri") == post.reply_to:
            parent = reference(post.reply_to, cid)
            return {"root": reference(told.get("root", post.reply_to), told.get("root_cid", cid)), "parent": parent}
        try:
            there = await self._stored(answered)
        except Unsure as error:
            raise RetryLater(f"what it answers can't be read: {error}") from None
        if there is None or not identifier(there.get("cid")):
            raise Rejected("what it answers is gone")
        parent = reference(post.reply_to, identifier(there.get("cid")))
        return {"root": within(there, "value", "reply", "root") or parent, "parent": parent}

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        place = place_of(receipt.remote_id)
        if place is None or place.did != (await self._wire.session()).did:
            raise Rejected("it is no post of this account's, so it can only be taken back by hand")
        self._budget.spend(DELETE, self._tools.now())
        body = {"repo": place.did, "collection": place.collection, "rkey": place.rkey}
        judge(await self._wire.post("com.atproto.repo.deleteRecord", body))

    # ----------------------------------------------------------------- listening

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        return self._listening.mentions(cursor, self._options.poll)

    # ----------------------------------------------------------------- the set-up

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at session, password, name, label, clock and limits.  Reads only."""
        o, now = self._options, self._tools.now()
        return await health.examine(self._wire, o.handle, self._account.owner, now, label=o.label)


def _receipt(place: Place, note: str) -> Receipt:
    # By its id: a handle may change, and this address stays.
    return Receipt(remote_id=str(place), url=f"https://bsky.app/profile/{place.did}/post/{place.rkey}", note=note)


platform = Platform("bluesky", Options, Bluesky, LIMITS, enrol, identity=lambda options: str(options.handle))
