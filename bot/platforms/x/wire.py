"""X's interface, asked as one account: let in, paid for, within budget.  May import: model, errors, ports, net, this package.

Nothing leaves here before the owner has accepted that it costs money.
"""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.clocks import ahead
from bot.net.outcome import outcome, refusal, wait_of
from bot.net.replies import json_object, object_of, objects, within, words
from bot.platforms.x.login import Login
from bot.platforms.x.money import CONSENT, PERSON, Purse, came_along
from bot.platforms.x.posts import FIELDS, OLD_FIELDS, number_of
from bot.ports import Reply, Tools

ME = "/2/users/me"

EMPTY = timedelta(hours=6)
"""How long we wait where the owner's prepaid credits at X are used up: they buy more, or X's own month ends."""

PAGE, PAGES = 100, 32
"""Posts of a page, and pages that are read at once: X shows 3,200 posts of an account, and 800 mentions, at most."""

_EMPTY = re.compile(r"credits?.?depleted|not have any credits|usage.?cap|spend.?cap", re.IGNORECASE)


_STRANGE = re.compile(rb"fields|expansions", re.IGNORECASE)


class Wire:
    """Sends requests with the account's login, and counts what they cost."""

    def __init__(self, account: str, server: str, login: Login, purse: Purse, tools: Tools, *, consent: bool) -> None:
        self.access = ""  # what X says that an OAuth 1.0a login may do
        self.ahead = timedelta(0)  # how far X's clock is ahead of ours, as the latest answer told
        self.purse = purse
        self.consent = consent
        self.login = login
        self._account, self._server, self._tools = account, server, tools
        self._fields = FIELDS

    async def own_id(self) -> str:
        """Our number there; asked once for each login, as asking costs.

        :raises DeliveryError: it can't be asked now
        """
        kept = self._tools.vault.get(self._account, "me")
        told = object_of(kept.reveal()) if kept else {}
        if told.get("login") == self.login.identity and number_of(told.get("id")):
            return number_of(told["id"])
        return number_of((await self.me()).get("id"))

    async def me(self) -> dict[str, Any]:
        """Who we are there.

        :raises DeliveryError: it can't be asked now
        """
        reply = await self._asked(ME, {"user.fields": "description,protected"})
        self.judge(reply)
        me = within(json_object(reply), "data")
        if not number_of(me.get("id")):
            raise Unsure("X does not say who we are")
        self.purse.pay(PERSON)
        known = {"id": number_of(me["id"]), "login": self.login.identity}
        self._tools.vault.put(self._account, "me", Secret(jsonlib.dumps(known)))
        self.access = reply.headers.get("x-access-level", "")
        return me

    async def posts(self, path: str, asked: Mapping[str, str]) -> dict[str, Any]:
        """A page of posts, with their authors and what they answer; it is paid for as it comes.

        :raises DeliveryError: it can't be asked now
        """
        reply = await self._asked(path, {**self._fields, **asked})
        if reply.status == HTTPStatus.BAD_REQUEST and self._fields is FIELDS and _STRANGE.search(reply.body[:4000]):
            self._fields = OLD_FIELDS  # the names that X's interface had for years, and its description has no more
            reply = await self._asked(path, {**self._fields, **asked})
        self.judge(reply)
        page = json_object(reply)
        posts = page.get("data")
        self.purse.pay(came_along(page, len(posts) if isinstance(posts, list) else 0))
        return page

    async def _asked(self, path: str, asked: Mapping[str, str]) -> Reply:
        return await self.send("GET", f"{path}?{urlencode(asked)}")

    async def act(self, method: str, path: str, json: object = None, *, price: int) -> Reply:
        """Do something that costs, and give the answer whatever it is; the price is noted before.

        :raises DeliveryError: as `ports.Http.send` does; NeedsLogin and RetryLater also of the login
        """
        self.purse.pay(price)
        try:
            reply = await self.send(method, path, json)
        except (RetryLater, NeedsLogin, Rejected):
            self.purse.pay(-price)
            raise
        if HTTPStatus.BAD_REQUEST <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.purse.pay(-price)
        return reply

    async def send(self, method: str, path: str, json: object = None) -> Reply:
        """Send one request; after a 401, which is certainly no, once more with a renewed login."""
        if not self.consent:
            raise NeedsLogin(CONSENT, remedy="Write that if you do")
        url = self._server + path
        for attempt in (1, 2):
            headers = await self.login.headers(method, url)
            reply = await self._tools.http.send(method, url, headers=headers, json=json)
            self.ahead = ahead(reply, self._tools.now()) if "date" in reply.headers else self.ahead
            refused = reply.status == HTTPStatus.UNAUTHORIZED
            if not refused or attempt == 2 or not await self.login.renew(headers, self.ahead):
                return reply
        raise AssertionError("a request has two attempts")

    def judge(self, reply: Reply) -> None:
        """Pass where X accepted; else raise by what can be done about it, as `outcome` does."""
        self.judge_credits(reply)
        outcome(reply)

    def judge_credits(self, reply: Reply) -> None:
        """Pass unless X says that nothing is left to pay it with.

        :raises RetryLater: that it says
        """
        poor = reply.status == HTTPStatus.PAYMENT_REQUIRED
        if poor or (reply.status in {403, 429} and _EMPTY.search(said_in(reply))):
            raise RetryLater(
                "your credits at X are used up: buy more at console.x.com, or wait for X's next billing month",
                max(wait_of(reply) or EMPTY, EMPTY),
                tell=True,
            )


def page_of(answer: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The posts of a page, and the page.

    :raises Unsure: it is none, or not whole
    """
    found = objects(answer.get("data"))
    whole = isinstance(answer.get("data", []), list) and isinstance(answer.get("meta"), dict)
    if not whole or any(not number_of(one.get("id")) for one in found):
        raise Unsure("X's list of posts can't be read")
    return found, answer


def said_in(reply: Reply) -> str:
    """The sentences of a refusal, whatever form it has."""
    told = refusal(reply)
    said = [told, *objects(told.get("errors"))]
    names = ("title", "detail", "message", "reason", "type")
    return " ".join(words(one.get(name))[:500] for one in said[:10] for name in names)
