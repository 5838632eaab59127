"""The JSON Schema of the owner's three files, for editors and for `starfish schema`.

May import: model, kinds, the models of the three files, pydantic.
One schema serves all three files, because their tables have different names: an editor may use it for each.  The exact
schema of a single file stands under `$defs` by the file's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from bot.model import Rate, Secret
from bot.settings.fields import rate_text, span_text
from bot.settings.kinds import SECRET
from bot.settings.reading import FILES
from bot.settings.starfish_file import AccountTable, StarfishFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODE: JsonSchemaMode = "validation"


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with our own words for secrets and defaults."""

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        return dict(SECRET) if schema["cls"] is Secret else super().is_instance_schema(schema)

    def encode_default(self, dft: object) -> Any:  # noqa: ANN401 -- any JSON value
        if isinstance(dft, timedelta):
            return span_text(dft)
        if isinstance(dft, Rate):
            return rate_text(dft)
        if isinstance(dft, ZoneInfo):
            return dft.key
        if isinstance(dft, BaseModel):
            return {}
        if isinstance(dft, tuple) and len(dft) == 2 and isinstance(dft[1], int):
            return f"{dft[0]}:{dft[1]}"  # web.listen
        return super().encode_default(dft)


def schema(options: Mapping[str, type[BaseModel]] | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the three files, with the account keys of the given platforms."""
    platforms = dict(options or {})
    models: list[type[BaseModel]] = [*FILES.values(), AccountTable, *platforms.values()]
    refs, whole = models_json_schema([(model, _MODE) for model in models], schema_generator=_Generator)
    defs: dict[str, Any] = _tidy(whole.get("$defs", {}))

    def defined(model: type[BaseModel]) -> dict[str, Any]:
        found: dict[str, Any] = defs[str(refs[(model, _MODE)]["$ref"]).rsplit("/", 1)[1]]
        return found

    if platforms:
        accounts = {
            f"account on {name}": _account(name, defined(model), defined(AccountTable))
            for name, model in platforms.items()
        }
        defs.update(accounts)
        items = {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in accounts]}
        defined(StarfishFile)["properties"]["accounts"]["items"] = items
    by_file = {name: defined(model) for name, model in FILES.items()}
    properties = {key: part for file in by_file.values() for key, part in file["properties"].items()}
    return {
        "$schema": DIALECT,
        "title": "Starfish: starfish.toml, feeds.toml and rules.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "$defs": by_file | _used(defs, [by_file]),
    }


def _used(defs: dict[str, Any], roots: list[Any]) -> dict[str, Any]:
    """The definitions that are referred to, directly or by others."""
    used: dict[str, Any] = {}
    waiting = [json.dumps(root) for root in roots]
    while waiting:
        for name in re.findall(r'"#/\$defs/([^"]+)"', waiting.pop()):
            if name not in used:
                used[name] = defs[name]
                waiting.append(json.dumps(defs[name]))
    return used


def _account(platform: str, theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """An account on one platform: our keys and its own."""
    properties = {**ours["properties"], **theirs.get("properties", {})}
    properties["platform"] = {"const": platform, "description": "The platform's name."}
    required = sorted({*ours.get("required", ()), *theirs.get("required", ())})
    about = theirs.get("description") or f"An account on {platform}."
    return {**ours, "properties": properties, "required": required, "description": about}


def _tidy(schema: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """The same schema without nulls (TOML has none) and without titles that only repeat the key."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if not (key == "default" and value is None)}
    if isinstance(tidy.get("title"), str):
        del tidy["title"]
    if any(part == {"type": "null"} for part in tidy.get("anyOf", ())):
        left = [part for part in tidy.pop("anyOf") if part != {"type": "null"}]
        tidy = {**left[0], **tidy} if len(left) == 1 else {**tidy, "anyOf": left}
    return tidy
