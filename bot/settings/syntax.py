"""A TOML file read into plain values, with every mistake of syntax, not just the first.

May import: errors, lines, words.
A statement that TOML refuses is reported and blanked, so that the rest of the file can be checked too.
"""

from __future__ import annotations

import re
import stat
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.settings.lines import Statement, Where, positions, statements
from bot.settings.words import shown

MOST_REPORTED = 50  # mistakes of syntax in one file
LARGEST = 50_000_000  # bytes of one file: more than anybody writes, and little enough to hold

_AT = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_YAML = re.compile(r"\s*-?\s*([\w-]+)\s*:(\s.*)?$", re.DOTALL)
_BARE_VALUE = re.compile(r"\s*([\w.-]+)\s*=\s*([^\s\"'\[\]{}#][^\"'\n#]*)")


@dataclass
class Document:
    """A file of the config folder, as far as it could be read."""

    path: Path
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    mistakes: list[tuple[int | None, str]] = field(default_factory=list)  # line and sentence
    blanked: list[tuple[int, str | None]] = field(default_factory=list)  # what could not be read: line and key

    @cached_property
    def lines(self) -> dict[Where, int]:
        """Where everything stands; found out at the first question."""
        return positions(self.text)

    def line(self, where: Where) -> int | None:
        """The line of a value, or of the nearest thing around it that stands in the file."""
        for length in range(len(where), 0, -1):
            if (line := self.lines.get(where[:length])) is not None:
                return line
        return 1 if self.text else None

    def table_lines(self, name: str, number: int) -> list[int | None]:
        """The lines of the first `number` tables of an array of tables, without a scan where headers tell them."""
        header = re.compile(rf"^[ \t]*\[\[[ \t]*{re.escape(name)}[ \t]*\]\]", re.MULTILINE)
        starts = [match.start() for match in header.finditer(self.text)]
        if len(starts) != number:  # written otherwise, or a text quotes such a line
            return [self.line((name, i)) for i in range(number)]
        lines: list[int | None] = []
        line, last = 1, 0
        for start in starts:
            line, last = line + self.text.count("\n", last, start), start
            lines.append(line)
        return lines

    @cached_property
    def hurt(self) -> dict[Where, set[str | None]]:
        """The tables with lines that could not be read, and the keys that stood there (None: who knows)."""
        tables = sorted(
            (at, where) for where, at in self.lines.items() if isinstance(where[-1], int) or len(where) == 1
        )
        starts = [at for at, _ in tables]
        found: dict[Where, set[str | None]] = {}
        for line, key in self.blanked:
            if (number := bisect_right(starts, line) - 1) >= 0:
                found.setdefault(tables[number][1], set()).add(key)
        return found

    def may_hold(self, where: Where, key: str | None) -> bool:
        """Whether a table's missing key (None: something) may stand on a line that could not be read."""
        for table, keys in self.hurt.items():
            if where[: len(table)] == table and (key is None or key in keys or None in keys):
                return True
        return False


def content(path: Path) -> bytes:
    """What stands in a file.

    :raises OSError: it can't be read, or might never end
    """
    state = path.stat()
    if not stat.S_ISREG(state.st_mode) and not stat.S_ISDIR(state.st_mode):  # of a folder the system says so itself
        raise OSError("it is not a file")
    if state.st_size > LARGEST:
        raise OSError("it is too large")
    return path.read_bytes()


