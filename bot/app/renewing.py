"""Letting an account in anew: its platform's walk again, and fresh secrets where the old ones are.  May import: all but cli.

The block in starfish.toml stays as it is; nothing is written before the walk has succeeded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.app.enrolling import Unwritten, Walk
from bot.app.keys import keys_of, known_platform, secret_keys
from bot.app.secretfiles import SecretFiles
from bot.app.vault import FileVault
from bot.errors import DeliveryError, StarfishError, UsageError
from bot.ports import Asker, Enrolled, Platform
from bot.settings import no_account, read_about
from bot.settings.syntax import read
from bot.settings.words import listed


async def renew(name: str, folder: Path, asker: Asker) -> list[str]:
    """Walk the owner through it with what the account's block says; gives what to tell them.

    :raises UsageError: there is no such account, nothing to renew, or another account came of it; nothing was written
    :raises Unwritten: the platform doesn't let us in; nothing was written
    """
    about, block = read_about(folder), _block(folder, name)
    platform = known_platform(str(block.get("platform")))
    if platform.enrol is None:
        raise UsageError(f"{name} has no login to renew: put a fresh secret where the old one is kept")
    walk = Walk(platform, folder, asker, _given(block, platform))
    try:
        found = await walk.enrolled(about)
    except DeliveryError as error:
        raise Unwritten(f"{error}. Nothing was written.") from error
    others = [key for key, value in found.keys.items() if isinstance(block.get(key), str) and block[key] != str(value)]
    if others:
        raise UsageError(f"that is another account: its {listed(others, 'and')} would change. Nothing was written.")
    vault = FileVault(about.bot.database)
    if any(vault.get(name, place) not in {None, who} for place, who in found.lasting.items()):
        raise UsageError(f"that is another account there than {name} has been so far. Nothing was written.")
    return [
        f"Let {name} in anew{f' ({found.handle})' if found.handle else ''}.",
        *_write(name, found, walk, block, folder, vault),
        f"If starfish run is running: starfish resume --account {name}",
    ]


def _block(folder: Path, name: str) -> Mapping[str, Any]:
    rows = read(folder / "starfish.toml").data.get("accounts")
    blocks = {str(row.get("name")): row for row in (rows if isinstance(rows, list) else ()) if isinstance(row, dict)}
    if name not in blocks:
        raise UsageError(no_account(name, list(blocks)))
    found: Mapping[str, Any] = blocks[name]
    return found


def _given(block: Mapping[str, Any], platform: Platform) -> dict[str, str]:
    """What the block says already, as a walk takes it; secrets are what is asked for."""
    known = {*keys_of(platform), "owner"} - secret_keys(platform)
    plain = {key: value for key, value in block.items() if key in known and isinstance(value, str | int | float)}
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in plain.items()}


def _write(
    name: str, found: Enrolled, walk: Walk, block: Mapping[str, Any], folder: Path, vault: FileVault
) -> list[str]:
    """Write secrets and session; gives what the owner must change in the block themselves."""
    kept, told = SecretFiles(folder), []
    try:
        for key, value in found.secrets.items():
            reference = walk.named.get(value) or kept.put(f"{name}.{key}", value)
            if block.get(key) != reference:
                ((kind, where),) = reference.items()
                told.append(f'In its block, write: {key} = {{ {kind} = "{where}" }}')
        for key, value in {**found.session, **found.lasting}.items():
            if vault.get(name, key) != value:
                vault.put(name, key, value)
    except StarfishError:
        kept.undo()
        raise
    return told
