"""`rules.toml`: what the bot answers.

May import: core's list of actions, kinds, pydantic.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from bot.core.rule_checks import ACTIONS
from bot.settings.kinds import Line, Name, Names, Several, SomeSpan, Table, Tables, Texts
from bot.settings.words import Unfit, listed, meant, shown


def action(value: object) -> object:
    """One of the closed list of actions."""
    if value not in ACTIONS:
        hint = meant(str(value), ACTIONS) or f"; there are {listed(ACTIONS, 'and')}"
        raise Unfit(f"{shown(value)} is not an action{hint}")
    return value


class TestTable(Table):
    """A question and the rule that must answer it."""

    __test__ = False
    noun: ClassVar[str] = "a test"
    say: str = Field(description="What somebody says.")
    expect: Name = Field(description="The id of the rule that must answer.")
    by: Literal["owner", "anybody"] = Field(default="anybody", alias="from", description="Who says it.")
    captures: dict[str, str] = Field(default={}, alias="with", description="What the rule must capture.")
    contains: Line | None = Field(default=None, description="What the reply must contain.")


class RuleTable(Table):
    """One stored rule."""

    noun: ClassVar[str] = "a rule"
    id: Name = Field(description="Its name; other rules and tests speak of it.")
    when: Texts = Field(default=(), description="Phrases, with * for any words, {capture}, (a|b) and [optional].")
    like: Texts = Field(default=(), description="Example questions; similar ones match too.")
    regex: Texts = Field(default=(), description="Regular expressions (RE2); for experts.")
    reply: Texts = Field(default=(), description="What it says; of several, one by the mention's number.")
    otherwise: Texts = Field(default=(), alias="else", description="What it says when its action finds nothing.")
    do: Annotated[str | None, BeforeValidator(action)] = Field(
        default=None, description="What it does before it replies.", json_schema_extra={"enum": [*ACTIONS]}
    )
    about: Literal["my_post"] | None = Field(default=None, description="Only in answer to one of the bot's posts.")
    after: Names = Field(default=(), description="Only when one of these rules gave the last answer in the thread.")
    by: Literal["owner"] | None = Field(default=None, alias="from", description="Only for the owner.")
    accounts: Annotated[tuple[Name, ...], Several] = Field(
        default=(), description="Only on these accounts; empty: on all."
    )
    priority: int = Field(default=0, ge=-1_000_000, le=1_000_000, description="Higher ones are tried first.")
    max_words: int | None = Field(
        default=None, ge=1, le=1000, description="Only for messages of at most so many words."
    )
    cooldown: SomeSpan | None = Field(
        default=None, description="At least this long between two such answers to one person."
    )
    tests: Annotated[tuple[TestTable, ...], Tables] = Field(
        default=(), description="Questions it must answer, or leave."
    )


class RulesFile(Table):
    """rules.toml: what the bot answers."""

    noun: ClassVar[str] = "rules.toml"
    rules: Annotated[tuple[RuleTable, ...], Tables] = Field(default=(), description="The rules.")
