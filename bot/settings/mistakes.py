"""What pydantic found, said in sentences that name the key, what is wrong and what was probably meant.

May import: model, words, lines, kinds, pydantic.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.model import Secret
from bot.settings.kinds import Table
from bot.settings.lines import Where
from bot.settings.words import listed, meant, shown

_TYPES = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
    "list_type": "a list",
    "tuple_type": "a list",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong at a place of a file."""

    where: Where
    sentence: str
    of_whole: bool = False  # about what a table lacks, which may have stood on a line that can't be read
    lacks: str | None = None  # the key, if it is a single one


def mistakes(
    error: ValidationError,
    root: type[BaseModel],
    at: Where = (),
    *,
    extra: Mapping[Where, Iterable[str]] | None = None,
    secrets: str = "",
) -> list[Mistake]:
    """Every mistake that pydantic found in a document validated by `root`, which itself stands at `at`.

    `extra` names further known keys of a table (the platform's own, of an account); `secrets` is how the names of
    environment variables begin in proposals.
    """
    found: list[Mistake] = []
    for detail in error.errors(include_url=False):
        inner = tuple(part for part in detail["loc"])
        if detail["type"] == "is_instance_of" and detail.get("ctx", {}).get("class") == "Secret":
            mistake = _of_secret(detail["input"], (*at, *inner), secrets)
        else:
            mistake = _mistake(detail, root, at, inner, {k: tuple(v) for k, v in (extra or {}).items()})
        if mistake not in found:
            found.append(mistake)
    return found


def _of_secret(value: object, where: Where, prefix: str) -> Mistake:
    """A secret that is not there by reference.  Its value is never repeated."""
    key = next((str(part) for part in reversed(where) if isinstance(part, str)), "secret")
    plain = ", which must not stand in this file" if isinstance(value, str) else ""
    name = re.sub(r"\W+", "_", f"{prefix}_{key}").strip("_").upper()
    return Mistake(where, f'{key} is a secret{plain}; write {key} = {{ env = "{name}" }} or {key} = {{ file = "…" }}')


def _mistake(
    detail: ErrorDetails, root: type[BaseModel], at: Where, inner: Where, extra: Mapping[Where, tuple[str, ...]]
) -> Mistake:
    where = (*at, *inner)
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    key = str(inner[-1]) if inner else ""
    if kind == "extra_forbidden":
        table = table_at(root, inner[:-1])
        known = {*keys_of(table), *extra.get(where[:-1], ())} if table else set()
        noun = noun_of(table)
        belongs = "table" if noun.endswith(".toml") else "setting"
        return Mistake(where, f"{shown(key)} is not a {belongs} of {noun}{meant(key, known)}")
    if kind == "missing":
        return Mistake(
            where[:-1], f"{noun_of(table_at(root, inner[:-1]))} needs {shown(key)}", of_whole=True, lacks=key
        )
    table = table_at(root, inner)
    name = "" if table is not None and (not inner or isinstance(inner[-1], int)) else _name(inner, root)
    subject = name or noun_of(table)
    if kind == "value_error":
        return Mistake(where, f"{subject} {context.get('error', detail['msg'])}", of_whole=table is not None)
    if kind in _TYPES:
        return Mistake(where, f"{subject} must be {_TYPES[kind]}, not {_shown(value)}")
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return Mistake(where, f"{subject} must be {words} {context.get(bound)}, not {_shown(value)}")
    if kind == "literal_error":
        options = _options(str(context.get("expected", "")))
        if not isinstance(value, str):
            return Mistake(where, f"{subject} must be {listed(options)}, not {_shown(value)}")
        hint = meant(value, options) or f"; it can be {listed(options)}"
        return Mistake(where, f"{subject} {_shown(value)} is unknown{hint}")
    return Mistake(where, f"{subject} {_shown(value)} is wrong: {detail['msg'][:1].lower()}{detail['msg'][1:]}")


def _shown(value: object) -> str:
    return "a secret" if isinstance(value, Secret) else shown(value)


def _name(inner: Where, root: type[BaseModel]) -> str:
    """The key as the owner wrote it: `post.every`, from the innermost table of a list or [table] on."""
    names: list[str] = []
    if noun_of(root).endswith(".toml") and len(inner) > 1 and isinstance(inner[1], str):
        inner = inner[1:]
    for part in reversed(inner):
        if isinstance(part, int):
            if names:
                break
            continue
        names.insert(0, part)
    return ".".join(names)


def _options(expected: str) -> list[str]:
    """Pydantic's `'hold', 'resend' or 'assume_sent'` as a list."""
    return [part.strip().strip("'") for part in expected.replace(" or ", ",").split(",") if part.strip()]


def noun_of(table: type[BaseModel] | None) -> str:
    """How a message calls a table."""
    return table.noun if table is not None and issubclass(table, Table) else "this account"


def keys_of(table: type[BaseModel]) -> set[str]:
    """The keys that a table may have, as they are written."""
    return {field.alias or name for name, field in table.model_fields.items()}


def table_at(root: type[BaseModel], inner: Where) -> type[BaseModel] | None:
    """The model of the table at a path; None: there is no table, but a value."""
    table: type[BaseModel] | None = root
    for part in inner:
        if isinstance(part, int):
            continue
        if table is None:
            return None
        fields = {field.alias or name: field for name, field in table.model_fields.items()}
        table = _model_in(fields[part].annotation) if part in fields else None
    return table


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 -- any annotation
    """The model that an annotation is about: through Annotated, unions and tuples."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, list):
        return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
    return None
