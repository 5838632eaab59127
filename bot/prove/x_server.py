"""A small server with the interface of X, version 2, which counts what it keeps and has bad days.  May import: aiohttp.

It is as strict as the published description and a little more: unknown fields and parameters are refused, the same
words twice, answers to those who didn't mention the bot, a refresh token's second use, a signature that is off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from aiohttp import web

from bot.core.limits import LIMITS
from bot.core.text import measure
from bot.prove.asked import Asked, dated
from bot.prove.faults import Troubles, misleading, refusal, utc
from bot.prove.x_logins import Logins
from bot.prove.x_world import HANDLE, Said

REMEMBERS = 86_400.0
"""Seconds for which the same words are refused; how long X does is not published."""

PROOF_KEYS: Final = (
    'server = "{url}"\ni_accept_costs = true\nbudget = 100000\npoll = "1s"\nclient_id = "app"\n'
    'refresh_token = { env = "STARFISH_PROOF_TOKEN" }'
)
"""What an account needs to be let in here, in TOML."""

_NUMBER = re.compile(r"[0-9]{1,19}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_BODY = {
    "text",
    "reply",
    "card_uri",
    "community_id",
    "direct_message_deep_link",
    "edit_options",
    "for_super_followers_only",
    "geo",
    "made_with_ai",
    "media",
    "nullcast",
    "paid_partnership",
    "poll",
    "quote_tweet_id",
    "reply_settings",
    "share_with_followers",
}
_REPLY = {"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"}
_PAGED = {
    "max_results",
    "pagination_token",
    "start_time",
    "end_time",
    "since_id",
    "until_id",
    "expansions",
    "user.fields",
}
_EXPANDED = {
    "post": {"author_id", "in_reply_to_user_id", "referenced_posts", "edit_history_post_ids"},
    "tweet": {"author_id", "in_reply_to_user_id", "referenced_tweets.id", "edit_history_tweet_ids"},
}
_ALWAYS = {"id", "text", "edit_history_post_ids", "edit_history_tweet_ids"}


@dataclass(slots=True, kw_only=True)
class XServer(Logins):
    """One X, with one account of a bot, and as many people as speak to it."""

    dialect: Literal["post", "tweet"] = "post"  # by which names fields are asked for
    credits: bool = True  # whether the owner has paid
    left: int | None = None  # posts until the window ends; None: any number
    redelivers: bool = False  # mentions that were read come again
    broken: str = ""  # a page that fails, by its token
    profile: str = "A bot that shares links"
    protected: bool = False
    asked: list[Asked] = field(default_factory=list)

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: what was said before is history."""
        return any(asked.path.endswith("/mentions") and "since_id" in asked.query for asked in self.asked)

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application(middlewares=[self._guard()])
        app.add_routes(
            [
                web.post("/2/oauth2/token", self.token),
                web.get("/2/users/me", self._me),
                web.post("/2/tweets", self._post),
                web.delete("/2/tweets/{id}", self._delete),
                web.get("/2/users/{id}/tweets", self._own),
                web.get("/2/users/{id}/mentions", self._mentions),
            ]
        )
        return app

    def _guard(self) -> Any:  # noqa: ANN401 -- aiohttp's own type of a middleware is private
        @web.middleware
        async def guarded(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            text = await request.text()
            body = json.loads(text) if request.content_type == "application/json" and text else text or None
            self.asked.append(Asked.of(request, body))
            response: web.StreamResponse
            if request.path.startswith("/2/") and request.path != "/2/oauth2/token" and not self.lets_in(request):
                response = _problem(401, "Unauthorized", "Unauthorized")
            else:
                response = await handler(request)
            dated(response, self.clock())
            if not response.prepared and self.keys:
                response.headers["x-access-level"] = "read-write" if "write" in self.scope else "read"
            return response

        return guarded

    async def _me(self, request: web.Request) -> web.Response:
        if set(request.query) - {"user.fields"}:
            return _invalid("unknown parameter")
        told = {**self.person("bot"), "description": self.profile, "protected": self.protected}
        wanted = {"id", "name", "username", *request.query.get("user.fields", "").split(",")}
        return web.json_response({"data": {name: told[name] for name in told if name in wanted}})

    # ----------------------------------------------------------------- posting

    async def _post(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        self.struck()
        fault = self.troubles.next()
        no = refusal(fault, utc(self.clock())) or self._limited() or self._objection(said)
        if no is not None:
            return no
        async with self.fate(fault) as is_kept:
            kept = self.keep(self._said(said)) if is_kept else None
        answered = await misleading(fault, request)
        if answered is not None:
            return answered
        if kept is None:
            return web.json_response({}, status=201)
        told = {"id": kept.id, "text": kept.text, "edit_history_post_ids": [kept.id]}
        return web.json_response({"data": told}, status=201)

    def _said(self, body: Mapping[str, Any]) -> Said:
        reply = body.get("reply", {})
        parent = self.find(reply.get("in_reply_to_tweet_id"))
        if parent is None:
            return Said(author="bot", text=body["text"])
        return self.answer(body["text"], parent, tuple(reply.get("exclude_reply_user_ids", ())))

    def _limited(self) -> web.Response | None:
        if not self.credits:
            return _problem(402, "CreditsDepleted", "Your account does not have any credits to fulfill this request.")
        if self.left is None:
            return None
        self.left = max(self.left - 1, -1)
        if self.left >= 0:
            return None
        then = str(int(self.clock()) + 600)
        headers = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": then}
        return _problem(429, "Too Many Requests", "Too Many Requests", headers)

    def _objection(self, said: Any) -> web.Response | None:  # noqa: ANN401 -- foreign JSON
        """What the interface refuses of a post."""
        reply = said.get("reply", {}) if isinstance(said, dict) else None
        if not isinstance(said, dict) or set(said) - _BODY or not isinstance(reply, dict) or set(reply) - _REPLY:
            return _invalid("One or more parameters to your request was invalid.")
        text, parent = said.get("text", ""), reply.get("in_reply_to_tweet_id")
        if not isinstance(text, str) or not text.strip():
            return _invalid("text is required")
        if measure(text, LIMITS["x"]) > LIMITS["x"].max_length:
            return _problem(403, "Forbidden", "Your Tweet text is too long. It is weighed by twitter-text.")
        if any(one.text == text and one.reply_to == parent and self.clock() - one.at < REMEMBERS for one in self.kept):
            return _problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        return self._unanswerable(reply, parent) if reply else None

    def _unanswerable(self, reply: Mapping[str, Any], parent: object) -> web.Response | None:
        others = reply.get("exclude_reply_user_ids", [])
        if not isinstance(parent, str) or not _NUMBER.fullmatch(parent) or not all(map(_NUMBER.fullmatch, others)):
            return _invalid("in_reply_to_tweet_id is not a valid Post ID")
        asked = self.find(parent)
        if asked is None:
            return _problem(
                403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you."
            )
        summoned = asked.author == "bot" or "bot" in [*asked.drags, *HANDLE.findall(asked.text)]
        if not summoned:
            return _problem(403, "Forbidden", "Reply to this conversation is not allowed.")
        return None

    async def _delete(self, request: web.Request) -> web.Response:
        if (found := self.find(request.match_info["id"])) is None or found.author != "bot":
            return _problem(404, "Not Found Error", "Could not find that Post.")
        self.posts.remove(found)
        return web.json_response({"data": {"deleted": True}})

    # ----------------------------------------------------------------- reading

    async def _own(self, request: web.Request) -> web.Response:
        mine = [one for one in self.kept if one.seen_at <= self.clock()]
        if "replies" in request.query.get("exclude", ""):
            mine = [one for one in mine if one.reply_to is None]
        return self._page(request, mine, {"exclude"})

    async def _mentions(self, request: web.Request) -> web.Response:
        return self._page(request, self.mentions(), set())

    def _page(self, request: web.Request, posts: list[Said], more: set[str]) -> web.Response:
        """A page, the newest first."""
        query = request.query
        size = query.get("max_results", "10")
        if request.match_info["id"] != self.people["bot"] or set(query) - {*_PAGED, *more, f"{self.dialect}.fields"}:
            return _invalid(f"The query parameters {sorted(set(query))} are not all known; fields and expansions are.")
        if not size.isdigit() or not 5 <= int(size) <= 100 or not _NUMBER.fullmatch(query.get("since_id", "1")):
            return _invalid("max_results is from 5 to 100, since_id a Post ID")
        if self.broken and query.get("pagination_token") == self.broken:
            return _problem(500, "Internal Server Error", "It broke")
        expansions = set(filter(None, query.get("expansions", "").split(",")))
        if expansions - _EXPANDED[self.dialect]:
            return _invalid("these expansions are not known")
        try:
            begin = datetime.strptime(
                f"{query.get('start_time', '2010-11-06T00:00:00Z')}+0000", f"{_TIME}%z"
            ).timestamp()
        except ValueError:
            return _invalid("start_time is no time")
        since = int(query.get("since_id", "0"))
        found = [one for one in posts if one.at >= begin]
        later = [one for one in found if int(one.id) > since]
        if self.redelivers and len(later) < len(found):
            later = found[max(len(found) - len(later) - 2, 0) :]
        newest, at = later[::-1], int(query.get("pagination_token", "t0")[1:])
        page = newest[at : at + int(size)]
        fields = {*_ALWAYS, *query.get(f"{self.dialect}.fields", "").split(","), *expansions}
        shown = [{name: value for name, value in self._shown(one).items() if name in fields} for one in page]
        meta: dict[str, Any] = {"result_count": len(page)}
        if at + len(page) < len(newest):
            meta["next_token"] = f"t{at + len(page)}"
        answer: dict[str, Any] = {"meta": meta}
        if page:
            answer["data"] = shown
            answer["includes"] = {
                "users": [self.person(handle) for handle in dict.fromkeys(one.author for one in page)]
            }
        return web.json_response(answer)

    def _shown(self, said: Said) -> dict[str, Any]:
        return self.shown(said, old=self.dialect == "tweet")


def _problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    said = {"title": title, "detail": detail, "type": "about:blank", "status": status}
    return web.json_response(said, status=status, headers=headers)


def _invalid(detail: str) -> web.Response:
    said = {"title": "Invalid Request", "detail": detail, "type": "https://api.x.com/2/problems/invalid-request"}
    return web.json_response(said, status=400)


def x(troubles: Troubles) -> XServer:
    """A server for the proof: what the bot posts may be seen late, and mentions come twice."""
    lag = troubles.moment if troubles.share else float
    return XServer(troubles=troubles, lag=lag, redelivers=troubles.share > 0)
