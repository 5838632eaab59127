"""Setting an account up: the platform's walk, then its secrets, then its block in starfish.toml.  May import: all but cli.

Nothing is written before the walk has succeeded; what was written before something failed is taken away again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import __version__
from bot.app.installed import utc_now
from bot.app.keys import as_toml, keys_of, known_platform, reference_in, secret_keys, wrong_with
from bot.app.profile import profile
from bot.app.secretfiles import SecretFiles
from bot.app.vault import FileVault
from bot.errors import DeliveryError, StarfishError, UsageError
from bot.model import Secret
from bot.net import Client
from bot.ports import Asker, Enrolled, Http, Platform
from bot.settings import About, add_account, read_about
from bot.settings.fields import name as account_name
from bot.settings.references import References
from bot.settings.starfish_file import AccountTable
from bot.settings.words import Unfit, meant, shown

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

RHYTHM: Mapping[str, Any] = {"every": "3h"}
"""When a new account posts, as the starter's example does."""

NOBODY = "-"
OURS = frozenset({"name", "platform", "post"})
"""Keys that are no wishes: they are said otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the owner wants set up."""

    platform: str
    name: str
    given: Mapping[str, str]  # keys as typed: plain words, `env:NAME` or `file:PATH`
    post: Mapping[str, Any] | None  # the block's rhythm; None: it only answers


class Unwritten(StarfishError):
    """The walk did not come to its end; everything is as it was."""


async def set_up(wish: Wish, folder: Path, asker: Asker) -> list[str]:
    """Walk the owner through it, try what came of it, and write it down as a rehearsal; gives what to tell them.

    :raises UsageError: platform, name or key can't be, or nobody answers; nothing was written
    :raises Unwritten: the platform doesn't let us in; nothing was written
    """
    platform = known_platform(wish.platform)
    about = read_about(folder)
    _refuse(wish, about, platform)
    walk = Walk(platform, folder, asker, wish.given)
    try:
        found = await walk.enrolled(about)
    except DeliveryError as error:
        raise Unwritten(f"{error}. Nothing was written.") from error
    owner = walk.owner(found)
    block, files = walk.block(found, wish, owner)
    written = _write(wish, about, block, files, {**found.session, **found.lasting}, folder)
    who, file = f" ({found.handle})" if found.handle else "", folder / "starfish.toml"
    told = profile(about.bot, about.net.contact, owner)
    return [
        f"Added the account {shown(wish.name)}{who} to {file}, as a rehearsal (dry_run = true).",
        *(f"A secret is kept in {path}, which only you can read." for path in written),
        f"Next: starfish accounts check --account {wish.name}",
        f"Then: starfish preview --account {wish.name}; when it pleases you, take dry_run out.",
        *(["Say on its profile what it is, for example:", f"  {told}"] if found.handle else []),
    ]


def _refuse(wish: Wish, about: About, platform: Platform) -> None:
    """Refuse what can't be, before anybody is asked anything."""
    try:
        account_name(wish.name)
    except Unfit as error:
        raise UsageError(f"name {error}") from None
    if wish.name.casefold() in {name.casefold() for name in about.accounts}:
        raise UsageError(f"There is an account {shown(wish.name)} already; choose another name.")
    known = {*keys_of(platform), *AccountTable.model_fields} - OURS
    for key, value in wish.given.items():
        if key not in known:
            hint = meant(key, known) or f"; it has: {', '.join(sorted(keys_of(platform)))}"
            raise UsageError(f"{wish.platform} has no key {key!r}{hint}")
        # A web address may be no secret at all, as of a webhook in the owner's own house; theirs to know.
        if (
            key in secret_keys(platform)
            and reference_in(value) is None
            and not value.startswith(("http://", "https://"))
        ):
            raise UsageError(f"{key} is a secret: give it as env:NAME or file:PATH, where it is kept")
    ours = {"name": wish.name, "platform": wish.platform, **({"post": dict(wish.post)} if wish.post else {})}
    ready = {key: value for key, value in _given(wish, platform).items() if not isinstance(value, Secret)}
    wrong = wrong_with(AccountTable, {**ours, **ready})
    wrong += [one for key in ready for one in wrong_with(platform.Options, ready, only=key) if one not in wrong]
    if wrong:
        raise UsageError(f"{'. '.join(wrong)}. Nothing was written.")


def _given(wish: Wish, platform: Platform) -> dict[str, Any]:
    """The given keys as the file would have them; of what only a reference leads to, an empty secret."""
    fields = {**AccountTable.model_fields, **keys_of(platform)}
    return {
        key: Secret("") if reference_in(value) else as_toml(fields[key], value) for key, value in wish.given.items()
    }


