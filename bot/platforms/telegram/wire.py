"""The Telegram Bot API, asked as one bot.  May import: model, errors, ports, net, core.text.

The token stands in each address, so nothing of a request, and nothing that an answer repeats of it, gets any further.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.core.text import clean
from bot.errors import NeedsLogin, RetryLater, Unsure
from bot.model import Secret
from bot.net.outcome import outcome
from bot.net.replies import number, object_of, within, words
from bot.ports import Http, Reply

SERVER = "https://api.telegram.org"

CONFLICT_WAIT = timedelta(seconds=5)
"""After another program took the updates: two that only take them from each other hear nothing."""

LARGEST_ID = 2**53
"""Identifiers of chats and people have at most 52 significant bits (Bot API, types Chat and User)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said to one request, with the token taken out."""

    reply: Reply  # its status is the one that the body names, where that says no
    said: Mapping[str, Any]

    @property
    def status(self) -> int:
        """The status that counts."""
        return self.reply.status

    @property
    def why(self) -> str:
        """The API's own words for a no, as one line."""
        return clean(words(self.said.get("description"))[:2000])[:200]

    @property
    def moved(self) -> int | None:
        """Where a group lives now that became a supergroup."""
        return whole(within(self.said, "parameters").get("migrate_to_chat_id"))

    def result(self) -> Any:  # noqa: ANN401 -- any JSON value
        """What was asked for.

        :raises RetryLater: a flood wait, or another program takes the updates
        :raises NeedsLogin: the token is not good
        :raises Unsure, Rejected: as `outcome` says
        """
        if self.status == 404:
            raise NeedsLogin(f"the server knows no bot with this token ({self.why or 'Not Found'})")
        if self.status == 409:
            raise RetryLater(
                "another program takes this bot's updates, by the same token or as a webhook;"
                f" end it, or let @BotFather make a new token ({self.why})",
                CONFLICT_WAIT,
            )
        outcome(self.reply)
        if self.said.get("ok") is not True or "result" not in self.said:
            raise Unsure("the server's answer is neither a yes nor a no")
        return self.said["result"]


class Wire:
    """Sends requests as one bot."""

    def __init__(self, server: str, token: Secret, http: Http) -> None:
        self._server, self._token, self._http = server, token, http

    @property
    def bot(self) -> str:
        """Which bot it is: the part of the token that is no secret."""
        return self._token.reveal().partition(":")[0] if ":" in self._token.reveal() else ""

    async def get(self, method: str, **parameters: object) -> dict[str, Any]:
        """Ask for an object.  Raises as `Answer.result` does, and Unsure where it is none."""
        result = (await self.ask(method, parameters)).result()
        if not isinstance(result, dict):
            raise Unsure("the server's answer is not what was asked for")
        return result

    async def ask(
        self, method: str, parameters: Mapping[str, object], timeout: timedelta = timedelta(seconds=30)
    ) -> Answer:
        """Send one request, once.  Raises as `ports.Http.send` does."""
        address = f"{self._server}/bot{quote(self._token.reveal(), safe=':')}/{method}"
        return self._read(await self._http.send("POST", address, json=dict(parameters), timeout=timeout))

    def _read(self, reply: Reply) -> Answer:
        said, body = object_of(reply.body), ""
        if said.get("ok") is not True:
            # Servers repeat what they don't know, the address above all; spelt out anew, the token has one spelling.
            secret = self._token.reveal().rpartition(":")[2]
            body = json.dumps(said, ensure_ascii=False)
            body = body.replace(secret, "***") if secret else body
            said = object_of(body)
        status = reply.status
        refused = number(said.get("error_code"), at_least=400, at_most=499)
        if said.get("ok") is False and 200 <= status < 300 and refused:
            status = refused  # a no is a no, whatever a gateway made of its status
        known = Reply(status=status, headers=reply.headers, body=body.encode("utf-8", "replace"), url=self._server)
        return Answer(known, said)


def whole(value: object) -> int | None:
    """An identifier within an answer; those of groups and channels are negative."""
    return number(value, at_least=-LARGEST_ID, at_most=LARGEST_ID)
