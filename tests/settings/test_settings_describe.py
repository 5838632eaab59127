"""The JSON Schema for editors."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Rate
from bot.settings import schema
from bot.settings.fields import rate, rate_text, span, span_text
from bot.settings.starter import starter_files
from tests.settings.config_folder import PLATFORMS

jsonschema = pytest.importorskip("jsonschema")


def valid(document: dict[str, Any], part: dict[str, Any] | None = None) -> bool:
    """Whether a document fits the schema, or the part of it for one file."""
    whole = schema(PLATFORMS)
    validator = jsonschema.Draft202012Validator({**whole, **(part or {})})
    return bool(validator.is_valid(document))


def test_the_schema_is_a_schema() -> None:
    """It is valid draft 2020-12, and nothing in it but JSON."""
    jsonschema.Draft202012Validator.check_schema(schema(PLATFORMS))
    assert json.loads(json.dumps(schema(PLATFORMS))) == schema(PLATFORMS)


@pytest.mark.parametrize("name", ["starfish.toml", "feeds.toml", "rules.toml"])
def test_the_starter_files_fit_the_schema(name: str) -> None:
    """Each starter file is valid by the whole schema, and by that of its own file."""
    document = tomllib.loads(starter_files()[name])
    assert valid(document)
    own = schema(PLATFORMS)
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": own["$defs"]}).validate(document)


@pytest.mark.parametrize(
    "document",
    [
        {"bot": {"nam": "x"}},
        {"bots": {}},
        {"web": {"password": "plain"}},
        {"net": {"spacing": "3 hours"}},
        {"accounts": [{"name": "a"}]},
        {"accounts": [{"name": "a", "platform": "nope"}]},
        {"accounts": [{"name": "a", "platform": "local", "server": "x"}]},
        {"accounts": [{"name": "a", "platform": "fedi", "server": "x", "token": "plain"}]},
        {"feeds": [{"url": "ftp://x"}]},
        {"feeds": [{"tags": []}]},
        {"rules": [{"id": "x", "do": "dance"}]},
        {"rules": [{"id": "x", "when": []}]},
    ],
)
def test_an_editor_sees_common_mistakes(document: dict[str, Any]) -> None:
    """Unknown keys, missing ones, plain secrets, wrong words and wrong notations are underlined while typing."""
    assert not valid(document)


def test_an_editor_accepts_what_load_accepts() -> None:
    """The keys of platforms, references and both forms of lists are valid."""
    account = {"name": "a", "platform": "fedi", "server": "x", "token": {"file": "t"}, "caps": {"person": False}}
    assert valid({"accounts": [account]})
    assert valid({"rules": [{"id": "x", "when": "y", "reply": ["z"], "from": "owner", "else": "w", "do": "search"}]})
    assert valid({"feeds": [{"url": "https://x.example", "backfill": "all", "headers": {"X": {"env": "Y"}}}]})


def every_key(part: Any) -> list[tuple[str, dict[str, Any]]]:
    """Each key with its schema, of all tables."""
    if isinstance(part, dict):
        own = list(part["properties"].items()) if isinstance(part.get("properties"), dict) else []
        return own + [pair for value in part.values() for pair in every_key(value)]
    return [pair for value in part for pair in every_key(value)] if isinstance(part, list) else []


def test_every_key_is_described() -> None:
    """Each key of ours says in words what it is for, so that editors can show it."""
    defs = schema()["$defs"]
    keys = [
        (key, {**defs.get(str(part.get("$ref", "")).rpartition("/")[2], {}), **part}) for key, part in every_key(defs)
    ]
    without = [key for key, part in keys if "description" not in part and key not in ("env", "file")]
    assert without == []


def test_without_platforms_accounts_have_our_keys_alone() -> None:
    """The schema serves before any platform is known."""
    plain = schema()
    jsonschema.Draft202012Validator(plain).validate({"accounts": [{"name": "a", "platform": "anything"}]})


def test_defaults_are_written_as_the_files_write_them() -> None:
    """Spans, caps, zones and addresses stand in the notation of the files."""
    defs = schema()["$defs"]
    assert defs["AccountTable"]["properties"]["settle"]["default"] == "2m"
    assert defs["CapsTable"]["properties"]["person"]["default"] == "6/h"
    assert defs["BotTable"]["properties"]["timezone"]["default"] == "UTC"
    assert defs["WebTable"]["properties"]["listen"]["default"] == "127.0.0.1:8420"
    assert '"null"' not in json.dumps(defs)


@pytest.mark.parametrize("text", ["1s", "90s", "2m", "1h", "36h", "1d", "1w", "0s"])
def test_spans_are_written_as_they_are_read(text: str) -> None:
    """What is written is read back as the same time."""
    assert span(span_text(span(text))) == span(text)
    assert span_text(timedelta(seconds=120)) == "2m"


@pytest.mark.parametrize("text", ["6/h", "3/15m", "20/d"])
def test_caps_are_written_as_they_are_read(text: str) -> None:
    """What is written is what the owner wrote."""
    cap = rate(text)
    assert isinstance(cap, Rate)
    assert rate_text(cap) == text


def test_no_path_of_this_machine_stands_in_the_schema() -> None:
    """It can be published as it is."""
    assert str(Path.cwd()) not in json.dumps(schema(PLATFORMS))
