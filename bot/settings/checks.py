"""What no single table can know: duplicates, names that name nothing, and what is allowed but hardly meant.

May import: model, core's pace and checks of rules, the models of the files, mistakes, words.
The checks of mistakes read the raw documents, so that they speak even where other things are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.core.pace import next_slot
from bot.core.rule_checks import never_filled
from bot.model import Account, Feed, Rule
from bot.settings.addresses import is_loopback
from bot.settings.mistakes import Mistake
from bot.settings.starfish_file import EXAMPLE_CONTACT
from bot.settings.words import counted, listed, meant, shown

BUILT_IN_RULES = frozenset({"fallback", "stop", "start"})  # they answer even where the file has no such rule
A_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # any will do: the quiet hours cover all of a schedule's year, or they don't
LONGEST_QUOTE = 280  # characters: what fits into one post nearly everywhere, with room for a name

Lined = Callable[[tuple[str | int, ...]], int | None]


def rows(data: Mapping[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables of an array of tables, as far as they are tables, with their numbers."""
    value = data.get(key)
    return [(i, row) for i, row in enumerate(value) if isinstance(row, dict)] if isinstance(value, list) else []


def same_address(url: str) -> str:
    """What two spellings of one feed's address have in common."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    usual = {"http": 80, "https": 443}.get(scheme)
    place = host if port in (None, usual) else f"{host}:{port}"
    return f"{scheme}://{place}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def twice(data: Mapping[str, Any], table: str, key: str, line: Lined) -> Iterator[Mistake]:
    """Tables that share what must be their own: a feed's url, a rule's id, an account's name."""
    first: dict[str, int] = {}
    for i, row in rows(data, table):
        value = row.get(key)
        if not isinstance(value, str):
            continue
        same = same_address(value) if key == "url" else value.casefold()
        if same in first:
            earlier = line((table, first[same], key))
            yield Mistake((table, i, key), f"{key} {shown(value)} stands twice, first in line {earlier}")
        first.setdefault(same, i)


def unknown_platforms(data: Mapping[str, Any], platforms: Sequence[str]) -> Iterator[Mistake]:
    """Accounts on platforms that are not installed."""
    for i, row in rows(data, "accounts"):
        platform = row.get("platform")
        if isinstance(platform, str) and platform not in platforms:
            hint = meant(platform, platforms) or f"; there are {listed(sorted(platforms), 'and')}"
            yield Mistake(("accounts", i, "platform"), f"platform {shown(platform)} is unknown{hint}")


def dangling_names(data: Mapping[str, Any], accounts: Sequence[str] | None) -> Iterator[Mistake]:
    """`after`, `expect` and `accounts` of rules that name nothing.  `accounts` None: they could not be read."""
    ids = [row["id"] for _, row in rows(data, "rules") if isinstance(row.get("id"), str)]
    known = {*ids, *BUILT_IN_RULES}
    for i, row in rows(data, "rules"):
        after = row.get("after")
        for j, earlier in enumerate(after if isinstance(after, list) else [after]):
            if isinstance(earlier, str) and earlier not in known:
                yield Mistake(("rules", i, "after", j), f"after {shown(earlier)} names no rule{meant(earlier, known)}")
        named = row.get("accounts")
        for j, account in enumerate(named if isinstance(named, list) and accounts is not None else []):
            if isinstance(account, str) and account not in (accounts or ()):
                hint = meant(account, accounts or ())
                yield Mistake(("rules", i, "accounts", j), f"accounts: {shown(account)} names no account{hint}")
        for j, test in rows(row, "tests"):
            expect = test.get("expect")
            if isinstance(expect, str) and expect not in known:
                hint = meant(expect, known)
                yield Mistake(("rules", i, "tests", j, "expect"), f"expect {shown(expect)} names no rule{hint}")


def lacking(data: Mapping[str, Any]) -> Iterator[Mistake]:
    """What tables need as a whole, whatever else is wrong with their keys."""
    web = data.get("web")
    if isinstance(web, dict) and isinstance(web.get("listen"), str) and web.get("password") is None:
        host = web["listen"].rpartition(":")[0].strip("[]")
        if host and not is_loopback(host):
            sentence = 'listen opens the page beyond this machine, which needs password = { env = "STARFISH_PASSWORD" }'
            yield Mistake(("web", "listen"), sentence, of_whole=True)
    for i, account in rows(data, "accounts"):
        post = account.get("post")
        if not isinstance(post, dict):
            continue
        given = [key for key in ("at", "every", "cron") if key in post]
        if len(given) != 1:
            sentence = f"post needs exactly one of at, every and cron, and has {' and '.join(given) or 'none of them'}"
            yield Mistake(("accounts", i, "post"), sentence, of_whole=True)
        elif given == ["at"] and post["at"] == []:
            yield Mistake(("accounts", i, "post"), "post.at has no times")
    for i, rule in rows(data, "rules"):
        if rule.get("else") and not rule.get("do"):
            sentence = "else is said when an action finds nothing, and this rule has no do"
            yield Mistake(("rules", i, "else"), sentence, of_whole=True)


