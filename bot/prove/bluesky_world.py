"""What a small server of the AT Protocol knows: one account's records, people, and who was told of what.

May import: core.text, verdict.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.prove.faults import utc
from bot.prove.faulty import Faulty
from bot.prove.verdict import answer_to

POST, PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
LINK = re.compile(r"https?://\S+")
MENTION = "app.bsky.richtext.facet#mention"

_COLLECTION = re.compile(r"[a-z][a-z0-9-]*(?:\.[A-Za-z0-9-]+){2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something that somebody keeps in their repository."""

    did: str
    collection: str
    rkey: str
    value: dict[str, Any]

    @property
    def id(self) -> str:
        """Its address."""
        return f"at://{self.did}/{self.collection}/{self.rkey}"

    @property
    def cid(self) -> str:
        """Its version: a hash of all that it holds."""
        return f"bafyrei{_letters(json.dumps(self.value, sort_keys=True))[:52]}"

    @property
    def text(self) -> str:
        """Its words."""
        return str(self.value.get("text", ""))

    @property
    def reply_to(self) -> str | None:
        """What it answers."""
        reply = self.value.get("reply")
        return str(reply["parent"]["uri"]) if reply else None

    @property
    def link(self) -> str | None:
        """The first address that it makes clickable."""
        for facet in self.value.get("facets", []):
            if "uri" in facet["features"][0]:
                return str(facet["features"][0]["uri"])
        return None


@dataclass(slots=True, kw_only=True)
class World(Faulty):
    """All that is there; the one account of the bot's is `handle`."""

    domain: str = "test"
    handle: str = "bot.test"
    lag: Callable[[], float] = lambda: 0.0  # seconds until the bot is told of what was said
    is_bot: bool = True  # what the bot's profile says
    records: dict[str, Record] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    _last: float = 0.0

    def __post_init__(self) -> None:
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}] if self.is_bot else []}
        profile = {"$type": PROFILE, "displayName": "Bot", "description": "A bot", "labels": labels}
        self.keep(Record(did=self.did, collection=PROFILE, rkey="self", value=profile))

    @property
    def did(self) -> str:
        """The bot's own id."""
        return did_of(self.handle)

    @property
    def kept(self) -> list[Record]:
        """What the bot said, in the order in which it did."""
        return [one for one in self.records.values() if one.did == self.did and one.collection == POST]

    def there(self) -> list[str]:
        """What the bot said, by what it is known by: the mention that it answers, or its link."""
        return [answer_to(one.reply_to) if one.reply_to or not one.link else one.link for one in self.kept]

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        return [answer_to(note["uri"]) for note in self.notes if note["reason"] == "mention"]

    def pinged(self) -> list[str]:
        """The ids of all whom the bot's words told of themselves: by a facet, or as the author of what is answered."""
        facets = [facet["features"][0] for one in self.kept for facet in one.value.get("facets", [])]
        called = [str(each["did"]) for each in facets if each["$type"] == MENTION]
        return called + [one.reply_to.split("/")[2] for one in self.kept if one.reply_to]

    def say(
        self,
        author: str,
        text: str,
        *,
        bot: bool = False,
        reply_to: str | None = None,
        reason: str = "mention",
        slow: float = 0.0,
        **_: object,
    ) -> Record:
        """Let somebody ("@ann", or "@ann@elsewhere.example") speak to the bot; their clock may be `slow`, in seconds.

        With another reason than "mention" they don't tag it.
        """
        now = max(self.clock(), self._last + 0.001)
        self._last = now
        who, tag = handle_of(author, self.domain), f"@{self.handle}"
        value: dict[str, Any] = {"$type": POST, "text": text, "createdAt": _iso(now - slow)}
        if reason == "mention":
            facet = {"index": {"byteStart": 0, "byteEnd": len(tag)}, "features": [{"$type": MENTION, "did": self.did}]}
            value |= {"text": f"{tag} {text}", "facets": [facet]}
        if reply_to is not None:
            parent = self.records[reply_to]
            whole = {"uri": parent.id, "cid": parent.cid}
            value["reply"] = {"root": parent.value.get("reply", {}).get("root", whole), "parent": whole}
        rkey = f"{int(now * 1e6):016d}"
        said = self.keep(Record(did=did_of(who), collection=POST, rkey=rkey, value=value))
        self.notify(reason, said, who, at=now - max(slow, 0.0), seen_at=self.clock() + self.lag(), bot=bot)
        return said

    def notify(self, reason: str, said: Record, who: str, *, at: float, seen_at: float, bot: bool = False) -> None:
        """Tell the bot's account of something; `at` is the earlier of when it was written and when it came."""
        labels = [{"src": did_of(who), "uri": f"at://{did_of(who)}/{PROFILE}/self", "val": "bot"}] if bot else []
        author = {"did": did_of(who), "handle": who, "displayName": who.partition(".")[0].title(), "labels": labels}
        note = {"uri": said.id, "cid": said.cid, "author": author, "reason": reason, "record": said.value}
        self.notes.append({**note, "isRead": False, "indexedAt": _iso(at), "labels": [], "_seen_at": seen_at})

    def keep(self, record: Record) -> Record:
        """Keep a record, in place of what stood there."""
        self.records[record.id] = record
        return record


def handle_of(author: str, domain: str) -> str:
    """The handle of somebody: "@ann" is "ann.test", "@ann@far.example" is "ann.far.example"."""
    name, _, place = author.removeprefix("@").partition("@")
    return name if "." in name and not place else f"{name}.{place or domain}"


def did_of(handle: str) -> str:
    """The permanent id of whoever is called so."""
    return f"did:plc:{_letters(handle)[:24]}"


def is_collection(name: object) -> bool:
    """Whether this is a name of a collection, as the protocol has them."""
    return isinstance(name, str) and _COLLECTION.fullmatch(name) is not None


def _letters(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower().rstrip("=")


def _iso(seconds: float) -> str:
    return utc(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
