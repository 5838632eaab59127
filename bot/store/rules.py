"""Stored rules: those of the owner's file, those taught while running, and what became of both.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.model import Rule
from bot.store.part import Part, durable, reading
from bot.store.records import Learnt, RuleChange, Usage
from bot.store.values import FORGOTTEN, clean, moment, packed, stamp, unpacked

USED = "INSERT INTO rule_usage VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET count = count + 1, last_at = excluded.last_at"
"""Counts that a rule (its name, the time) spoke to somebody: in its own words, once a mention, passed on or not."""

FROM_MENTION = ", from mention "
"""What stands between whoever taught a rule and the number of the mention whose words it has (`app/teach.py`)."""


class Rules(Part):
    """Every rule with its origin; the file's own the file's changes, the taught ones stay until they are removed."""

    name = "rules"

    @durable
    def sync_file(self, rules: Sequence[Rule], now: datetime) -> None:
        """Take over the rules of the file as a whole, in its order; taught ones stay.  Its history keeps the changes."""
        before = {row["id"]: row["rule"] for row in self.all_of("SELECT id, rule FROM rules WHERE layer = 'file'")}
        after = {clean(rule.id): packed(replace(rule, line=None, order=0)) for rule in rules}
        for gone in [each for each in before if each not in after]:
            self._note(gone, "removed", "file", now, before[gone])
            self.change("DELETE FROM rules WHERE layer = 'file' AND id = ?", gone)
        for position, rule in enumerate(rules):
            name = clean(rule.id)
            if name not in before:
                self._note(name, "added", "file", now, after[name])
            elif packed(replace(unpacked(Rule, before[name]), line=None, order=0)) != after[name]:
                self._note(name, "changed", "file", now, after[name])
            if name not in before or before[name] != packed(replace(rule, order=position)):
                self._put(replace(rule, order=position), "file", position, "file", now)

    @reading
    def all(self) -> list[Rule]:
        """The rules that count: the file's in its order, then the taught ones in theirs.

        A taught rule that has the name of a rule of the file is shadowed by it.
        """
        found = self.all_of(
            "SELECT rule FROM rules WHERE layer = 'file' OR id NOT IN (SELECT id FROM rules WHERE layer = 'file')"
            " ORDER BY layer = 'taught', position"
        )
        return _ordered(found)

    @durable
    def add(self, rule: Rule, who: str, now: datetime) -> None:
        """Teach a rule, or replace the taught one of that name."""
        name = clean(rule.id)
        known = self.one("SELECT position FROM rules WHERE layer = 'taught' AND id = ?", name)
        if known is None:
            position = 1 + self.number("SELECT max(position) FROM rules WHERE layer = 'taught'")
        else:
            position = known["position"]
        self._note(name, "added" if known is None else "changed", who, now, packed(rule))
        self._put(rule, "taught", position, who, now)

    @durable
    def remove(self, rule_id: str, who: str, now: datetime) -> bool:
        """Forget a taught rule; False if there is none of that name (a rule of the file is removed there)."""
        known = self.one("SELECT rule FROM rules WHERE layer = 'taught' AND id = ?", clean(rule_id))
        if known is None:
            return False
        self._note(clean(rule_id), "removed", who, now, known["rule"])
        self.change("DELETE FROM rules WHERE layer = 'taught' AND id = ?", clean(rule_id))
        unlearn(self.raw)
        return True

    @reading
    def names(self) -> list[str]:
        """The names of all that was taught, ways to say a rule of the file included."""
        return [row["id"] for row in self.all_of("SELECT id FROM rules WHERE layer = 'taught' ORDER BY position")]

    @reading
    def learnt(self, rule_id: str) -> Learnt | None:
        """A taught rule, with who taught it and when; None if none of that name was taught."""
        row = self.one("SELECT * FROM rules WHERE layer = 'taught' AND id = ?", clean(rule_id))
        if row is None:
            return None
        return Learnt(rule=unpacked(Rule, row["rule"]), by=row["added_by"], at=moment(row["added_at"]))

    @durable
    def lock(self, rule_id: str, who: str, now: datetime, *, locked: bool = True) -> bool:
        """Keep a taught rule from being forgotten by a word, or let it be again; False if none of that name was taught."""
        row = self.one("SELECT rule FROM rules WHERE layer = 'taught' AND id = ?", clean(rule_id))
        if row is None:
            return False
        rule = packed(replace(unpacked(Rule, row["rule"]), locked=locked))
        self._note(clean(rule_id), "locked" if locked else "unlocked", who, now, rule)
        self.change("UPDATE rules SET rule = ? WHERE layer = 'taught' AND id = ?", rule, clean(rule_id))
        return True

    @reading
    def version(self) -> int:
        """A number that grows with every change of a rule."""
        return self.number("SELECT max(number) FROM rule_history")

    @reading
    def usage(self) -> dict[str, Usage]:
        """How often each rule answered, and when last, by its name; one that never did isn't named."""
        found = self.all_of("SELECT * FROM rule_usage ORDER BY id")
        return {row["id"]: Usage(count=row["count"], last_at=moment(row["last_at"])) for row in found}

    @reading
    def history(self, rule_id: str) -> list[RuleChange]:
        """What happened to a rule, the oldest first."""
        found = self.all_of("SELECT * FROM rule_history WHERE id = ? ORDER BY number", clean(rule_id))
        return [
            RuleChange(
                id=row["id"],
                what=row["what"],
                who=row["who"],
                at=moment(row["at"]),
                rule=unpacked(Rule, row["rule"]),
            )
            for row in found
        ]

    def _put(self, rule: Rule, layer: str, position: int, who: str, now: datetime) -> None:
        self.change(
            "INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position,"
            " rule = excluded.rule, added_by = excluded.added_by, added_at = excluded.added_at",
            clean(rule.id),
            layer,
            position,
            packed(rule),
            clean(who),
            stamp(now),
        )

    def _note(self, rule_id: str, what: str, who: str, now: datetime, rule: str) -> None:
        self.change(
            "INSERT INTO rule_history (id, what, who, at, rule) VALUES (?, ?, ?, ?, ?)",
            rule_id,
            what,
            clean(who),
            stamp(now),
            rule,
        )


def unlearn(raw: sqlite3.Connection) -> None:
    """Take the words of people who were forgotten out of the history of rules that are gone.

    The lines of it stay: a running bot knows by their numbers that a rule was changed.
    """
    found = raw.execute(
        "SELECT DISTINCT id FROM rule_history WHERE instr(who, ?1) > 0 AND EXISTS (SELECT 1 FROM mentions WHERE"
        " mentions.id = CAST(substr(who, instr(who, ?1) + length(?1)) AS INTEGER)"
        " AND mentions.state = 'withdrawn' AND mentions.reason = ?2)"
        " EXCEPT SELECT id FROM rules",
        (FROM_MENTION, FORGOTTEN),
    )
    for (name,) in found.fetchall():
        raw.execute(
            "UPDATE rule_history SET id = ?1, rule = ?2 WHERE id = ?3", (FORGOTTEN, packed(Rule(id=FORGOTTEN)), name)
        )
        raw.execute("DELETE FROM rule_usage WHERE id = ?", (name,))


def _ordered(rows: Sequence[sqlite3.Row]) -> list[Rule]:
    return [replace(unpacked(Rule, row["rule"]), order=place) for place, row in enumerate(rows)]
