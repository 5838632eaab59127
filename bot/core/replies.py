"""A reply as a post: to the asker alone, in their thread, no wider than they spoke.

Pure; may import: compose, links, text, model, errors.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core import compose
from bot.core.links import links_in
from bot.core.text import fits, measure
from bot.errors import Rejected
from bot.model import Limits, Mention, Post


def reply_post(text: str, mention: Mention, limits: Limits, dedupe_key: str) -> Post:
    """Fit an answer into a platform's limits; whom it answers, where and how visibly is the mention's."""
    return Post(
        account=mention.account,
        text=_fitted(text, _beside(mention.author, limits)),
        dedupe_key=dedupe_key,
        reply_to=mention.remote_id,
        reply_to_author=mention.author,
        reply_context=mention.context,
        visibility=mention.visibility,
        language=mention.language,
    )


def shorter_reply(post: Post, limits: Limits) -> Post:
    """Make an answer that turned out too long fit, its link whole.

    :raises Rejected: its link alone doesn't fit, or nothing of it does
    """
    text = _fitted(post.text, _beside(post.reply_to_author or "", limits))
    if not text or _last_link(post.text) not in text:
        raise Rejected(f"Too little of the answer fits into the {limits.max_length} {limits.unit} that are allowed.")
    return replace(post, text=text)


def _beside(author: str, limits: Limits) -> Limits:
    """What is left for the words where an answer begins with the name of whom it answers."""
    if not limits.names_asker:
        return limits
    return replace(limits, max_length=max(limits.max_length - len(author) - 2, 0))


def _fitted(text: str, limits: Limits) -> str:
    """Cut a reply to the platform's length; its last link stays whole, and words before it go: it is what was asked for."""
    made = compose.reply_fit(text, limits)
    link = _last_link(text)
    if link in made or not fits(link, limits):
        return made
    tail = f" {link}"
    room = replace(
        limits,
        max_length=max(limits.max_length - measure(tail, limits), 0),
        max_bytes=None if limits.max_bytes is None else max(limits.max_bytes - len(tail.encode()), 0),
    )
    linked = f"{compose.reply_fit(text[: text.rindex(link)].rstrip(), room)}{tail}".strip()
    return linked if fits(linked, limits) else link


def _last_link(text: str) -> str:
    links = links_in(text, bare=False)
    return text[slice(*links[-1])] if links else ""
