"""Setting up accounts and trying them, outside of the running bot.  May import: all but cli."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.build import ground, platforms, stories, utc_now
from bot.core.compose import fit
from bot.core.text import clean, links_in, measure
from bot.errors import DeliveryError, Rejected, UsageError
from bot.model import Draft
from bot.ports import Doctor, Preparing, Publisher
from bot.settings import Settings, add_account
from bot.store import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a platform's own."""

    name: str
    description: str
    required: bool
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    account: str
    fine: bool
    what: str


def keys_of(platform: str) -> list[Key]:
    """The keys that a platform declares.

    :raises UsageError: no such platform is installed
    """
    known = platforms()
    if platform not in known:
        raise UsageError(f"no platform is called {platform!r}; there are: {', '.join(sorted(known))}")
    fields = known[platform].Options.model_fields
    return [
        Key(
            name=name,
            description=field.description or "",
            required=field.is_required(),
            secret="Secret" in str(field.annotation),
        )
        for name, field in fields.items()
    ]


def write_account(folder: Path, name: str, platform: str, values: Mapping[str, str]) -> list[str]:
    """Write the account's block, as a rehearsal; gives what to tell the owner.

    :raises UsageError: a secret was given in plain words
    """
    secrets = {key.name for key in keys_of(platform) if key.secret}
    block: dict[str, Any] = {"dry_run": True}
    for key, value in values.items():
        kind, colon, where = value.partition(":")
        if colon and kind in ("env", "file") and where:
            block[key] = {kind: where}
        elif key in secrets and not value.startswith(("http://", "https://")):
            raise UsageError(f"{key} is a secret: answer with env:NAME or file:PATH, where it is kept")
        else:
            block[key] = value
    add_account(folder, name, platform, block)
    return [
        f"added the account {name!r} to {folder / 'starfish.toml'}, as a rehearsal (dry_run = true)",
        f"Next: starfish accounts check --account {name}",
        "Say on its profile what it is: “A bot that shares links, run by (you). It answers when mentioned; `stop` ends that.”",
    ]


async def examine(settings: Settings, account: str | None) -> list[Finding]:
    """Ask each account's platform; an account that can't be asked says so."""
    found: list[Finding] = []
    # A store of its own: nothing of the real one is needed, and nothing may be written to it.
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "check.db", mode="run", now=utc_now()) as store,
    ):
        async with ground(settings, store) as on:
            built = await stories(settings, on, platforms(), look_only=True)
            for name, publisher in built.publishers.items():
                if account in (None, name):
                    found += await _examined(name, publisher)
    return found


async def _examined(name: str, publisher: Publisher) -> list[Finding]:
    found: list[Finding] = []
    if isinstance(publisher, Preparing):
        try:
            await publisher.prepare()
        except DeliveryError as error:
            found.append(Finding(account=name, fine=False, what=str(error)))
    if isinstance(publisher, Doctor):
        found += [Finding(account=name, fine=fine, what=what) for fine, what in await publisher.examine()]
    limits = publisher.limits
    return [*found, Finding(account=name, fine=True, what=f"takes {limits.max_length} {limits.unit} a post")]


def queue_text(text: str, account: str, settings: Settings, store: Store | None) -> str:
    """Queue the owner's own words, or show what they would be (no store).

    :raises UsageError: no such account, or the text doesn't fit
    """
    found = next((one for one in settings.accounts if one.name == account), None)
    if found is None:
        names = ", ".join(one.name for one in settings.accounts) or "none"
        raise UsageError(f"there is no account {account!r}; there is: {names}")
    limits = platforms()[found.platform].limits
    words = clean(text, lines=True)
    links = [words[start:end] for start, end in links_in(words)]
    try:
        # The same words may be meant twice, on another day: the day is part of the name, so that a slip is caught.
        name = hashlib.blake2b(f"{words}|{utc_now():%Y-%m-%d}".encode(), digest_size=12).hexdigest()
        draft = Draft(text=words, link=links[0] if links else None)
        post = fit(draft, limits, account=account, dedupe_key=f"own:{name}")
    except Rejected as error:
        raise UsageError(str(error)) from None
    length = measure(words, limits)
    if not words or length > limits.max_length:
        raise UsageError(f"that is {length} {limits.unit} long, and {account} takes 1 to {limits.max_length}")
    if store is None:
        return f"{post.text}\n({length} of {limits.max_length}; nothing was sent)"
    number = store.outbox.put(post, "post", now=utc_now())
    if number is None:
        raise UsageError("the same words were posted today already")
    return f"outbox {number}: queued; a running bot sends it now, else the next starfish run or once does"
