"""Lists as the files write them, made tuples.  May import: words."""

from __future__ import annotations

from bot.settings.words import Unfit, shown


def several(value: object) -> object:
    """A TOML list as a tuple; anything else is a mistake."""
    if not isinstance(value, list):
        one = f"; did you mean [{shown(value)}]?" if isinstance(value, str) else ""
        raise Unfit(f"must be a list{one}")
    return tuple(value)


def tables(value: object) -> object:
    """An array of tables as a tuple."""
    if isinstance(value, dict):
        raise Unfit("is a list of tables: write its name in two pairs of brackets, [[…]]")
    if not isinstance(value, list):
        raise Unfit("must be a list of tables")
    return tuple(value)


def one_or_several(value: object) -> object:
    """Text, or a list of texts, as a tuple."""
    if not isinstance(value, str | list):
        raise Unfit(f"must be text, or a list of texts, not {shown(value)}")
    return (value,) if isinstance(value, str) else tuple(value)
