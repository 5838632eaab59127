"""A reply as a post: to the asker alone, in their thread, no wider than they spoke.

Pure; may import: compose, links, text, model.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import compose
from bot.core.links import links_in
from bot.core.text import fits, measure
from bot.model import Limits, Mention, Post


def reply_post(text: str, mention: Mention, limits: Limits, dedupe_key: str) -> Post:
    """Fit an answer into a platform's limits; whom it answers, where and how visibly is the mention's."""
    if limits.names_asker:
        limits = replace(limits, max_length=limits.max_length - len(mention.author) - 2)
    return Post(
        account=mention.account,
        text=_fitted(text, limits),
        dedupe_key=dedupe_key,
        reply_to=mention.remote_id,
        reply_to_author=mention.author,
        reply_context=mention.context,
        visibility=mention.visibility,
        language=mention.language,
    )


def _fitted(text: str, limits: Limits) -> str:
    """Cut a reply to the platform's length; its last link stays whole, and words before it go: it is what was asked for."""
    made = compose.reply_fit(text, limits)
    links = links_in(text, bare=False)
    link = text[slice(*links[-1])] if links else ""
    if link in made or not fits(link, limits):
        return made
    tail = f" {link}"
    room = replace(
        limits,
        max_length=max(limits.max_length - measure(tail, limits), 0),
        max_bytes=None if limits.max_bytes is None else max(limits.max_bytes - len(tail.encode()), 0),
    )
    linked = f"{compose.reply_fit(text[: links[-1][0]].rstrip(), room)}{tail}".strip()
    return linked if fits(linked, limits) else link
