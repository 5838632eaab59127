"""What platforms may do over HTTP.

May import: model, and the standard library.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, read within its cap."""

    status: int
    headers: Mapping[str, str]  # names in lower case; repeated ones joined by ", "
    body: bytes
    url: str  # where it was finally got


class Socket(Protocol):
    """A WebSocket that stands, to speak and to listen by turns or at once."""

    @property
    def code(self) -> int | None:
        """The code that the other side closed with; None while it stands, and where it ended without a word."""
        ...

    async def send(self, text: str) -> None:
        """Say something.

        :raises Unsure: the socket is closed, or breaks
        """
        ...

    def heard(self) -> AsyncIterator[str]:
        """What the other side says, message by message, until either side closes or the connection breaks."""
        ...

    async def close(self, code: int = 1000) -> None:
        """End it with a code; one that has ended already is fine."""
        ...


class Http(Protocol):
    """What platforms may do over HTTP; `bot/net` implements it, with the owner's addresses allowed to be private."""

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,  # noqa: ANN401 -- any JSON value
        form: Mapping[str, str] | None = None,
        data: bytes | None = None,
        timeout: timedelta = timedelta(seconds=30),
    ) -> Reply:
        """Send one request, once, follow no redirect, and give the answer whatever its status.

        :raises RetryLater: nothing was sent (connection refused, name unknown, TLS failed)
        :raises Unsure: the request may have arrived, the answer did not
        """
        ...

    def events(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[str]:
        """Hear what a server streams, over a WebSocket (ws, wss) or as server-sent events (http, https), until it ends.

        First comes an empty text, once the stream stands, then each message.  Nothing is replayed after a reconnect,
        so a stream may only wake somebody who then asks properly.

        :raises RetryLater: there was no connection
        :raises Unsure: the stream broke, or fell silent
        :raises Rejected: there is no such stream; NeedsLogin: not for us
        """
        ...

    def socket(self, url: str, *, headers: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Socket]:
        """Open a WebSocket (ws, wss) to speak through, closed on leaving; only where `send` would go too.

        No signs of life are sent: protocols that need some have their own.

        :raises RetryLater: there was no connection
        :raises Rejected: there is no WebSocket, or its address is none of ours; NeedsLogin: not for us
        """
        ...
