"""Notices that the owner changed a file or taught a rule, and builds the parts anew.  May import: all but cli.

A file with a mistake is reported and the old settings stay; what needs a restart, the database's path and the page's
address above all, says so.  Secrets' files are watched too: an account that gets a fresh token is let in anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bot.app.build import Ground, Stories, stories
from bot.errors import ConfigError
from bot.ports import Platform
from bot.settings import Settings
from bot.settings.starter import NAMES

log = logging.getLogger("starfish.reload")

SUBJECT = "config"
"""Of the notice that says what is wrong with the files, or waits for a restart."""

Stamps = dict[Path, tuple[int, int] | None]


def stamps(folder: Path, secrets: Iterable[Path] = ()) -> Stamps:
    """What tells whether a file changed: time and size of each, None where it is absent."""
    found: Stamps = {}
    for path in (*(folder / name for name in NAMES), *secrets):
        try:
            info = path.stat()
        except OSError:
            found[path] = None
        else:
            found[path] = (info.st_mtime_ns, info.st_size)
    return found


async def watch(
    folder: Path,
    now_asked: asyncio.Event,
    on: Ground,
    current: Stories,
    known: Mapping[str, Platform],
    *,
    load: Callable[[], Settings],
    take: Callable[[Stories], None],
    every: float = 1.0,
) -> None:
    """Look at the files and the taught rules every second, or when `now_asked` is set (SIGHUP); hand on what is new.

    Rules may be taught by another process, beside this one.
    """
    before = current.settings
    seen, rules = stamps(folder, before.secret_files), await on.db(on.store.rules.version)
    gone = await _tell_of_the_gone(before, on)
    while True:
        try:
            async with asyncio.timeout(every):
                await now_asked.wait()
        except TimeoutError:
            same = stamps(folder, before.secret_files).items() <= seen.items()
            if same and await on.db(on.store.rules.version) == rules:
                gone = gone and await _tell_of_the_gone(before, on)
                continue
        now_asked.clear()
        seen = stamps(folder, before.secret_files)  # before they are read: what changes meanwhile is read again
        built = await _rebuild(on, current.settings, known, load)
        if built is not None:
            take(built)
            await _let_in(before, built.settings, on)
            gone = await _tell_of_the_gone(built.settings, on)
            before = built.settings
            seen = stamps(folder, before.secret_files) | seen
        rules = await on.db(on.store.rules.version)


async def _rebuild(
    on: Ground, started: Settings, known: Mapping[str, Platform], load: Callable[[], Settings]
) -> Stories | None:
    try:
        # Off the loop: reading and validating hundreds of rules takes longer than the loop may stand still.
        settings = await asyncio.to_thread(load)
        built = await stories(settings, on, known)
    except ConfigError as error:
        text = (
            f"The changed files have mistakes, so the old settings stay in force: {'; '.join(map(str, error.problems))}"
        )
        log.warning("%s", text)
        await on.db(on.store.owner.tell, SUBJECT, text, now=on.now())
        return None
    fixed = [name for name, value in _fixed(settings).items() if value != _fixed(started)[name]]
    if fixed:
        text = f"{', '.join(fixed)} changed in starfish.toml: restart needed; until then the old value stays."
        log.warning("%s", text)
        await on.db(on.store.owner.tell, SUBJECT, text, now=on.now())
    else:
        await on.db(on.store.owner.clear, SUBJECT)
    log.info("the changed files are in force")
    return built


async def _let_in(before: Settings, after: Settings, on: Ground) -> None:
    """Let accounts in anew that their platforms locked out, if their keys or secrets are others now."""
    for account in after.accounts:
        if account not in before.accounts and await on.db(on.store.outbox.let_in, account.name):
            log.info("%s: its settings or secrets changed, so it is tried anew", account.name)


async def _tell_of_the_gone(settings: Settings, on: Ground) -> bool:
    """Name the accounts that the files have no more while deliveries wait for them; what else was said of them goes.

    Tells whether there are any.
    """
    names = {account.name for account in settings.accounts}
    waiting = await on.db(on.store.outbox.pending_by_account)
    gone = {f"gone:{name}": (name, count) for name, count in waiting.items() if name not in names}
    for notice in await on.db(on.store.owner.notices):
        kind, _, name = notice.subject.partition(":")
        if (kind == "gone" and notice.subject not in gone) or (kind == "account" and name not in names):
            await on.db(on.store.owner.clear, notice.subject)
    for subject, (name, count) in gone.items():
        text = (
            f"{name} is not in starfish.toml any more, and {count} deliver{'y' if count == 1 else 'ies'} of its"
            f" wait{'s' if count == 1 else ''} for it (starfish outbox list). Put its block back, or give each up with:"
            " starfish queue reject N"
        )
        if await on.db(on.store.owner.tell, subject, text, now=on.now()):
            log.warning("%s", text)
    return bool(gone)


def _fixed(settings: Settings) -> dict[str, object]:
    """What the bot was started with and can't change while it runs, by its key."""
    web, net = settings.web, settings.net
    return {
        "database": settings.bot.database,
        "listen": (web.host, web.port),
        "password": web.password.reveal() if web.password else None,
        "public_url": web.public_url,
        "contact": net.contact,
        "allow_private": net.allow_private,
        "spacing": net.spacing,
    }
