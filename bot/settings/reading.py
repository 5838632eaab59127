"""`load`: the config folder becomes `Settings`, or a ConfigError with every mistake and its line.

May import: model, errors, everything of this package but the editing half, pydantic.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import ConfigError, Problem
from bot.model import Account, Feed, Rule
from bot.settings import checks, convert
from bot.settings.feeds_file import FeedsFile
from bot.settings.kinds import Table
from bot.settings.lines import Where
from bot.settings.mistakes import Mistake, keys_of, mistakes
from bot.settings.quotes_file import QUOTES, read_quotes
from bot.settings.references import EVERYTHING, References, rehearsing
from bot.settings.rules_file import RulesFile, RuleTable
from bot.settings.starfish_file import AccountTable, StarfishFile
from bot.settings.starter import NAMES
from bot.settings.syntax import Document, read
from bot.settings.values import Settings
from bot.settings.words import MISSING, shown

FILES: dict[str, type[Table]] = {"starfish.toml": StarfishFile, "feeds.toml": FeedsFile, "rules.toml": RulesFile}
HOMES = {key: name for name, model in FILES.items() for key in model.model_fields}  # which table lives in which file

File = TypeVar("File", bound=BaseModel)


def load(
    folder: Path,
    options: Mapping[str, type[BaseModel]],
    *,
    env: Mapping[str, str],
    check_rule: Callable[[Rule], list[str]] | None = None,
    secrets: bool = True,
) -> Settings:
    """Read and validate the config folder.

    `options` names the installed platforms and the models of their account keys; `check_rule` says what is wrong with
    a rule's phrases and replies, in sentences.  Without `secrets`, one that is not there is a warning: for commands
    that speak to nobody, which the owner also calls where the bot's own environment is not at hand.

    :raises ConfigError: with all mistakes of all files, each with its file and line
    """
    reading = _Reading(folder, options, env, check_rule, secrets)
    settings = reading.settings()
    if reading.problems or settings is None:
        raise ConfigError(sorted_problems(reading.problems))
    return settings


def shown_path(path: Path) -> str:
    """A path as messages show it: relative to the current folder where it lies below it."""
    try:
        return str(path.relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except (ValueError, OSError):
        return str(path)


def sorted_problems(problems: Iterable[Problem]) -> list[Problem]:
    """By file, in the order they are read, then by line; each once."""

    def place(problem: Problem) -> tuple[int, int]:
        file, _, line = problem.where.rpartition(":")
        names = [*FILES, QUOTES]
        name = os.path.basename(file or problem.where)  # noqa: PTH119 -- text of a message, not a path to open
        return (names.index(name) if name in names else len(names), int(line) if line.isdigit() else 0)

    return sorted(dict.fromkeys(problems), key=place)


@dataclass(slots=True)
class _Reading:
    """One pass over the folder, collecting what is wrong."""

    folder: Path
    options: Mapping[str, type[BaseModel]]
    env: Mapping[str, str]
    check_rule: Callable[[Rule], list[str]] | None
    secrets: bool  # they are needed
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    secret_files: list[Path] = field(default_factory=list)

    def settings(self) -> Settings | None:
        """The settings, or None with `problems` telling why."""
        documents = self._documents()
        if documents is None:
            return None
        starfish, feeds, rules = (documents[name] for name in FILES)
        main = self._validated(starfish, StarfishFile)
        listed_feeds = self._validated(feeds, FeedsFile)
        self._validated(rules, RulesFile, secrets=False)
        for document, table, key in ((starfish, "accounts", "name"), (feeds, "feeds", "url"), (rules, "rules", "id")):
            self._report(document, checks.lacking(document.data))
            self._report(document, checks.twice(document.data, table, key, document.line))
        self._report(starfish, checks.unknown_platforms(starfish.data, sorted(self.options)))
        if not rules.mistakes:
            names = [row.get("name") for _, row in checks.rows(starfish.data, "accounts")]
            known = None if starfish.mistakes else [name for name in names if isinstance(name, str)]
            self._report(rules, checks.dangling_names(rules.data, known))
        accounts = self._accounts(starfish, main)
        answers = self._rules(rules)
        quotes = self._quotes()
        if self.problems or main is None or listed_feeds is None:
            return None
        sources = tuple(convert.feed_of(table) for table in listed_feeds.feeds)
        self._warn(starfish, feeds, rules, accounts, sources, answers, quotes, main)
        return Settings(
            folder=self.folder,
            bot=convert.bot_of(main, self.folder),
            web=convert.web_of(main),
            net=convert.net_of(main),
            condense=convert.condense_of(main),
            filters=convert.filters_of(main.filters),
            accounts=accounts,
            feeds=sources,
            rules=answers,
            quotes=quotes,
            warnings=tuple(sorted_problems(self.warnings)),
            secret_files=tuple(self.secret_files),
        )

    # ------------------------------------------------------------------ reading

    def _documents(self) -> dict[str, Document] | None:
        """The three files, as far as they can be read; None: there is nothing to read."""
        where = shown_path(self.folder)
        if not self.folder.is_dir():
            self.problems.append(
                Problem(where, f"there is no such folder; `starfish init {where}` makes one to begin with")
            )
            return None
        if not any((self.folder / name).exists() for name in NAMES):
            self.problems.append(
                Problem(where, f"none of the bot's files is in it; `starfish init {where}` writes them")
            )
            return None
        documents: dict[str, Document] = {}
        for name in FILES:
            path = self.folder / name
            try:
                documents[name] = read(path)
            except FileNotFoundError:
                self.problems.append(Problem(shown_path(path), MISSING))
                documents[name] = Document(path, mistakes=[])
            for line, sentence in documents[name].mistakes:
                self.problems.append(_problem(path, line, sentence))
        return documents

    def _quotes(self) -> tuple[str, ...]:
        path = self.folder / QUOTES
        found = read_quotes(path)
        self.problems += [_problem(path, line, sentence) for line, sentence in found.mistakes]
        self.warnings += [_problem(path, line, sentence) for line, sentence in found.warnings]
        return tuple(found.quotes)

    # ------------------------------------------------------------------ validating

    def _validated(self, document: Document, model: type[File], *, secrets: bool = True) -> File | None:
        """One document by its model; its references become secrets on the way."""
        data = document.data
        extra: dict[Where, set[str]] = {}
        if secrets:
            spared = frozenset(rehearsing(data.get("accounts"))) if self.secrets else EVERYTHING
            references = References(self.folder, self.env, spared)
            data = document.data = references.resolved(data)
            self.secret_files += references.files
            self._report(document, (Mistake(where, sentence) for where, sentence in references.missing))
            self.warnings += [_problem(document.path, document.line(at), what) for at, what in references.excused]
        if model is StarfishFile:
            data, extra = self._without_options(data)
        self._report(document, checks.misplaced(data, HOMES, document.path.name))
        data = {key: value for key, value in data.items() if HOMES.get(key, document.path.name) == document.path.name}
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self._report(document, mistakes(error, model, extra=extra, secrets=document.path.stem.removesuffix("s")))
            return None

    def _without_options(self, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Where, set[str]]]:
        """The document without the platforms' own keys, and which keys each account may have beyond ours."""
        ours = keys_of(AccountTable)
        extra: dict[Where, set[str]] = {}
        left = dict(data)
        accounts = data.get("accounts")
        if not isinstance(accounts, list):
            return left, {}
        left["accounts"] = [*accounts]
        for i, account in checks.rows(data, "accounts"):
            platform = account.get("platform")
            # Of an unknown platform nobody knows the keys; those of any platform are let through.
            known = isinstance(platform, str) and platform in self.options
            theirs = keys_of(self.options[str(platform)]) if known else self._everybodys_keys()
            extra[("accounts", i)] = theirs
            left["accounts"][i] = {key: value for key, value in account.items() if key in ours or key not in theirs}
        return left, extra

    def _everybodys_keys(self) -> set[str]:
        return {key for model in self.options.values() for key in keys_of(model)}

    def _accounts(self, document: Document, main: StarfishFile | None) -> tuple[Account, ...]:
        """The accounts, each with the options of its platform."""
        built: list[Account] = []
        for i, row in checks.rows(document.data, "accounts"):
            model = self.options.get(str(row.get("platform")))
            if model is None:
                continue
            keys = keys_of(model)
            try:
                options = model.model_validate({key: value for key, value in row.items() if key in keys})
            except ValidationError as error:
                self._report(document, mistakes(error, model, ("accounts", i), secrets=str(row["platform"])))
                continue
            if main is not None:
                built.append(convert.account_of(main.accounts[i], options, main.condense))
        return tuple(built)

    def _rules(self, document: Document) -> tuple[Rule, ...]:
        """The rules that are whole, each looked through by `check_rule`."""
        built: list[Rule] = []
        rows = checks.rows(document.data, "rules")
        lines = document.table_lines("rules", rows[-1][0] + 1 if rows else 0)
        for i, row in rows:
            table = _rule_table(row)
            if table is None:
                continue  # reported with the whole file
            rule = convert.rule_of(table, i, lines[i])
            sentences = self.check_rule(rule) if self.check_rule else []
            about = f"rule {shown(rule.id)}"
            self.problems += [_problem(document.path, rule.line, f"{about}: {sentence}") for sentence in sentences]
            built.append(rule)
        return tuple(built)

    # ------------------------------------------------------------------ telling

    def _report(self, document: Document, found: Iterable[Mistake]) -> None:
        for mistake in found:
            if mistake.of_whole and document.blanked and document.may_hold(mistake.where, mistake.lacks):
                continue  # what it lacks may stand on a line that can't be read, and that line is reported
            self.problems.append(_problem(document.path, document.line(mistake.where), mistake.sentence))

    def _warn(
        self,
        starfish: Document,
        feeds: Document,
        rules: Document,
        accounts: tuple[Account, ...],
        sources: tuple[Feed, ...],
        answers: tuple[Rule, ...],
        quotes: tuple[str, ...],
        main: StarfishFile,
    ) -> None:
        def told() -> Iterator[tuple[Document, Mistake]]:
            yield from ((starfish, mistake) for mistake in checks.contact_warnings(main.net.contact))
            yield from ((feeds, mistake) for mistake in checks.private_feeds(sources, main.net.allow_private))
            yield from (
                (starfish, mistake) for mistake in checks.account_warnings(accounts, sources, main.bot.timezone)
            )
            if not sources:
                yield (
                    feeds,
                    Mistake((), "there are no feeds, so there is nothing to share; try: starfish feeds add URL"),
                )
            yield from ((rules, mistake) for mistake in checks.rule_warnings(answers, quotes))

        for document, mistake in told():
            self.warnings.append(_problem(document.path, document.line(mistake.where), mistake.sentence))


def _rule_table(row: Mapping[str, Any]) -> RuleTable | None:
    """A rule, if need be without the keys that are wrong, so that its words can be looked through all the same."""
    try:
        return RuleTable.model_validate(row)
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors() if detail["loc"]}
    if wrong & {"id", "when", "like", "regex", "reply", "else"}:
        return None
    try:
        return RuleTable.model_validate({key: value for key, value in row.items() if key not in wrong})
    except ValidationError:
        return None


def _problem(path: Path, line: int | None, sentence: str) -> Problem:
    where = shown_path(path)
    return Problem(f"{where}:{line}" if line else where, sentence)
