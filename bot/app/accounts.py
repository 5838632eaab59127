"""Setting up accounts and trying them, outside of the running bot.  May import: all but cli."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.app.build import Ground, Stories, ground, stories
from bot.app.ears import ear_of, stands_back
from bot.app.installed import platforms, utc_now
from bot.core.compose import fit
from bot.core.text import clean, links_in, measure
from bot.errors import DeliveryError, Rejected, RetryLater, Unsure, UsageError
from bot.model import Draft
from bot.ports import Doctor, Listener, Preparing, Publisher
from bot.settings import Settings, no_account
from bot.settings.references import References
from bot.settings.syntax import read
from bot.store import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    account: str
    fine: bool
    what: str


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
            lacking = missing_secrets(settings)
            for name, publisher in built.publishers.items():
                if account not in (None, name):
                    continue
                if name in lacking:  # a rehearsal may lack one; to ask its platform without it would only mislead
                    found += [Finding(account=name, fine=False, what=what) for what in lacking[name]]
                else:
                    found += await _examined(name, publisher)
                    found += await _twin(name, built, on)
    return found


def missing_secrets(settings: Settings) -> dict[str, list[str]]:
    """What the references of accounts lead to and isn't there, in sentences, by the account's name."""
    try:
        rows = read(settings.folder / "starfish.toml").data.get("accounts")
    except FileNotFoundError:  # since it was read for the settings
        return {}
    references = References(settings.folder, os.environ)
    references.resolved({"accounts": rows})
    found: dict[str, list[str]] = {}
    for where, sentence in references.missing:
        if isinstance(rows, list) and len(where) > 1 and isinstance(number := where[1], int):
            found.setdefault(str(rows[number].get("name")), []).append(sentence)
    return found


async def _examined(name: str, publisher: Publisher) -> list[Finding]:
    found: list[Finding] = []
    if isinstance(publisher, Preparing):
        try:
            await publisher.prepare()
        except (RetryLater, Unsure) as error:  # to ask once more, and more, would only take as long again
            return [Finding(account=name, fine=False, what=clean(str(error)))]
        except DeliveryError as error:
            if not isinstance(publisher, Doctor):  # who knows better what is wrong
                found.append(Finding(account=name, fine=False, what=clean(error.told(name))))
    if isinstance(publisher, Doctor):
        found += [Finding(account=name, fine=fine, what=clean(what)) for fine, what in await publisher.examine()]
    limits = publisher.limits
    return [*found, Finding(account=name, fine=True, what=f"takes {limits.max_length} {limits.units} a post")]


async def _twin(name: str, built: Stories, on: Ground) -> list[Finding]:
    """Whether it is the same account there as another one, which then listens for both."""
    if not isinstance(built.publishers[name], Listener):
        return []
    try:
        first = (await ear_of(name, built, on)).first
    except DeliveryError:  # which was told already
        return []
    platform = built.sharing.accounts[name].platform
    return [] if first == name else [Finding(account=name, fine=True, what=stands_back(name, first, platform))]


def queue_text(text: str, account: str, settings: Settings, store: Store | None) -> str:
    """Queue the owner's own words, or show what they would be (no store).

    :raises UsageError: no such account, or the text doesn't fit
    """
    found = next((one for one in settings.accounts if one.name == account), None)
    if found is None:
        raise UsageError(no_account(account, [one.name for one in settings.accounts]))
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
    if not words:
        raise UsageError("the text is empty, so nothing was queued")
    if length > limits.max_length:
        raise UsageError(
            f"that is {length} {limits.units} long, and {account} takes {limits.max_length}; nothing was queued"
        )
    if store is None:
        return f"{post.text}\n({length} of {limits.max_length}; nothing was sent)"
    number = store.outbox.put(post, "post", now=utc_now())
    if number is None:
        raise UsageError("the same words were posted today already")
    return f"outbox {number}: queued; a running bot sends it now, else the next starfish run or once does"
