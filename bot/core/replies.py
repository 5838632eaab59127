"""A reply as a post: to the asker alone, in their thread, no wider than they spoke.  Pure; may import: compose, model."""

from __future__ import annotations

from dataclasses import replace

from bot.core import compose
from bot.model import Limits, Mention, Post


def reply_post(text: str, mention: Mention, limits: Limits, dedupe_key: str) -> Post:
    """Fit an answer into a platform's limits; whom it answers, where and how visibly is the mention's."""
    if limits.names_asker:
        limits = replace(limits, max_length=limits.max_length - len(mention.author) - 2)
    return Post(
        account=mention.account,
        text=compose.reply_fit(text, limits),
        dedupe_key=dedupe_key,
        reply_to=mention.remote_id,
        reply_to_author=mention.author,
        reply_context=mention.context,
        visibility=mention.visibility,
        language=mention.language,
    )