@dataclass(slots=True)
class Walk:
    """One walk through a set-up, and what the owner said on it."""

    platform: Platform
    folder: Path
    asker: Asker
    given: Mapping[str, str]
    named: dict[Secret, dict[str, str]] = field(default_factory=dict)  # secrets that the owner keeps somewhere already
    knows_owner: bool = False  # whether the platform asked for the owner itself: it knows best how ids look there

    def say(self, text: str) -> None:
        """Tell the owner something."""
        self.asker.say(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Ask for one line; for a secret `env:NAME` or `file:PATH` will do too, and it stays there."""
        self.knows_owner |= "your own" in question.casefold()
        while True:
            said = self.asker.ask(question, secret=secret, default=default)
            reference = reference_in(said) if secret else None
            if reference is None:
                return said
            try:
                value = self._resolved(question, reference)
            except UsageError as error:
                self.asker.say(f"{error}.")
                continue
            self.named[Secret(value)] = reference
            return value

    async def enrolled(self, about: About) -> Enrolled:
        """Let the platform walk, or ask for each key that it can't do without."""
        if self.platform.enrol is None:
            return self._filled_in()
        given = {
            key: self._resolved(key, kept) if (kept := reference_in(value)) else value
            for key, value in self.given.items()
        }
        net = about.net
        async with Client(
            contact=net.contact, version=__version__, allow_private=net.allow_private, spacing=net.spacing, now=utc_now
        ) as client:

            def reach(address: str) -> Http:
                return client.door([address])

            return await self.platform.enrol(given, self, reach)

    def owner(self, found: Enrolled) -> str | None:
        """Whose word is a command there: as given, as the walk found, or asked for where people can speak to it."""
        known = found.keys.get("owner") or self.given.get("owner")
        if known is not None or self.knows_owner or self.platform.enrol is None:
            return None if known is None else str(known)
        while True:
            said = self.ask("Your own full id there, whose word is a command (- for nobody)", default=NOBODY)
            if said == NOBODY:
                return None
            wrong = wrong_with(self.platform.Options, {**found.keys, **found.secrets, "owner": said}, only="owner")
            if not wrong:
                return said
            self.say(f"{wrong[0]}.")

    def block(self, found: Enrolled, wish: Wish, owner: str | None) -> tuple[dict[str, Any], dict[str, Secret]]:
        """The account's block, and the secrets in it that need a file of their own.

        :raises UsageError: a key has no value that it can take
        """
        more = {**found.keys, **({"owner": owner} if owner else {}), **found.secrets}
        ready = {**_given(wish, self.platform), **more}
        if wrong := wrong_with(self.platform.Options, ready):
            raise UsageError(f"{'. '.join(wrong)}. Nothing was written.")
        block: dict[str, Any] = {}
        files: dict[str, Secret] = {}
        for key, value in ready.items():
            kept = reference_in(self.given.get(key, "")) if key not in found.keys else None
            if isinstance(value, Secret):
                kept = kept or self.named.get(value)
                files |= {} if kept else {key: value}
            block[key] = kept or value
        post = {"post": dict(wish.post)} if wish.post else {}
        return {**block, **post, "dry_run": block.get("dry_run", True)}, files

    def _filled_in(self) -> Enrolled:
        """Ask for each key that the platform can't do without."""
        plain: dict[str, Any] = {}
        secrets: dict[str, Secret] = {}
        for key, info in keys_of(self.platform).items():
            if key in self.given or not info.is_required():
                continue
            if key in secret_keys(self.platform):
                secrets[key] = Secret(self.ask(_question(key, info, "a secret"), secret=True))
            else:
                plain[key] = as_toml(info, self.ask(_question(key, info, "needed")))
        return Enrolled(handle="", keys=plain, secrets=secrets)

    def _resolved(self, key: str, reference: dict[str, str]) -> str:
        """What a reference leads to.  Raises UsageError where it leads nowhere."""
        references = References(self.folder, os.environ)
        found = references.resolved({key: reference})[key]
        if references.missing:
            raise UsageError(references.missing[0][1])
        assert isinstance(found, Secret)
        return found.reveal()


def _question(key: str, info: FieldInfo, otherwise: str) -> str:
    return f"{key}: {(info.description or otherwise).rstrip('.')}"


def _write(
    wish: Wish,
    about: About,
    block: Mapping[str, Any],
    files: Mapping[str, Secret],
    session: Mapping[str, Secret],
    folder: Path,
) -> list[Path]:
    """Write session, secrets and block, the block last: it makes the account.  Gives where the secrets are."""
    vault, kept = FileVault(about.bot.database), SecretFiles(folder)
    try:
        vault.forget(wish.name)  # of an account that had this name before
        for name, value in session.items():
            vault.put(wish.name, name, value)
        references = {key: kept.put(f"{wish.name}.{key}", value) for key, value in files.items()}
        add_account(folder, wish.name, wish.platform, {**block, **references})
    except StarfishError:
        kept.undo()
        vault.forget(wish.name)
        raise
    return kept.written
