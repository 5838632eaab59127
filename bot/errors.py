"""Failures, named by what can be done about them (design, section 5).

May import: the standard library only.
Raised in one place, handled in one place: `net.py` maps HTTP onto these, the stories act on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class StarfishError(Exception):
    """Any failure that the bot expects and explains."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in the owner's files."""

    where: str  # "config/feeds.toml:7", or a path where no line is known
    what: str  # the sentence, with "did you mean" and what to do

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class ConfigError(StarfishError):
    """The owner edits their files: all mistakes at once."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UsageError(StarfishError):
    """A command was asked for something it can't mean; the message says what it takes."""


class FeedError(StarfishError):
    """A feed can't be read this time; its state stays as it was."""


class FeedUnreachable(FeedError):
    """Network, DNS, TLS, timeout, 4xx or 5xx: try again, at the earliest after `after` if the server said so."""

    def __init__(self, message: str, after: timedelta | None = None, *, host_wide: bool = False) -> None:
        self.after = after
        self.host_wide = host_wide  # 429 and 503 hold the whole host
        super().__init__(message)


class FeedGone(FeedError):
    """410: mute it at the second sighting, and tell."""


class FeedUnreadable(FeedError):
    """Something came, but no feed: keep the state and back off."""


class FeedRefused(FeedError):
    """We refuse it: a private address, a forbidden scheme or port, too large, too many redirects."""


class PageError(StarfishError):
    """An article's page can't be had or read; the feed's own text serves instead."""

    def __init__(self, message: str, *, again: bool = False) -> None:
        self.again = again  # it was said before, and the page was not asked for this time
        super().__init__(message)


class NoPageError(PageError):
    """What stands behind a link is a file: sound, a film, a picture, a document; nothing of it was read."""


class WorkerError(StarfishError):
    """The worker process gave no result: it was too slow, too hungry, or died of the document."""


class DeliveryError(StarfishError):
    """A platform did not plainly accept a post."""

    def told(self, account: str) -> str:  # noqa: ARG002 -- some failures have advice for it
        """Say it to whoever looks after the account."""
        return str(self)


class RetryLater(DeliveryError):
    """Certainly not accepted: wait `after` (None: our own backoff), then try again."""

    def __init__(self, message: str, after: timedelta | None = None, *, tell: bool = False) -> None:
        self.after = after
        self.tell = tell  # whether the owner should know at once: only they can shorten the wait
        super().__init__(message)


class Unsure(DeliveryError):
    """Perhaps accepted, perhaps not: settle, then look, never just repeat."""


class TooLong(DeliveryError):
    """Certainly not accepted: shorten to `limit` (None: unknown) and try once more."""

    def __init__(self, message: str, limit: int | None = None) -> None:
        self.limit = limit
        super().__init__(message)


class Rejected(DeliveryError):
    """Certainly not accepted, and never will be."""


class NeedsLogin(DeliveryError):
    """Certainly not accepted: the account must be let in anew; it is paused until then."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.remedy = remedy  # what the owner does about it, where that isn't to let the account in anew
        super().__init__(message)

    def advice(self, account: str) -> str:
        """What the owner does about it, in a sentence that can go on."""
        return self.remedy or f"Let it in anew with: starfish accounts renew {account}"

    def told(self, account: str) -> str:
        """Say it with the advice."""
        return f"{self}. {self.advice(account)}"


class StoreError(StarfishError):
    """The database can't be used; the message says what to do."""


class StoreBusy(StoreError):
    """Another process runs this bot (exit code 3)."""
