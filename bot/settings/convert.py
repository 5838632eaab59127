"""Validated tables become the values of `bot.model`.

May import: model, the models of the three files, values.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.model import Account, Caps, Feed, Filters, Rate, Rhythm, Rule, RuleTest
from bot.settings.feeds_file import FeedTable
from bot.settings.rules_file import RuleTable
from bot.settings.starfish_file import (
    AccountTable,
    CondenseTable,
    FilterKeys,
    StarfishFile,
)
from bot.settings.values import BotSettings, CondenseSettings, LlmSettings, NetSettings, WebSettings

# The timeline of one's own machine: nobody else's server is there to be spared (design, section 8).
LOCAL_CAPS = Caps(person=Rate(count=60, per=timedelta(minutes=1)), account=None, thread=None)


def bot_of(file: StarfishFile, folder: Path) -> BotSettings:
    """Who the bot is; its database stands relative to the config folder."""
    bot = file.bot
    return BotSettings(
        name=bot.name,
        niche=bot.niche,
        timezone=bot.timezone,
        database=folder / bot.database,
        interests=bot.interests,
    )


def web_of(file: StarfishFile) -> WebSettings:
    """The bot's own page."""
    web = file.web
    public = web.public_url.rstrip("/") if web.public_url else None
    return WebSettings(host=web.listen[0], port=web.listen[1], password=web.password, public_url=public)


def net_of(file: StarfishFile) -> NetSettings:
    """How it behaves on other people's servers."""
    net = file.net
    return NetSettings(contact=net.contact, allow_private=net.allow_private, spacing=net.spacing)


def condense_of(file: StarfishFile) -> CondenseSettings:
    """How articles become posts."""
    condense, llm = file.condense, file.condense.llm
    return CondenseSettings(
        llm=LlmSettings(url=llm.url.rstrip("/"), model=llm.model, key=llm.key) if llm else None,
        style=condense.style,
        otherwise=condense.otherwise,
    )


def filters_of(table: FilterKeys) -> Filters:
    """The wishes of a feed, or of all."""
    return Filters(
        include=table.include,
        exclude=table.exclude,
        block=table.block,
        categories=table.categories,
        languages=table.languages,
        min_words=table.min_words,
    )


def account_of(table: AccountTable, options: object, defaults: CondenseTable) -> Account:
    """One account with the platform's own validated options."""
    post = table.post
    given = {key: getattr(table.caps, key) for key in table.caps.model_fields_set} if table.caps else {}
    return Account(
        name=table.name,
        platform=table.platform,
        options=options,
        owner=table.owner,
        feeds=table.feeds,
        post=Rhythm(at=tuple(sorted(post.at)), every=post.every, cron=post.cron, jitter=post.jitter) if post else None,
        quiet=table.quiet,
        max_per_day=table.max_per_day,
        review=table.review,
        settle=table.settle,
        unknown=table.unknown,
        dry_run=table.dry_run,
        style=table.style or defaults.style,
        quotes=table.quotes,
        otherwise=table.otherwise or defaults.otherwise,
        visibility=table.visibility,
        language=table.language,
        expires=table.expires,
        caps=replace(LOCAL_CAPS if table.platform == "local" else Caps(), **given),
        hashtags=table.hashtags,
    )


def feed_of(table: FeedTable) -> Feed:
    """One feed."""
    return Feed(
        url=table.url,
        tags=table.tags,
        own=table.own,
        backfill=table.backfill,
        every=table.every,
        filters=filters_of(table),
        hashtags=table.hashtags,
        max_age=table.max_age,
        style=table.style,
        headers=table.headers,
        auth=table.auth,
        cookie=table.cookie,
        proxy=table.proxy,
    )


def rule_of(table: RuleTable, order: int, line: int | None) -> Rule:
    """One rule, with its place in the file."""
    tests = tuple(
        RuleTest(say=t.say, expect=t.expect, by=t.by, captures=t.captures, contains=t.contains) for t in table.tests
    )
    return Rule(
        id=table.id,
        when=table.when,
        like=table.like,
        regex=table.regex,
        reply=table.reply,
        otherwise=table.otherwise,
        do=table.do,
        about=table.about,
        follows=table.after,
        by=table.by,
        accounts=table.accounts,
        priority=table.priority,
        max_words=table.max_words,
        cooldown=table.cooldown,
        tests=tests,
        order=order,
        line=line,
    )
