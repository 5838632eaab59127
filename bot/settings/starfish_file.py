"""`starfish.toml`, table by table: who the bot is, its page, its manners, its accounts and when they post.

May import: model, kinds, fields, pydantic.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from bot.model import Caps, Secret
from bot.settings.fields import LONGEST_SPAN, cron_gap
from bot.settings.kinds import (
    CapRate,
    Clock,
    Contact,
    Cron,
    FilePath,
    Hashtag,
    Interest,
    Language,
    Line,
    Lines,
    Listen,
    Name,
    Network,
    Several,
    SomeSpan,
    Span,
    Style,
    Table,
    Tables,
    ThreadCap,
    Token,
    WebUrl,
    Window,
    Words,
    Zone,
)
from bot.settings.words import Unfit, shown

EXAMPLE_CONTACT = "https://example.com/bot"  # stands in the starter file; `load` warns while it does


class BotTable(Table):
    """Who the bot is."""

    noun: ClassVar[str] = "[bot]"
    name: Name = Field(default="starfish", description="What people call it: they mention it as @name.")
    niche: Line = Field(
        default="whatever is worth reading", description="Its subject, as replies say it ({bot.niche})."
    )
    timezone: Zone = Field(default=ZoneInfo("UTC"), description="The time zone of every local time in this file.")
    database: FilePath = Field(default="starfish.db", description="The database file; relative to the config folder.")
    interests: Annotated[tuple[Interest, ...], Several] = Field(
        default=(), description='What is worth sharing; a "-" before a word mutes it; empty: everything alike.'
    )


class WebTable(Table):
    """The bot's own page."""

    noun: ClassVar[str] = "[web]"
    listen: Listen = Field(
        default=("127.0.0.1", 8420),
        description="Address and port of the page; beyond this machine it needs a password.",
    )
    password: Secret | None = Field(default=None, description="Asked for everything once set; by reference only.")
    public_url: WebUrl | None = Field(
        default=None, description="The page's address from outside, for WebSub and for links."
    )


class NetTable(Table):
    """How the bot behaves as a guest on other people's servers."""

    noun: ClassVar[str] = "[net]"
    contact: Contact = Field(
        default=EXAMPLE_CONTACT, description="Travels in the User-Agent, so that a site's owner can reach you."
    )
    allow_private: Annotated[tuple[Network, ...], Several] = Field(
        default=(), description="Private address ranges that feeds and pages may live on, any port."
    )
    spacing: Span | None = Field(
        default=None,
        description="Between two requests to one host; unset: 1s, and none within allow_private; set: everywhere.",
    )


class LlmTable(Table):
    """An optional language model that rewrites summaries; off unless this table is there."""

    noun: ClassVar[str] = "condense.llm"
    url: WebUrl = Field(description="Base address of an OpenAI-compatible interface; may be on this machine.")
    model: Line = Field(description="The model's name there.")
    key: Secret | None = Field(
        default=None, description="The key of the interface, if it wants one; by reference only."
    )


class CondenseTable(Table):
    """Defaults of how articles become posts."""

    noun: ClassVar[str] = "[condense]"
    llm: LlmTable | None = Field(
        default=None, description="A language model as rewriter; its words pass the same value gate."
    )
    style: Style = Field(default="takeaway", description="How posts are worded: a named style, or a template.")
    otherwise: Literal["next", "link"] = Field(
        default="next",
        description="What to do when a text fails the value gate: take the next candidate, or post the bare link.",
    )


class FilterKeys(Table):
    """The wishes that a feed, or all feeds, may have."""

    include: Words = Field(
        default=(),
        description='Words or phrases of which at least one must occur; "synth*" is the beginning of one; empty: all.',
    )
    exclude: Words = Field(default=(), description="Words or phrases of which none may occur.")
    block: Lines = Field(default=(), description="People (author names, handles) and domains that are never shared.")
    categories: Lines = Field(default=(), description="The entry carries one of these categories; empty: any.")
    languages: Annotated[tuple[Language, ...], Several] = Field(
        default=(), description="Languages let through, as feeds state them or the words tell; empty: any."
    )
    min_words: int = Field(default=0, ge=0, le=100_000, description="Words in title and text together, at least.")


class FiltersTable(FilterKeys):
    """What is let through, for all feeds."""

    noun: ClassVar[str] = "[filters]"


def schedule(value: object) -> object:
    """A table; of what people write instead, the table that they meant is shown."""
    if isinstance(value, (dict, PostTable)):
        return value
    words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if not words or not all(isinstance(word, str) for word in words):
        raise Unfit(f'must be a table, like {{ every = "2h" }}, not {shown(value)}')
    quoted = ", ".join(map(shown, words))
    key = "at" if len(words) > 1 or ":" in words[0] else "cron" if len(words[0].split()) == 5 else "every"
    raise Unfit(f"must be a table; did you mean post = {{ {key} = {f'[{quoted}]' if key == 'at' else quoted} }}?")


