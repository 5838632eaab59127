"""The parts of setting an account up: how keys are read, where secrets go, what a profile says."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from bot.app.keys import as_toml, keys_of, known_platform, reference_in, secret_keys
from bot.app.profile import ROOM, profile
from bot.app.secretfiles import SecretFiles
from bot.errors import ConfigError, UsageError
from bot.model import Secret
from bot.settings import BotSettings, read_about
from bot.settings.starfish_file import EXAMPLE_CONTACT

# --------------------------------------------------------------------------- keys


class Keys(BaseModel):
    """One key of each kind."""

    text: str = ""
    some_text: Annotated[str, Field(max_length=9)] | None = None
    choice: Literal["1", "2"] = "1"
    yes: bool = True
    count: int = 0
    price: float = 0.0
    span: timedelta = timedelta(0)
    names: tuple[str, ...] = ()
    either: int | str = 0


@pytest.mark.parametrize(
    ("key", "typed", "written"),
    [
        ("text", "true", "true"),
        ("text", "7", "7"),
        ("some_text", "7", "7"),
        ("choice", "2", "2"),
        ("either", "-100200300", "-100200300"),
        ("yes", "false", False),
        ("yes", "perhaps", "perhaps"),
        ("count", "7", 7),
        ("count", "7\nother = 8", "7\nother = 8"),
        ("price", "0.5", 0.5),
        ("span", "30s", "30s"),
        ("names", '["a", "b"]', ["a", "b"]),
        ("names", "a", "a"),
    ],
)
def test_what_is_typed_becomes_what_toml_would_hold(key: str, typed: str, written: object) -> None:
    """Text stays text wherever text can stand; the rest is read as TOML, and what is neither is left for the check."""
    found = as_toml(Keys.model_fields[key], typed)
    assert (found, type(found)) == (written, type(written))


@given(st.text())
def test_nothing_typed_breaks_it(text: str) -> None:
    """Whatever somebody types."""
    for info in Keys.model_fields.values():
        as_toml(info, text)


def test_references_are_known_by_their_beginning() -> None:
    """Two kinds, and nothing else: an address has a colon too."""
    assert reference_in("env:TOKEN") == {"env": "TOKEN"}
    assert reference_in("file:~/a:b") == {"file": "~/a:b"}
    for text in ("env:", "file", "https://example.org", "ENV:X", ""):
        assert reference_in(text) is None


def test_a_platform_tells_its_keys() -> None:
    """Their names, and which are secret; a name that is nearly one is asked back."""
    mastodon = known_platform("mastodon")
    assert {"server", "token", "owner"} <= set(keys_of(mastodon))
    assert secret_keys(mastodon) == {"token"}
    with pytest.raises(UsageError, match="did you mean"):
        known_platform("mastodont")
    with pytest.raises(UsageError, match="there are"):
        known_platform("")


# --------------------------------------------------------------------------- secrets


def test_a_secrets_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whatever the folder was before; an older secret of that name is replaced, and comes back if it is undone."""
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o755)
    (folder / "a.token").write_text("old")
    files = SecretFiles(tmp_path)
    assert files.put("a.token", Secret("new")) == {"file": "secrets/a.token"}
    assert files.put("a.other", Secret("x")) == {"file": "secrets/a.other"}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *files.written)] == [0o700, 0o600, 0o600]
    assert (folder / "a.token").read_text() == "new\n"
    files.undo()
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("a.token", "old")]


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "\x00", "a\tb"])
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, value: str) -> None:
    """A secret is one line."""
    with pytest.raises(UsageError, match="can't be kept"):
        SecretFiles(tmp_path).put("a.token", Secret(value))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """A sentence, without the secret."""
    (tmp_path / "secrets").write_text("a file")
    with pytest.raises(UsageError, match="can't be written") as told:
        SecretFiles(tmp_path).put("a.token", Secret("s3cret"))
    assert "s3cret" not in str(told.value)


@given(name=st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() and text.strip(".") != ""))
def test_no_name_leads_elsewhere(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A secret stays in its folder, whatever its account and key are called."""
    config = tmp_path_factory.mktemp("config")
    files = SecretFiles(config)
    files.put(f"a.{name}", Secret("x"))
    assert all(path.resolve().parent == (config / "secrets").resolve() for path in files.written)


# --------------------------------------------------------------------------- who the bot is


def bot(**keys: Any) -> BotSettings:
    """A bot."""
    values: dict[str, Any] = {"name": "starfish", "niche": "sound", **keys}
    return BotSettings(timezone=ZoneInfo("UTC"), database=Path("x.db"), **values)


def test_a_profile_says_what_it_is_who_runs_it_and_how_to_stop_it() -> None:
    """By the owner's id there; else by the contact, unless nobody wrote one."""
    assert "Run by @ann@example.social. Say “stop”" in profile(bot(), "ann@example.com", "@ann@example.social")
    assert "Run by ann@example.com." in profile(bot(), "ann@example.com", None)
    assert "Run by (your name)." in profile(bot(), EXAMPLE_CONTACT, None)
    for number in ("812345", "did:plc:abc"):  # an id that tells people nothing
        assert "Run by ann@example.com." in profile(bot(), "ann@example.com", number)


@given(name=st.text(max_size=40), niche=st.text(max_size=400), who=st.text(max_size=60))
def test_a_profile_fits_the_shortest_one_there_is(name: str, niche: str, who: str) -> None:
    """Whatever the bot and its subject are called: what matters stays."""
    text = profile(bot(name=name, niche=niche), "x", who)
    assert len(text) <= ROOM
    assert "bot" in text
    assert "stop" in text
    assert ("x" if not who or who.isdigit() or who.startswith("did:") else who) in text


def test_who_the_bot_is_can_be_read_where_the_rest_is_wrong(tmp_path: Path) -> None:
    """Unknown keys of accounts, missing secrets: not of this question; but its own two tables are checked."""
    file = tmp_path / "starfish.toml"
    file.write_text('[bot]\nname = "sea"\n[[accounts]]\nname = "a"\nnonsense = 1\n[[accounts]]\nplatform = 7\n')
    about = read_about(tmp_path)
    assert (about.bot.name, about.accounts) == ("sea", ("a",))
    assert about.bot.database == tmp_path / "starfish.db"
    file.write_text('[bot]\nnme = "sea"\n')
    with pytest.raises(ConfigError, match=r'starfish.toml:2: .*did you mean "name"'):
        read_about(tmp_path)
    file.write_text("[bot\n")
    with pytest.raises(ConfigError):
        read_about(tmp_path)
    file.unlink()
    with pytest.raises(UsageError, match="starfish init"):
        read_about(tmp_path)
