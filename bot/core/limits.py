"""What each platform counts and allows, as data.  Pure; may import: model.

The figures are the platforms' own published ones (decision 0004 says where each stands); an adapter may learn better
ones from its server.  `starfish condense --platform` works with these alone, without an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from bot.model import Limits

LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "local": Limits(max_length=300, unit="graphemes", in_store=True),
        "webhook": Limits(max_length=2000, unit="characters"),
        "mastodon": Limits(
            max_length=500,
            unit="graphemes",
            link_cost=23,
            hashtags=True,
            names_asker=True,
            searchable=True,
            idempotent_for=timedelta(minutes=50),
        ),
        "bluesky": Limits(
            max_length=300,
            unit="graphemes",
            max_bytes=3000,
            hashtags=True,
            markup="facets",
            searchable=True,
            idempotent_for=timedelta.max,
        ),
        "x": Limits(max_length=280, unit="weighted", link_cost=23, hashtags=True, searchable=True, unsolicited=False),
        "telegram": Limits(max_length=4096, unit="utf16", hashtags=True),
        "discord": Limits(max_length=2000, unit="characters", searchable=True, idempotent_for=timedelta(minutes=2)),
        "matrix": Limits(max_length=4000, unit="bytes", searchable=True, idempotent_for=timedelta(hours=23)),
        "irc": Limits(max_length=400, unit="bytes"),
        "slack": Limits(max_length=3000, unit="characters"),
        "threads": Limits(max_length=500, unit="characters", hashtags=True),
    }
)
