"""What holds for every post on its way to a platform, and for looking for it there.  Pure; may import: model, errors, text."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.text import measure
from bot.errors import Rejected, TooLong, Unsure
from bot.model import Limits, Post

TWO_CLOCKS = timedelta(minutes=5)
"""How far before its first attempt a post is looked for (`ports.Publisher.find`): two clocks differ, and servers lag."""


def room_for(post: Post, limits: Limits, added: int = 0) -> int:
    """How long a post's own words may be, where so much is `added` to them: a name in front, or what makes them harmless.

    :raises Rejected: there is nothing to say
    :raises TooLong: they are longer
    """
    if not post.text.strip():
        raise Rejected("there is nothing to say")
    room = max(limits.max_length - added, 1)
    if measure(post.text, limits) > room:
        raise TooLong(f"longer than the {limits.max_length} {limits.units} that are allowed", room)
    return room


def outlived(expires: timedelta) -> str:
    """Why something that waited too long is given up: `older than 36 h`."""
    seconds = expires.total_seconds()
    sizes = ((86400, "days"), (3600, "h"), (60, "min"), (1, "s"))
    size, unit = next((one for one in sizes if seconds >= 3 * one[0]), sizes[-1])
    return f"older than {seconds / size:.0f} {unit}"


def sent_since(post: Post, now: datetime) -> datetime:
    """From when on a post is looked for.

    A time that still lies ahead was told by a wrong clock, and says nothing: a day is what is looked through then.
    :raises Unsure: nobody knows when it was sent
    """
    if post.sent_at is None:
        raise Unsure("nobody knows when it was sent")
    return post.sent_at - TWO_CLOCKS if post.sent_at <= now else now - timedelta(days=1)
