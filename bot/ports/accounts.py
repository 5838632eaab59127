"""What an account on a platform does for the stories: speak, listen, take back, and tell how it is.

May import: model, and the standard library.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from bot.model import Limits, Mention, Post, Receipt


@runtime_checkable
class Publisher(Protocol):
    """An account on a platform that can be spoken through."""

    name: str
    limits: Limits

    async def publish(self, post: Post) -> Receipt:
        """Send once.

        :raises RetryLater: certainly not accepted, may be later
        :raises Unsure: perhaps accepted
        :raises TooLong: certainly not accepted, shorten
        :raises Rejected: certainly not accepted, final
        :raises NeedsLogin: certainly not accepted, the account is locked out
        """
        ...

    async def find(self, post: Post) -> Receipt | None:
        """Look for a post that may have been sent.  None only when its absence is proven.

        :raises Unsure: the platform can't be asked, or not completely since `post.sent_at` - 5 min
        :raises NeedsLogin: the account is locked out
        """
        ...


@runtime_checkable
class Listener(Protocol):
    """An account that can be spoken to."""

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever, each with the cursor that follows it."""
        ...


@runtime_checkable
class Deleter(Protocol):
    """An account whose posts can be taken back."""

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        ...


@runtime_checkable
class Doctor(Protocol):
    """An account that can tell whether it is well set up."""

    async def examine(self) -> list[tuple[bool, str]]:
        """What was looked at: whether it is fine, and a sentence.  Reads only, and never raises a DeliveryError."""
        ...


@runtime_checkable
class Identified(Protocol):
    """An account of which only its server can say who it is there."""

    async def identity(self) -> str:
        """Who it is there: the same for every account that is the same one there.

        :raises DeliveryError: the server can't be asked now
        """
        ...


@runtime_checkable
class Preparing(Protocol):
    """An account that learns something from its server before anything is composed for it, its limits above all."""

    async def prepare(self) -> None:
        """Learn it; called once at start, within a timeout.  Where it fails, what is known without it holds.

        :raises DeliveryError: as `publish` does, except that nothing was sent
        """
        ...