def misplaced(data: Mapping[str, Any], homes: Mapping[str, str], file: str) -> Iterator[Mistake]:
    """Tables that belong in another of the files."""
    for key in data:
        if homes.get(key, file) != file:
            yield Mistake((key,), f"{shown(key)} belongs in {homes[key]}")


# --------------------------------------------------------------------------- allowed, but hardly meant


def account_warnings(accounts: Sequence[Account], feeds: Sequence[Feed], zone: ZoneInfo) -> Iterator[Mistake]:
    """Accounts that will be more silent than their owner thinks."""
    tags = {tag for feed in feeds for tag in feed.tags}
    if not accounts:
        yield Mistake((), "there is no account, so nothing will be posted or answered; add [[accounts]]")
    for i, account in enumerate(accounts):
        for j, tag in enumerate(account.feeds):
            if feeds and tag not in tags:
                yield Mistake(("accounts", i, "feeds", j), f"no feed has the tag {shown(tag)}{meant(tag, tags)}")
        aloud = replace(account, quiet=None)
        if account.post and next_slot(account, zone, A_DAY) is None and next_slot(aloud, zone, A_DAY):
            key = "at" if account.post.at else "cron" if account.post.cron else "every"
            yield Mistake(
                ("accounts", i, "quiet"), f"every time of post.{key} lies in quiet, so nothing will be posted"
            )


def contact_warnings(contact: str) -> Iterator[Mistake]:
    """The starter file's example was left in place."""
    if contact == EXAMPLE_CONTACT:
        sentence = "contact is still the example; put your own address there, so that a site's owner can reach you"
        yield Mistake(("net", "contact"), sentence)


def private_feeds(feeds: Sequence[Feed], allowed: Sequence[IPv4Network | IPv6Network]) -> Iterator[Mistake]:
    """Feeds whose plain address is private and not allowed, so that every poll would be refused."""
    for i, feed in enumerate(feeds):
        host = urlsplit(feed.url).hostname or ""
        try:
            address = ip_address("127.0.0.1" if host.casefold() == "localhost" else host)
        except ValueError:
            continue  # a name: where it leads is seen when it is asked
        if not address.is_global and not any(address in network for network in allowed):
            sentence = (
                f'{host} is a private address and will be refused; allow it: allow_private = ["{address}"] in [net]'
            )
            yield Mistake(("feeds", i, "url"), sentence)


def rule_warnings(rules: Sequence[Rule], quotes: Sequence[str]) -> Iterator[Mistake]:
    """Examples that two rules claim under the same conditions, names that stay empty, and quotes without quotes."""
    first: dict[tuple[object, ...], Rule] = {}
    for rule in rules:
        context = (rule.about, rule.follows, rule.by, rule.accounts, rule.max_words)
        for key, examples in (("when", rule.when), ("like", rule.like)):
            for j, example in enumerate(examples):
                words = (" ".join(example.casefold().split()), *context)
                other = first.setdefault(words, rule)
                seen_here = example in examples[:j]
                if other is not rule or seen_here:
                    whom = "this rule" if other is rule else f"rule {shown(other.id)}"
                    sentence = f"{key} {shown(example)} is an example of {whom} already"
                    yield Mistake(("rules", rule.order, key, j), sentence)
        for j, reply in enumerate(rule.reply):
            for name, actions in never_filled(rule, reply):
                sentence = f"{{{name}}} always stays empty here: only do = {listed(actions)} fills it in"
                yield Mistake(("rules", rule.order, "reply", j), sentence)
        if rule.do == "quote" and not quotes:
            yield Mistake(("rules", rule.order, "do"), f"rule {shown(rule.id)} quotes, but quotes.txt holds no quotes")


def long_quote(quote: str) -> str | None:
    """What is wrong with a quote's length, or None."""
    if len(quote) <= LONGEST_QUOTE:
        return None
    return f"this quote has {counted(len(quote), 'character')}; more than {LONGEST_QUOTE} rarely fit into a post"
