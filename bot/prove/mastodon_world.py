"""What a small server with the Mastodon client API knows: people, what they said, and who was told of it.

May import: core.text, verdict.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.core.text import measure
from bot.model import Limits
from bot.prove.faults import utc
from bot.prove.faulty import Faulty, Streams
from bot.prove.verdict import LINK, answer_to, known_by

Dialect = Literal["mastodon", "gotosocial"]
Event = tuple[str, str]  # what a stream tells: the name of the event, and its payload

HANDLE = re.compile(r"(?<![\w/@])@([A-Za-z0-9_]+)(?:@([A-Za-z0-9.-]+\w))?")
_SPECIAL = re.compile(rf"(?P<link>{LINK.pattern})|(?P<handle>{HANDLE.pattern})")
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Something that somebody said."""

    id: str = ""
    account: str  # acct
    text: str
    at: float = 0.0  # seconds since 1970
    seen_at: float = 0.0  # for everybody
    key: str = ""
    reply_to: str | None = None
    visibility: str = "public"
    spoiler: str = ""
    language: str | None = None


@dataclass(slots=True, kw_only=True)
class World(Faulty):
    """All that is there; the one bot's account is "bot"."""

    dialect: Dialect = "mastodon"
    domain: str = "social.example"
    lag: Callable[[], float] = lambda: 0.0  # seconds until what the bot said can be read
    max_characters: int = 500
    is_bot: bool = True  # what the bot's profile says
    statuses: list[Status] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0
    streams: Streams[Event] = field(default_factory=Streams)

    @property
    def kept(self) -> list[Status]:
        """What the bot said."""
        return [one for one in self.statuses if one.account == "bot"]

    def there(self) -> list[str]:
        """What the bot said, by what it is known by: the mention that it answers, or its link."""
        return [known_by(one.text, one.reply_to) for one in self.kept]

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        return [answer_to(note["status"]["id"]) for note in self.notes if note["type"] == "mention"]

    def pinged(self) -> list[str]:
        """Everybody whom the bot's words told of themselves, once each time."""
        return [found[0] for one in self.kept for found in HANDLE.finditer(LINK.sub("", one.text))]

    def say(self, author: str, text: str, *, bot: bool = False, **more: Any) -> Status:  # noqa: ANN401 -- of a Status
        """Let somebody ("@ann" of this server, or "@ann@elsewhere.example") mention the bot."""
        said = self.keep(Status(account=author.removeprefix("@"), text=f"@bot {text}", **more))
        shown = self.shown(said)
        shown["account"]["bot"] = bot
        self.notify("mention", shown)
        return said

    def notify(self, kind: str, status: dict[str, Any]) -> None:
        """Tell the bot's account of something."""
        about = {"type": kind, "created_at": status["created_at"], "account": status["account"], "status": status}
        self.notes.append({"id": self._new_id(), **about})
        self.streams.tell(("notification", json.dumps(self.notes[-1])))

    def take_back(self, status: Status) -> None:
        """Let somebody delete what they said: it, and every notice of it, is gone; who listens is told."""
        self.statuses = [one for one in self.statuses if one.id != status.id]
        self.notes = [note for note in self.notes if note["status"]["id"] != status.id]
        self.streams.tell(("delete", status.id))

    def keep(self, status: Status) -> Status:
        """Keep what somebody said."""
        now = self.clock()
        lag = self.lag() if status.account == "bot" else 0.0
        kept = replace(status, id=self._new_id(), at=now, seen_at=now + lag)
        self.statuses.append(kept)
        return kept

    def length(self, text: str, spoiler: str) -> int:
        """How long a post is, as this software counts, whatever it advertises."""
        if self.dialect == "gotosocial":
            return len(text) + len(spoiler)
        counted = HANDLE.sub(lambda found: f"@{found[1]}", text) + spoiler
        return measure(counted, Limits(max_length=self.max_characters, unit="graphemes", link_cost=23))

    def person(self, acct: str) -> dict[str, Any]:
        """Somebody, as the interface tells of them."""
        url = f"https://{acct.partition('@')[2] or self.domain}/@{acct.partition('@')[0]}"
        name = acct.partition("@")[0]
        return {
            "id": f"id-{acct}",
            "acct": acct,
            "username": name,
            "display_name": name.title(),
            "bot": acct == "bot" and self.is_bot,
            "url": url,
        }

    def shown(self, status: Status) -> dict[str, Any]:
        """A status, as the interface tells of it."""
        paragraphs = [self._markup(part).replace("\n", "<br />") for part in status.text.split("\n\n")]
        return {
            "id": status.id,
            "created_at": utc(status.at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_id": status.reply_to,
            "visibility": status.visibility,
            "spoiler_text": status.spoiler,
            "language": status.language,
            "url": f"https://{self.domain}/@{status.account}/{status.id}",
            "content": "".join(f"<p>{part}</p>" for part in paragraphs),
            "account": self.person(status.account),
            "reblog": None,
        }

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self.streams)

    def cut_streams(self) -> None:
        """Hang up on everybody who listens."""
        self.streams.tell(None)

    def _new_id(self) -> str:
        """Ids as they come: long numbers of Mastodon, and letters of the others; they grow as texts of one length."""
        self._number += 1
        number = int(self.clock() * 1000) * 100_000 + self._number
        if self.dialect == "mastodon":
            return f"{number:020d}"
        digits = ""
        for _ in range(26):
            number, digit = divmod(number, 32)
            digits = _BASE32[digit] + digits
        return digits

    def _markup(self, text: str) -> str:
        """Text as HTML, with links and handles marked up as Mastodon does."""
        out, last = "", 0
        for found in _SPECIAL.finditer(text):
            out += html.escape(text[last : found.start()])
            last = found.end()
            whole = html.escape(found[0])
            if found["link"]:
                scheme, rest = whole.split("//", 1)
                shown = f'<span class="invisible">{scheme}//</span><span class="ellipsis">{rest[:30]}</span>'
                shown += f'<span class="invisible">{rest[30:]}</span>'
                out += f'<a href="{whole}" rel="nofollow noopener noreferrer" target="_blank">{shown}</a>'
            else:
                name = html.escape(found[3])
                out += f'<span class="h-card"><a href="https://{self.domain}/@{name}" class="u-url mention">@<span>{name}</span></a></span>'
        return out + html.escape(text[last:])
