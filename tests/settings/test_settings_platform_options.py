"""Account keys of platforms that we have never seen: every pydantic model gets lines and plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.errors import ConfigError
from bot.model import Secret
from bot.settings import load, schema
from tests.settings.config_folder import CONTACT, write


class Room(BaseModel):
    """A table inside an account."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    id: str
    key: Secret | None = None


class Options(BaseModel):
    """Keys of many kinds."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    api_url: str = Field(alias="api-url")
    rooms: list[Room] = []
    mode: Literal["thread", "flat"] = "flat"
    ratio: Annotated[float, Field(gt=0, le=1)] = 0.5
    target: int | str = 0
    tokens: list[Secret] = []
    language: str | None = None  # one of our keys too: both get it
    handle: Annotated[str, Field(pattern="^@", max_length=9)] = "@x"

    @field_validator("api_url")
    @classmethod
    def _https(cls, value: str) -> str:
        if not value.startswith("https://"):
            raise ValueError("must begin with https://")
        return value

    @model_validator(mode="after")
    def _together(self) -> Options:
        if self.mode == "thread" and not self.rooms:
            raise ValueError("needs rooms for mode = thread")
        return self


HEAD = f'[net]\n{CONTACT}[[accounts]]\nname = "chat"\nplatform = "chat"\n'
CASES = [
    ("", '3: this account needs "api-url"'),
    ('api_url = "https://x"', '6: "api_url" is not a setting of an account; did you mean "api-url"?'),
    ('api-url = "http://x"', "6: api-url must begin with https://"),
    ('api-url = "https://x"\nmode = "thred"', '7: mode "thred" is unknown; did you mean "thread"?'),
    ('api-url = "https://x"\nmode = "thread"', "3: this account needs rooms for mode = thread"),
    ('api-url = "https://x"\nratio = 0', "7: ratio must be more than 0"),
    ('api-url = "https://x"\nratio = "half"', "7: ratio "),
    ('api-url = "https://x"\ntarget = [1]', "7: target"),
    ('api-url = "https://x"\nhandle = "ann"', '7: handle "ann" is wrong: '),
    ('api-url = "https://x"\ntokens = [\n  { env = "T" },\n  "plain",\n]', "9: tokens is a secret, which must not stand in this file"),
    ('api-url = "https://x"\ntokens = [\n  { env = "T" },\n  { env = "U" },\n]', '9: tokens: the environment variable "U" is not set'),
    ('api-url = "https://x"\nrooms = [{ id = "a" },\n  { key = { env = "T" } }]', '8: this account needs "id"'),
    ('api-url = "https://x"\n[[accounts.rooms]]\nid = "a"\nky = 1', '9: "ky" is not a setting of this account; did you mean "key"?'),
    ('api-url = "https://x"\n[[accounts.rooms]]\nid = "a"\nkey = "plain"', '9: key is a secret, which must not stand in this file; write key = { env = "CHAT_KEY" }'),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "expected"), CASES)
def test_mistakes_in_a_platforms_keys_have_lines(tmp_path: Path, keys: str, expected: str) -> None:
    """Types, choices, bounds, patterns, validators and nested tables of a platform's model are told like ours."""
    folder = write(tmp_path, starfish=f"{HEAD}{keys}\n")
    with pytest.raises(ConfigError) as caught:
        load(folder, {"chat": Options}, env={"T": "t"})
    said = [str(problem).removeprefix(f"{folder}/starfish.toml:") for problem in caught.value.problems]
    assert any(line.startswith(expected) for line in said), said
    assert "plain" not in "".join(said)


def test_a_platforms_keys_arrive_in_its_own_model(tmp_path: Path) -> None:
    """Aliases, nested tables and lists of secrets are filled; a key that both know goes to both."""
    keys = 'api-url = "https://x"\nlanguage = "de"\ntokens = [{ env = "T" }]\nrooms = [{ id = "a", key = { env = "T" } }]\n'
    (account,) = load(write(tmp_path, starfish=HEAD + keys), {"chat": Options}, env={"T": "t"}).accounts
    options = account.options
    assert isinstance(options, Options)
    assert (options.api_url, options.tokens, options.rooms[0].key) == ("https://x", [Secret("t")], Secret("t"))
    assert options.language == account.language == "de"


def test_a_platforms_keys_stand_in_the_schema() -> None:
    """An editor offers them, with what is nested inside."""
    defs = schema({"chat": Options})["$defs"]
    chat = defs["account on chat"]
    assert {"api-url", "rooms", "mode", "quiet"} <= set(chat["properties"])
    assert chat["required"] == ["api-url", "name", "platform"]
    assert "Room" in defs