def read(path: Path) -> Document:
    """Read one file; what is wrong with it stands in `mistakes`.

    :raises FileNotFoundError: there is no such file
    """
    document = Document(path)
    try:
        raw = content(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        document.mistakes.append((None, f"can't be read: {error.strerror or error}"))
        return document
    try:
        text = raw.decode("utf-8-sig")  # some editors put a mark before the first letter
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        document.mistakes.append((line, "is not UTF-8 text; save the file as UTF-8"))
        return document
    document.text = text.replace("\r\n", "\n")
    try:
        document.data = tomllib.loads(document.text)
    except ValueError:  # as all mistakes of TOML are, and numbers that Python refuses
        _mend(document)
    except RecursionError:
        document.text = ""
        document.mistakes.append((None, "has brackets inside brackets without end"))
    return document


def _mend(document: Document) -> None:
    """Blank the statements that TOML refuses, one by one; then those that contradict earlier ones."""
    headless = False  # below a header that can't be read, nobody knows what the keys belong to
    for statement in list(statements(document.text)):
        headless = headless and not statement.is_header
        refused = _refused(document.text[statement.start : statement.end], statement)
        if refused:
            document.mistakes.append(refused)
            headless = headless or statement.is_header
        if refused or headless:
            _blank(document, statement)
    while len(document.mistakes) < MOST_REPORTED:
        try:
            document.data = tomllib.loads(document.text)
            return
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            line = int(at[1]) if at and at[1] else document.text.count("\n") + 1
            guilty = [s for s in statements(document.text) if s.line <= line]
            if not guilty:
                document.mistakes.append((line, f"is not TOML: {_AT.sub('', str(error)).strip().lower()}"))
                return
            document.mistakes.append((guilty[-1].line, _contradiction(guilty[-1])))
            _blank(document, guilty[-1])
            if guilty[-1].is_header:
                _blank_below(document, guilty[-1])
    document.data = {}


def _blank(document: Document, statement: Statement) -> None:
    """Take a statement out, and keep the lines of all others where they are."""
    taken = document.text[statement.start : statement.end]
    first = statement.tokens[0]
    key = first.text.strip("\"':")  # "tags: …" is a broken line about tags
    document.blanked.append((statement.line, key if re.fullmatch(r"[\w-]+", key) else None))
    blank = re.sub(r"[^\n]", " ", taken)
    document.text = document.text[: statement.start] + blank + document.text[statement.end :]


def _blank_below(document: Document, header: Statement) -> None:
    """Take out what stands under a header that was taken out."""
    for statement in [s for s in statements(document.text) if s.start > header.start]:
        if statement.is_header:
            return
        _blank(document, statement)


def _refused(source: str, statement: Statement) -> tuple[int, str] | None:
    """The line and the sentence for what is wrong with one statement by itself, or None."""
    try:
        tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        within = int(at[1]) - 1 if at and at[1] and not statement.unclosed else 0
        return statement.line + within, _sentence(source.split("\n")[within].strip(), statement, str(error))
    except ValueError:
        return statement.line, "holds a number of thousands of digits"
    except RecursionError:
        return statement.line, "has brackets inside brackets without end"
    return None


def _sentence(first: str, statement: Statement, fault: str) -> str:
    """What is wrong with a statement, whose guilty line is given, in words for people."""
    if any(t.kind == "endless" for t in statement.tokens):
        return "the text that begins here with three quotes never ends"
    if statement.is_header:
        return f"{shown(first)} is not a table's name; write [name] or [[name]]"
    if statement.unclosed:
        return "a bracket that is opened here is never closed"
    if any(t.kind == "other" and t.text in "\"'" for t in statement.tokens):
        return "a quote is opened here and never closed on its line"
    if "=" not in (t.text for t in statement.tokens):
        if yaml := _YAML.match(first):
            return f"{shown(first)} is not TOML; did you mean {shown(f'{yaml[1]} = …')}?"
        return f"{shown(first)} is not TOML; a line is written: key = value"
    if bare := _BARE_VALUE.match(first):
        word = bare[2].strip()
        if word.lower() in ("true", "false", "yes", "no", "on", "off"):
            return f"{bare[1]} = {word}: did you mean {'true' if word.lower() in ('true', 'yes', 'on') else 'false'}?"
        if not re.match(r"[+-]?\d", word) or not re.search(r"\d$", word):
            return f"{bare[1]}: text stands in quotes; did you mean {bare[1]} = {shown(word)}?"
    fault = _AT.sub("", fault).strip()
    return f"{shown(first)} is not TOML: {fault[:1].lower()}{fault[1:]}"


def _contradiction(statement: Statement) -> str:
    """What is wrong with a statement that is fine by itself, but not below the others."""
    texts = [t.text for t in statement.tokens]
    name = "".join(texts if statement.is_header else texts[: texts.index("=")])
    return f"{name} stands here, but something of that name stands above already"