class PostTable(Table):
    """When an account posts: exactly one of at, every and cron."""

    noun: ClassVar[str] = "post"
    at: Annotated[tuple[Clock, ...], Several] = Field(default=(), description="Local times of day.")
    every: SomeSpan | None = Field(default=None, description="A span, from one second.")
    cron: Cron | None = Field(default=None, description="Five fields, local time.")
    jitter: Span = Field(
        default=timedelta(0), description="Each post is moved later by up to this, always the same for one slot."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if len(set(self.at)) < len(self.at):
            raise Unfit("names a time twice in at")
        if self.jitter >= self.shortest_gap():
            raise Unfit("has a jitter as long as the time between two posts; make it shorter")
        return self

    def shortest_gap(self) -> timedelta:
        """The least time between two slots, as far as it is plain to see (of a cron: its next fifty)."""
        if self.every:
            return self.every
        if self.cron:
            return cron_gap(self.cron)
        if not self.at:
            return LONGEST_SPAN
        day = datetime(2000, 1, 1)  # noqa: DTZ001 -- wall times of one imagined day
        moments = sorted(datetime.combine(day, at) for at in self.at)
        return min(b - a for a, b in zip(moments, [*moments[1:], moments[0] + timedelta(days=1)], strict=True))


class CapsTable(Table):
    """How many replies people get; posts are not counted."""

    noun: ClassVar[str] = "caps"
    person: CapRate = Field(default=Caps().person, description="Replies to one person; false: no cap.")
    account: CapRate = Field(
        default=Caps().account, description="Replies of this account to everybody together; false: no cap."
    )
    thread: ThreadCap = Field(default=Caps().thread, description="Replies in one thread; false: no cap.")


class AccountTable(Table):
    """One account: where the bot speaks, when, and how.  The platform's own keys stand beside these."""

    noun: ClassVar[str] = "an account"
    name: Name = Field(description="How commands and messages call it.")
    platform: Line = Field(description="The platform's name.")
    owner: Token | None = Field(
        default=None, description="Your full id there, compared exactly; your word is a command."
    )
    feeds: Lines = Field(default=(), description="Only feeds with one of these tags; empty: all feeds.")
    post: Annotated[PostTable | None, BeforeValidator(schedule)] = Field(
        default=None, description="When it posts; without it, it only answers."
    )
    quiet: Window | None = Field(
        default=None, description="Local hours without posts; may wrap midnight; replies still go."
    )
    max_per_day: int | None = Field(
        default=None, ge=1, le=100_000, description="Posts in a local day; replies don't count."
    )
    review: bool = Field(default=False, description="Drafts wait for your approval.")
    settle: Span = Field(
        default=timedelta(seconds=120), description="How long a doubtful delivery rests before it is looked for."
    )
    unknown: Literal["hold", "resend", "assume_sent"] = Field(
        default="hold", description="What to do when nobody can tell whether a post arrived."
    )
    dry_run: bool = Field(default=False, description="Everything but sending.")
    style: Style | None = Field(default=None, description="How posts are worded; unset: as [condense] says.")
    quotes: float = Field(
        default=0.0,
        ge=0.0,
        le=1.0,
        description="The share of the posts that is a line of quotes.txt: 0.1 is every tenth.",
    )
    otherwise: Literal["next", "link"] | None = Field(
        default=None, description="What to do when a text fails the value gate; unset: as [condense] says."
    )
    visibility: Token | None = Field(default=None, description="As the platform calls it: public, unlisted, …")
    language: Language | None = Field(
        default=None, description="The language posts are marked with; unset: the article's."
    )
    expires: SomeSpan | None = Field(
        default=None,
        description="A candidate (with review: a draft) that waited this long is dropped, and you are told.",
    )
    caps: CapsTable | None = Field(default=None, description="How many replies a person, the account and a thread get.")
    hashtags: Annotated[tuple[Hashtag, ...], Several] = Field(
        default=(), description="Added where the platform uses them, behind the feed's; a post has two."
    )


class StarfishFile(Table):
    """starfish.toml: who the bot is, its page, its manners, its accounts."""

    noun: ClassVar[str] = "starfish.toml"
    bot: BotTable = Field(default=BotTable(), description="Who the bot is.")
    web: WebTable = Field(default=WebTable(), description="The bot's own page.")
    net: NetTable = Field(default=NetTable(), description="How it behaves on other people's servers.")
    condense: CondenseTable = Field(default=CondenseTable(), description="How articles become posts.")
    filters: FiltersTable = Field(default=FiltersTable(), description="What is let through, for all feeds.")
    accounts: Annotated[tuple[AccountTable, ...], Tables] = Field(default=(), description="Where it speaks.")
