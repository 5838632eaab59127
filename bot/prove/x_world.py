"""What a small X knows: people, what they said, and who was told of it.  May import: core.links, faults, verdict."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.links import links_in
from bot.prove.faults import utc
from bot.prove.faulty import Faulty
from bot.prove.verdict import answer_to

EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 from which the numbers of posts count (Twitter's snowflake, 2010)."""

HANDLE = re.compile(r"(?<![\w/@])@([A-Za-z0-9_]{1,15})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that somebody said."""

    id: str = ""
    author: str  # handle
    text: str
    at: float = 0.0  # seconds since 1970
    seen_at: float = 0.0  # for everybody
    reply_to: str | None = None
    quotes: str | None = None
    excluded: tuple[str, ...] = ()  # numbers of people whom an answer leaves out
    drags: tuple[str, ...] = ()  # handles that stand before the shown text: all who talked before
    edits: str = ""  # the number that it had first


@dataclass(slots=True, kw_only=True)
class World(Faulty):
    """All that is there; the one bot's account is @bot."""

    lag: Callable[[], float] = float  # seconds until what the bot said can be read
    posts: list[Said] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=lambda: {"bot": "1000"})  # handle → number
    _number: int = 0

    @property
    def kept(self) -> list[Said]:
        """What the bot said."""
        return [one for one in self.posts if one.author == "bot"]

    def there(self) -> list[str]:
        """What the bot said, by what it is known by: the mention that it answers, or its link."""
        found = []
        for one in self.kept:
            links = [one.text[start:end] for start, end in links_in(one.text)]
            found.append(answer_to(one.reply_to) if one.reply_to or not links else links[0])
        return found

    def owed(self) -> list[str]:
        """The answers to all who spoke to the bot."""
        return [answer_to(one.id) for one in self.mentions()]

    def pinged(self) -> list[str]:
        """Everybody whom the bot's words told of themselves, once each time."""
        return [f"@{handle}" for one in self.kept for handle in [*one.drags, *HANDLE.findall(one.text)]]

    def say(self, author: str, text: str, **more: Any) -> Said:  # noqa: ANN401 -- of a Said
        """Let somebody ("@ann") mention the bot."""
        handle = re.sub(r"\W", "", author.removeprefix("@").partition("@")[0])[:15]
        parent = self.find(more.get("reply_to"))
        more.setdefault("drags", self._talkers(parent.id, handle) if parent else ())
        to_us = parent is not None and parent.author == "bot"
        return self.keep(Said(author=handle, text=text if to_us else f"@bot {text}", **more))

    def talk(self, author: str, text: str, to: Said) -> Said:
        """Let somebody answer another, which X tells all of who talked before."""
        return self.keep(Said(author=author, text=text, reply_to=to.id, drags=self._talkers(to.id, author)))

    def mentions(self) -> list[Said]:
        """What names the bot, and isn't its own; what was edited, in its last wording."""
        edited = {one.edits for one in self.posts if one.edits}
        return [
            one
            for one in self.posts
            if one.author != "bot" and one.id not in edited and "bot" in [*one.drags, *HANDLE.findall(one.text)]
        ]

    def keep(self, said: Said) -> Said:
        """Keep what somebody said."""
        now = self.clock()
        lag = self.lag() if said.author == "bot" else 0.0
        kept = replace(said, id=self._new_id(), at=now, seen_at=now + lag)
        self.posts.append(kept)
        return kept

    def answer(self, text: str, parent: Said, excluded: tuple[str, ...]) -> Said:
        """What the bot answers: X puts all who talked before in front, except those whom it is asked to leave out."""
        drags = [one for one in self._talkers(parent.id, "bot") if self.number_of(one) not in excluded]
        return Said(author="bot", text=text, reply_to=parent.id, excluded=excluded, drags=tuple(drags))

    def find(self, number: str | None) -> Said | None:
        """A post by its number."""
        return next((one for one in self.posts if one.id == number), None)

    def number_of(self, handle: str) -> str:
        """A person's number."""
        return self.people.setdefault(handle, str(2000 + len(self.people)))

    def person(self, handle: str) -> dict[str, Any]:
        """Somebody, as the interface tells of them."""
        return {"id": self.number_of(handle), "username": handle, "name": handle.title()}

    def shown(self, said: Said, *, old: bool) -> dict[str, Any]:
        """A post, with all that may be asked of it; `old`: in the names of before."""
        front = "".join(f"@{handle} " for handle in said.drags)
        text, urls = "", []
        last = 0
        for number, (start, end) in enumerate(links_in(said.text)):
            short = f"https://t.co/{said.id[-6:]}{number}"
            urls.append({"start": 0, "end": 0, "url": short, "expanded_url": said.text[start:end]})
            text += said.text[last:start] + short
            last = end
        text = front + text + said.text[last:]
        mentions = [
            {"start": found.start(), "end": found.end(), "username": found[1], "id": self.number_of(found[1])}
            for found in HANDLE.finditer(text)
        ]
        post = "tweet" if old else "post"
        shown: dict[str, Any] = {
            "id": said.id,
            "text": html.escape(text, quote=False),
            "author_id": self.number_of(said.author),
            "created_at": utc(said.at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "conversation_id": self._root(said),
            "display_text_range": [len(front), len(text)],
            "entities": {"urls": urls, "mentions": mentions},
            "lang": "en",
            f"edit_history_{post}_ids": [said.edits, said.id] if said.edits else [said.id],
        }
        refers = [("replied_to", said.reply_to), ("quoted", said.quotes)]
        if told := [{"type": kind, "id": number} for kind, number in refers if number]:
            shown[f"referenced_{post}s"] = told
        if (parent := self.find(said.reply_to)) is not None:
            shown["in_reply_to_user_id"] = self.number_of(parent.author)
        return shown

    def _talkers(self, number: str, author: str) -> tuple[str, ...]:
        """Who is told of an answer: the author of what it answers, and all whom that named."""
        parent = self.find(number)
        if parent is None:
            return ()
        named = [parent.author, *parent.drags, *HANDLE.findall(parent.text)]
        return tuple(dict.fromkeys(handle for handle in named if handle != author))

    def _root(self, said: Said) -> str:
        parent = self.find(said.reply_to)
        return self._root(parent) if parent is not None else said.edits or said.id

    def _new_id(self) -> str:
        self._number += 1
        return str(((int(self.clock() * 1000) - EPOCH) << 22) + self._number)
