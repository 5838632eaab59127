"""A small server with the Telegram Bot API, which counts what it keeps and has bad days.  May import: aiohttp.

As the published server does, it keeps updates until a question with a later `offset`, answers a question out of its
range from the beginning, ends an older long poll with 409 where a newer one comes, and says every no as
`{"ok": false, "error_code", "description", "parameters"?}`.  It is stricter in one thing: a parameter that it doesn't
know, or of a wrong type, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from bot.prove.faults import Troubles, misleading, refusal, utc
from bot.prove.telegram_world import BOT, CHANNEL, Kept, World, utf16

_SEND = {
    "chat_id": (int, str),
    "text": str,
    "entities": list,
    "link_preview_options": dict,
    "reply_parameters": dict,
    "message_thread_id": int,
    "disable_notification": bool,
}
_PREVIEW = {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_UPDATES = {"offset": int, "limit": int, "timeout": int, "allowed_updates": list}
_LONGEST_POLL = 50
"""Seconds that the published server holds the line at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it came."""

    method: str  # of the API
    path: str  # without the token
    json: dict[str, Any]


class Refused(Exception):
    """A no of the API."""

    def __init__(self, status: int, words: str, **parameters: int) -> None:
        self.status, self.words, self.parameters = status, words, parameters
        super().__init__(words)


@dataclass(slots=True, kw_only=True)
class TelegramServer(World):
    """One server that knows one bot, whose token is `token`."""

    token: str = "good"  # noqa: S105 -- a test's
    bad_token: int = 401  # the status that a wrong token gets
    floods: list[int] = field(default_factory=list)  # seconds that the next messages are told to wait, one a message
    hook: str = ""  # a webhook that is set: getUpdates is refused
    polite: bool = True  # whether a no has its own HTTP status, and not 200
    redelivers: bool = False  # updates that were acknowledged come again
    private_mode: bool = True
    asked: list[Asked] = field(default_factory=list)

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: what was said before is history."""
        return any(one.method == "getUpdates" and one.json.get("offset", -1) >= 0 for one in self.asked)

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application()
        for verb in ("GET", "POST"):
            app.router.add_route(verb, "/bot{token}/{method}", self._call)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, said = request.match_info["method"], await _parameters(request)
        self.asked.append(Asked(method, f"/{method}", said))
        known: dict[str, Callable[[web.Request, dict[str, Any]], Any]] = {
            "getMe": self._me,
            "getChat": self._chat,
            "getChatMember": self._member,
            "getWebhookInfo": self._webhook,
            "deleteWebhook": self._no_webhook,
            "getUpdates": self._updates,
            "sendMessage": self._send,
            "deleteMessage": self._delete,
        }
        try:
            if request.match_info["token"] != self.token:
                raise Refused(self.bad_token, "Unauthorized" if self.bad_token == 401 else "Not Found")
            if method not in known:
                raise Refused(404, "Not Found: method not found")
            result = await known[method](request, said)
        except Refused as no:
            words: dict[str, Any] = {"ok": False, "error_code": no.status, "description": no.words}
            more = {"parameters": no.parameters} if no.parameters else {}
            answer = web.json_response({**words, **more}, status=no.status if self.polite else 200)
        else:
            if isinstance(result, web.StreamResponse):
                return result
            answer = web.json_response({"ok": True, "result": result})
        answer.headers["Date"] = format_datetime(utc(self.clock()).replace(microsecond=0), usegmt=True)
        return answer

    # ----------------------------------------------------------------- what it says of itself

    async def _me(self, _: web.Request, said: dict[str, Any]) -> dict[str, Any]:
        _typed(said, {})
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": not self.private_mode}

    async def _chat(self, _: web.Request, said: dict[str, Any]) -> dict[str, Any]:
        _typed(said, {"chat_id": (int, str)})
        gifts = dict.fromkeys(_GIFTS, False)
        known = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
        return {**self._found(said.get("chat_id")), **known}

    async def _member(self, _: web.Request, said: dict[str, Any]) -> dict[str, Any]:
        _typed(said, {"chat_id": (int, str), "user_id": int})
        self._found(said.get("chat_id"))
        return {"user": BOT, **self.member}

    async def _webhook(self, _: web.Request, said: dict[str, Any]) -> dict[str, Any]:
        _typed(said, {})
        return {"url": self.hook, "has_custom_certificate": False, "pending_update_count": 0}

    async def _no_webhook(self, _: web.Request, __: dict[str, Any]) -> bool:
        self.hook = ""
        return True

    def _found(self, chat: object) -> dict[str, Any]:
        """A chat by its number or name, as the API tells of it."""
        if isinstance(chat, str) and not chat.startswith("@") and chat.lstrip("-").isdecimal():
            chat = int(chat)
        if chat in self.moved:
            raise Refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[int(str(chat))],
            )
        for one in self.chats.values():
            if chat in (one["id"], f"@{one.get('username', '')}"):
                return one
        if isinstance(chat, int) and chat in self.people.values():
            return {"id": chat, "type": "private", "first_name": "Somebody"}
        raise Refused(400, "Bad Request: chat not found")

    # ----------------------------------------------------------------- posting

    async def _send(self, request: web.Request, said: dict[str, Any]) -> web.StreamResponse | dict[str, Any]:
        self.struck()
        if self.floods:
            wait = self.floods.pop(0)
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        fault = self.troubles.next()
        if (refused := refusal(fault, utc(self.clock()))) is not None:
            return refused
        chat = self._checked(said)
        async with self.fate(fault) as kept:
            message = self._keep(chat, said) if kept else {}
        return await misleading(fault, request) or message

    def _checked(self, said: dict[str, Any]) -> dict[str, Any]:
        """The chat that is written to, if the API would let the bot say this there."""
        _typed(said, _SEND)
        chat = self._found(said.get("chat_id"))
        if chat["id"] in self.barred:
            raise Refused(403, "Forbidden: bot was kicked from the supergroup chat")
        text = said.get("text", "")
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if utf16(text.strip()) > 4096:
            raise Refused(400, "Bad Request: message is too long")
        for entity in said.get("entities", []):
            _typed(entity, {"type": str, "offset": int, "length": int, "url": str})
            if entity["type"] != "text_link" or not 0 <= entity["offset"] <= entity["offset"] + entity[
                "length"
            ] <= utf16(text):
                raise Refused(400, "Bad Request: can't parse entities")
        if set(said.get("link_preview_options", {})) - _PREVIEW:
            raise Refused(400, "Bad Request: can't parse link preview options")
        return chat

    def _keep(self, chat: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        before, number = said.get("reply_parameters", {}), self.next_number()
        reply_to = None
        if before:
            _typed(before, {"message_id": int, "allow_sending_without_reply": bool})
            reply_to = f"{chat['id']}:{before['message_id']}"
            if reply_to not in {*(one.id for one in self.heard), *(one.id for one in self.kept)}:
                if not before.get("allow_sending_without_reply"):
                    raise Refused(400, "Bad Request: message to be replied not found")
                reply_to = None
        self.kept.append(Kept(f"{chat['id']}:{number}", said["text"], said, reply_to, self.clock()))
        sender = {"sender_chat": chat} if chat["type"] == "channel" else {"from": BOT}
        return {"message_id": number, "date": int(self.clock()), "chat": chat, "text": said["text"], **sender}

    async def _delete(self, _: web.Request, said: dict[str, Any]) -> bool:
        _typed(said, {"chat_id": (int, str), "message_id": int})
        full = f"{self._found(said.get('chat_id'))['id']}:{said.get('message_id')}"
        for one in self.kept:
            if one.id == full:
                if self.clock() - one.at > 48 * 3600:
                    raise Refused(400, "Bad Request: message can't be deleted for everyone")
                self.kept.remove(one)
                return True
        raise Refused(400, "Bad Request: message to delete not found")

    # ----------------------------------------------------------------- being heard

    async def _updates(self, request: web.Request, said: dict[str, Any]) -> web.StreamResponse | list[dict[str, Any]]:
        _typed(said, _UPDATES)
        if self.hook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        self._acknowledge(said.get("offset", 0))
        seconds = min(said.get("timeout", 0), _LONGEST_POLL)
        if not self._pending() and seconds:
            match await self.waited(seconds):
                case "conflict":
                    raise Refused(409, "Conflict: terminated by other getUpdates request; run only one bot instance")
                case "cut":
                    if request.transport is not None:
                        request.transport.abort()
                    return web.Response()
        waiting, allowed = self._pending(), said.get("allowed_updates") or ()
        shown = [one for one in waiting if not allowed or set(one) & set(allowed)]
        if shown and self.redelivers:  # what was acknowledged comes again, as over a network that repeats itself
            at = self.updates.index(shown[0])
            shown = [*self.updates[max(at - 2, 0) : at], *shown]
        return shown[: max(1, min(said.get("limit", 100), 100))]

    def _acknowledge(self, offset: int) -> None:
        """Forget what is before an offset; below zero it is counted from the end, out of range it says nothing."""
        after = self.first_update + len(self.updates)
        if offset < 0:
            self.forgotten = max(self.forgotten, after + offset)
        elif self.first_update <= offset <= after + 10:
            self.forgotten = max(self.forgotten, offset)

    def _pending(self) -> list[dict[str, Any]]:
        return [one for one in self.updates if one["update_id"] >= self.forgotten]


async def _parameters(request: web.Request) -> dict[str, Any]:
    """A request's parameters: as JSON, or from a form, as clients of others send them."""
    if request.content_type == "application/json":
        said = await request.json()
        return said if isinstance(said, dict) else {}
    return {name: _read(str(value)) for name, value in {**request.query, **await request.post()}.items()}


def _read(value: str) -> Any:  # noqa: ANN401 -- any JSON value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _typed(said: dict[str, Any], kinds: dict[str, Any]) -> None:
    """Refuse what the API doesn't know, and what has a wrong type."""
    for name, value in said.items():
        if name not in kinds or not isinstance(value, kinds[name]) or (isinstance(value, bool) and kinds[name] is int):
            raise Refused(400, f"Bad Request: wrong parameter {name} in request")


def telegram(troubles: Troubles) -> TelegramServer:
    """A server of the proof: it repeats updates, and knows the bot by the proof's token."""
    return TelegramServer(troubles=troubles, redelivers=troubles.share > 0)


PROOF_KEYS = (
    f'server = "{{url}}"\ntoken = {{ env = "STARFISH_PROOF_TOKEN" }}\nchat = "@{CHANNEL["username"]}"\npoll = "5s"'
)
"""Of an account on it, in TOML."""
