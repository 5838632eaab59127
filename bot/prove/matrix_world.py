"""What a small homeserver knows: rooms, who is in them, and what was said in one stream of events.

May import: verdict, what it is strict about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.prove.faulty import Faulty, Streams
from bot.prove.matrix_strict import answered_by
from bot.prove.verdict import answer_to, known_by

HOME = "!home:example.org"
ALIAS = "#news:example.org"


@dataclass(slots=True, kw_only=True)
class Event:
    """Something that happened in a room; its place in the stream is its place in the world's list."""

    id: str
    room: str
    sender: str
    type: str
    content: dict[str, Any]
    at: float  # seconds since 1970
    seen_at: float  # by those who read back
    state_key: str | None = None
    redacts: str | None = None
    txn: str = ""
    device: str = ""

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.content.get("body", ""))

    @property
    def reply_to(self) -> str | None:
        """The event that it answers."""
        return answered_by(self.content)


@dataclass(slots=True, kw_only=True)
class Room:
    """One room."""

    id: str
    members: dict[str, str] = field(default_factory=dict)  # user: join, invite, leave
    state: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    alias: str = ""
    inviter: str = ""  # of the bot
    is_open: bool = False  # anybody may enter


@dataclass(slots=True, kw_only=True)
class World(Faulty):
    """All that is there; the one bot is `me`."""

    me: str = "@bot:example.org"
    own_name: str = "Starfish"
    lag: Callable[[], float] = float  # seconds until what the bot said can be read back
    events: list[Event] = field(default_factory=list)
    rooms: dict[str, Room] = field(default_factory=dict)
    spoken_to: list[str] = field(default_factory=list)  # the mentions, by their ids
    streams: Streams[bool] = field(default_factory=Streams)

    def __post_init__(self) -> None:
        self.room(HOME, alias=ALIAS, members={self.me: "join", "@ann:example.org": "join", "@cat:far.example": "join"})

    @property
    def domain(self) -> str:
        """The server's name."""
        return self.me.partition(":")[2]

    @property
    def kept(self) -> list[Event]:
        """What the bot said, and nobody took back."""
        return [one for one in self.events if one.sender == self.me and one.type == "m.room.message" and one.content]

    def there(self) -> list[str]:
        """What the bot said, by what it is known by: the mention that it answers, or its link."""
        return [known_by(one.text, one.reply_to) for one in self.kept]

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        return [answer_to(one) for one in self.spoken_to]

    def pinged(self) -> list[str]:
        """Everybody whom the bot's words told of themselves, once each time."""
        return [user for one in self.kept for user in one.content.get("m.mentions", {}).get("user_ids", [])]

    def room(self, name: str, *, members: dict[str, str], alias: str = "", **more: Any) -> Room:  # noqa: ANN401
        """Open a room; who is invited is told so."""
        self.rooms[name] = Room(id=name, alias=alias, **more)
        for user, membership in members.items():
            self.move(user, name, membership)
        return self.rooms[name]

    def move(self, user: str, room: str, membership: str, by: str = "") -> None:
        """Let somebody enter, leave, or be invited."""
        self.rooms[room].members[user] = membership
        if user == self.me and membership == "invite":
            self.rooms[room].inviter = by
        name = self.own_name if user == self.me else user[1:].partition(":")[0].title()
        self.happen(room, by or user, "m.room.member", {"membership": membership, "displayname": name}, state_key=user)

    def say(
        self,
        author: str,
        text: str,
        *,
        bot: bool = False,
        reply_to: str | None = None,
        room: str = HOME,
        **content: Any,  # noqa: ANN401 -- any JSON value
    ) -> Event:
        """Let somebody ("@ann", "@ann@far.example") speak to the bot, unless `content` says otherwise."""
        name, _, domain = author.removeprefix("@").partition("@")
        sender = f"@{name}:{domain or self.domain}"
        said: dict[str, Any] = {
            "msgtype": "m.notice" if bot else "m.text",
            "body": f"{self.own_name}: {text}",
            "m.mentions": {"user_ids": [self.me]},
        }
        if reply_to:
            said["m.relates_to"] = {"m.in_reply_to": {"event_id": reply_to}}
        if self.rooms[room].members.get(sender) != "join":
            self.move(sender, room, "join")
        said = {name.replace("__", "."): value for name, value in (said | content).items() if value is not None}
        event = self.happen(room, sender, "m.room.message", said)
        if not bot and sender != self.me:
            self.spoken_to.append(event.id)
        return event

    def redact(self, event: Event, by: str = "") -> None:
        """Take words back: what they said is gone, that they were said stays."""
        event.content = {}
        self.happen(event.room, by or event.sender, "m.room.redaction", {"redacts": event.id}, redacts=event.id)

    def happen(self, room: str, sender: str, kind: str, content: dict[str, Any], **more: Any) -> Event:  # noqa: ANN401
        """Let something happen in a room."""
        now = self.clock()
        lag = self.lag() if sender == self.me and kind == "m.room.message" else 0.0
        number = f"${len(self.events) + 1:06d}AbCdEf-_"
        event = Event(
            id=number, room=room, sender=sender, type=kind, content=content, at=now, seen_at=now + lag, **more
        )
        self.events.append(event)
        if event.state_key is not None:
            self.rooms[room].state[kind, event.state_key] = content
        self.streams.tell(True)
        return event

    def find(self, number: str) -> Event | None:
        """The event of that id."""
        return next((one for one in self.events if one.id == number), None)

    def shown(self, event: Event, device: str = "") -> dict[str, Any]:
        """An event, as a device is told of it."""
        told: dict[str, Any] = {
            "event_id": event.id,
            "type": event.type,
            "sender": event.sender,
            "content": event.content,
            "origin_server_ts": int(event.at * 1000),
            "unsigned": {},
        }
        if event.state_key is not None:
            told["state_key"] = event.state_key
        if event.redacts is not None:
            told["redacts"] = event.redacts
        if event.txn and event.device == device:
            told["unsigned"]["transaction_id"] = event.txn
        return told

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self.streams)

    def cut_streams(self) -> None:
        """Hang up on everybody who listens."""
        self.streams.tell(None)
