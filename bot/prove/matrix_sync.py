"""What a small homeserver tells of its stream of events: in batches, and in pages.  May import: its world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.prove.matrix_strict import Bad, filter_of
from bot.prove.matrix_world import Event, World


@dataclass(slots=True, kw_only=True)
class Syncing(World):
    """A world, and how it is told."""

    redelivers: bool = False  # events that were told come again
    knows_since: bool = True  # False: every place in the stream was forgotten
    largest_timeline: int = 100

    def told(self, query: dict[str, str], device: str) -> dict[str, Any]:
        """What happened since a place in the stream, or what there is.

        :raises Bad: no such place, or no such filter
        """
        wanted = filter_of(query.get("filter", "{}"))
        since = None
        if "since" in query:
            since = self._place(query["since"])
            if not self.knows_since:
                raise Bad(400, "M_UNKNOWN", "Invalid stream token")
        new = self.events[since:] if since is not None else self.events
        first = since
        if self.redelivers and new and since:
            first = max(since - 2, 0)
        join, invite = {}, {}
        for name, room in self.rooms.items():
            ours = room.members.get(self.me)
            if ours == "invite" and any(one.room == name and one.state_key == self.me for one in new):
                shown = {"type": "m.room.member", "state_key": self.me, "sender": room.inviter}
                invite[name] = {"invite_state": {"events": [{**shown, "content": {"membership": "invite"}}]}}
            elif ours == "join" and (since is None or any(one.room == name for one in new)):
                join[name] = self._of_room(name, first, wanted, device)
        return {"next_batch": f"s{len(self.events)}", "rooms": {"join": join, "invite": invite, "leave": {}}}

    def _of_room(self, name: str, first: int | None, wanted: dict[str, Any], device: str) -> dict[str, Any]:
        timeline = wanted.get("room", {}).get("timeline", {})
        limit = min(timeline.get("limit", 10), self.largest_timeline)
        entered = max(at for at, one in enumerate(self.events) if one.room == name and one.state_key == self.me)
        start = 0 if first is None or entered >= first else first
        found = [
            (at, one)
            for at, one in enumerate(self.events[start:], start)
            if one.room == name and one.type in timeline.get("types", [one.type])
        ]
        given = found[len(found) - limit :] if len(found) > limit else found
        people = {one.sender for _, one in given}
        state = [
            {"type": kind, "state_key": key, "sender": key or self.me, "content": content, "event_id": f"$state{at}"}
            for at, ((kind, key), content) in enumerate(self.rooms[name].state.items())
            if (kind != "m.room.member" and first is None) or key in people
        ]
        members = list(self.rooms[name].members.values())
        counts = {"m.joined_member_count": members.count("join"), "m.invited_member_count": members.count("invite")}
        moved = first is None or any(one.type == "m.room.member" for _, one in given)
        return {
            "summary": counts if moved else {},
            "state": {"events": state},
            "timeline": {
                "events": [self.shown(one, device) for _, one in given],
                "limited": len(found) > limit,
                "prev_batch": f"s{given[0][0] if given else len(self.events)}",
            },
        }

    def page(self, room: str, query: dict[str, str], device: str) -> dict[str, Any]:
        """A page of a room's events, newest first.

        :raises Bad: no such place, direction or filter
        """
        if query.get("dir") != "b":
            raise Bad(400, "M_MISSING_PARAM", "only backwards")
        start = self._place(query["from"]) if "from" in query else len(self.events)
        end = self._place(query["to"]) if "to" in query else 0
        wanted, limit, now = (
            filter_of(query.get("filter", "{}"), room=True),
            int(query.get("limit", "10")),
            self.clock(),
        )
        chunk: list[tuple[int, Event]] = []
        for at in range(start - 1, end - 1, -1):
            one = self.events[at]
            if (
                one.room == room
                and one.seen_at <= now
                and one.type in wanted.get("types", [one.type])
                and one.sender in wanted.get("senders", [one.sender])
            ):
                chunk.append((at, one))
            if len(chunk) == min(limit, 100):
                break
        told: dict[str, Any] = {"start": f"s{start}", "chunk": [self.shown(one, device) for _, one in chunk]}
        if len(chunk) == min(limit, 100):
            told["end"] = f"s{chunk[-1][0]}"
        return told

    def _place(self, token: str) -> int:
        if not token.startswith("s") or not token[1:].isdigit() or int(token[1:]) > len(self.events):
            raise Bad(400, "M_UNKNOWN", "Invalid stream token")
        return int(token[1:])
