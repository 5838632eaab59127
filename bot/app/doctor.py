"""Looks for what keeps a bot from running well on this machine: what `starfish doctor` says.  May import: all but cli."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.app.accounts import missing_secrets
from bot.app.build import ground, stories
from bot.app.health import trouble
from bot.app.installed import platforms, utc_now
from bot.errors import StarfishError, StoreError, WorkerError
from bot.ports import Doctor
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.guard import has_begun, is_locked
from bot.worker import Worker

ROOM = 200 * 2**20
"""Bytes of free disk below which the owner is warned: what 200 feeds of ten entries a day bring in six weeks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    fine: bool
    what: str


async def findings(settings: Settings) -> list[Finding]:
    """Look at the machine, the database, the worker, the feeds and the accounts."""
    found = [*_machine(settings), *_database(settings), await _worker()]
    return [*found, *[one async for one in _accounts(settings)]]


def _machine(settings: Settings) -> list[Finding]:
    found = [
        Finding(True, f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"),
    ]
    folder = settings.bot.database.parent
    if not folder.is_dir():
        found.append(Finding(False, f"the database's folder {folder} is not there: make it"))
    elif not os.access(folder, os.W_OK):
        found.append(Finding(False, f"{folder} can't be written: nothing can be kept, so the bot can't start"))
    free = shutil.disk_usage(folder if folder.exists() else ".").free
    room = f"{free // 2**20} MB are free where the database is"
    found.append(
        Finding(free > ROOM, room if free > ROOM else f"only {room}: make room, or posting stops when it is full")
    )
    return [*found, _page(settings)]


def _page(settings: Settings) -> Finding:
    """Whether the page can be served, or is by the bot that runs."""
    host, port = settings.web.host, settings.web.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        taken = port != 0 and probe.connect_ex((host.strip("[]"), port)) == 0
    what = f"the page's address {f'[{host}]' if ':' in host else host}:{port}"
    if not taken:
        return Finding(True, f"{what} is free")
    if is_locked(settings.bot.database):
        return Finding(True, f"{what} answers: the bot runs")
    return Finding(False, f"{what} is used by another program: stop that one, or choose another `listen` in [web]")


def _database(settings: Settings) -> list[Finding]:
    path = settings.bot.database
    try:
        with open_store(path, mode="read", now=utc_now()) as store:
            return _remembered(store, path)
    except StoreError as error:
        return [Finding(not has_begun(path), f"database: {error}")]


def _remembered(store: Store, path: Path) -> list[Finding]:
    store.connection.check()
    found = [Finding(True, f"the database {path} is whole, {path.stat().st_size:,} bytes")]
    states = store.feeds.states()
    for state in states:
        if state.error or state.muted or state.held:
            found.append(
                Finding(False, f"{state.url}: {state.muted or state.held or trouble(state.url, state.error or '')}")
            )
    found.append(Finding(True, "1 feed is known" if len(states) == 1 else f"{len(states)} feeds are known"))
    found += [Finding(False, notice.text) for notice in store.owner.notices() if not notice.subject.startswith("feed:")]
    return found


async def _worker() -> Finding:
    worker = Worker()
    try:
        await worker.run(
            "parse",
            b'<rss version="2.0"><channel><title>x</title></channel></rss>',
            url="",
            content_type="",
            charset=None,
        )
    except WorkerError as error:
        return Finding(False, f"the worker process does not work: {error}")
    except StarfishError:
        pass  # the document is none worth reading; the worker answered
    finally:
        await worker.close()
    return Finding(True, "the worker process reads documents")


async def _accounts(settings: Settings) -> AsyncIterator[Finding]:
    """Ask each platform that can be asked whether the account is well set up; nothing is sent."""
    try:
        store = open_store(settings.bot.database, mode="read", now=utc_now())
    except StoreError:
        return  # said above; without a database nobody can be asked
    with store:
        async with ground(settings, store) as on:
            built = await stories(settings, on, platforms(), look_only=True)
            lacking = missing_secrets(settings)
            for name, publisher in built.publishers.items():
                for what in lacking.get(name, ()):
                    yield Finding(False, f"{name}: {what}; whoever runs the bot must have it")
                if name not in lacking and isinstance(publisher, Doctor):
                    for fine, what in await publisher.examine():
                        yield Finding(fine, f"{name}: {what}")
