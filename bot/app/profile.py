"""What an account says of itself on its profile: what it is, who runs it, how to stop it.  Pure.

May import: settings, core.text.
"""

from __future__ import annotations

from bot.settings import BotSettings
from bot.settings.starfish_file import EXAMPLE_CONTACT

ROOM = 160
"""Characters: what X has for a profile, the least of all platforms that have one (Bluesky 256, Mastodon 500)."""


def profile(bot: BotSettings, contact: str, owner: str | None) -> str:
    """A text that can be pasted as it is, within `ROOM` where the owner's own words leave enough.

    Who runs it comes first as the owner's id there, else as the contact of `[net]`, unless that is still the example.
    """
    tells_people = owner is not None and not owner.isdigit() and not owner.startswith("did:")
    who = (owner if tells_people else "") or (contact if contact != EXAMPLE_CONTACT else "(your name)")
    stop = "Say “stop” and I leave you alone."
    texts = (
        f"I am {bot.name}, a bot: I share what is worth reading on {bot.niche}, and answer who mentions me. Run by {who}. {stop}",
        f"A bot that shares links on {bot.niche}, and answers you. Run by {who}. {stop}",
        f"A bot that shares links, and answers you. Run by {who}. {stop}",
        f"A bot, run by {who}. {stop}",
    )
    return next((text for text in texts if len(text) <= ROOM), texts[-1])
