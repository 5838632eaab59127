"""The keys that a platform declares for its accounts, as a command line gives them and as the file holds them.

May import: ports, errors, settings, installed, pydantic.
"""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot.app.installed import platforms
from bot.errors import UsageError
from bot.ports import Platform
from bot.settings.mistakes import mistakes
from bot.settings.words import listed, meant, shown


def known_platform(name: str) -> Platform:
    """A platform that is installed.

    :raises UsageError: none is called so
    """
    known = platforms()
    if name not in known:
        hint = meant(name, known) or f"; there are {listed(sorted(known), 'and')}"
        raise UsageError(f"no platform is called {shown(name)}{hint}")
    return known[name]


def keys_of(platform: Platform) -> dict[str, FieldInfo]:
    """The platform's own keys, as they are written."""
    fields: dict[str, FieldInfo] = platform.Options.model_fields
    return {info.alias or name: info for name, info in fields.items()}


def secret_keys(platform: Platform) -> set[str]:
    """Those of them that hold secrets."""
    return {key for key, info in keys_of(platform).items() if "Secret" in str(info.annotation)}


def reference_in(text: str) -> dict[str, str] | None:
    """The reference that `env:NAME` or `file:PATH` stands for; None: it is no such thing."""
    kind, _, where = text.partition(":")
    return {kind: where} if kind in ("env", "file") and where else None


def as_toml(info: FieldInfo, text: str) -> Any:  # noqa: ANN401 -- whatever TOML holds
    """A key's value as the file will have it: numbers, lists, yes and no as TOML writes them, all else as text."""
    if not _takes_text(info.annotation):
        with suppress(tomllib.TOMLDecodeError):
            found = tomllib.loads(f"value = {text}")
            return found["value"] if list(found) == ["value"] else text
    return text


def _takes_text(annotation: object) -> bool:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _takes_text(parts[0])
    if origin in (Union, types.UnionType):
        return any(map(_takes_text, parts))
    return annotation is str or origin is Literal


def wrong_with(model: type[BaseModel], values: Mapping[str, Any], only: str | None = None) -> list[str]:
    """What is wrong with the values of a model's keys, in sentences; other keys are nobody's here; `only` with one."""
    known = {info.alias or name for name, info in model.model_fields.items()}
    try:
        model.model_validate({key: value for key, value in values.items() if key in known})
    except ValidationError as error:
        found = mistakes(error, model)
        return [one.sentence for one in found if only is None or one.where[:1] == (only,)]
    return []
