"""The local timeline as a platform: the embedded default, which needs no account anywhere.

May import: model, errors, ports, core.limits.
Its posts are the outbox's own `sent` rows (design, section 4), so sending is a transaction of the store
and nothing ever goes through `publish`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.core.limits import LIMITS as PUBLISHED
from bot.errors import Rejected, Unsure
from bot.model import Account, Post, Receipt
from bot.ports import Platform, Tools

LIMITS = PUBLISHED["local"]


class Options(BaseModel):
    """A local account has no keys of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Local:
    """An account on the timeline in the bot's own database."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.limits = LIMITS

    async def publish(self, post: Post) -> Receipt:
        """Always refuses: whoever calls this forgot `limits.in_store`.

        :raises Rejected: always; nothing was sent
        """
        raise Rejected(f"post {post.id} of {self.name} is sent by the store, not by its platform; nothing was sent")

    async def find(self, post: Post) -> Receipt | None:
        """Always refuses: the store itself knows.

        :raises Unsure: always
        """
        raise Unsure(f"whether post {post.id} of {self.name} is there, only the store can say")


def _open(account: Account, options: Options, tools: Tools) -> Local:  # noqa: ARG001 -- the shape of the door
    return Local(account.name)


platform = Platform("local", Options, _open, LIMITS)
