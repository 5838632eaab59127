"""Every value that flows through the bot: frozen, slotted, without behaviour beyond its own meaning.

May import: the standard library only.
Times are aware datetimes in UTC unless a name says "local"; lengths and costs are in the unit that the field names.
"""

from bot.model.articles import Article, Body, Candidate, Entry, FeedState, Fetched, ParsedFeed, Sifted, Verdict
from bot.model.mentions import Match, Mention, Rule, RuleTest
from bot.model.owner import Account, Caps, Feed, Filters, Rate, Rhythm, Secret
from bot.model.posts import Draft, Limits, Notice, OutboxRow, Post, Receipt, Slot, State, TimelineItem

__all__ = [
    "Account",
    "Article",
    "Body",
    "Candidate",
    "Caps",
    "Draft",
    "Entry",
    "Feed",
    "FeedState",
    "Fetched",
    "Filters",
    "Limits",
    "Match",
    "Mention",
    "Notice",
    "OutboxRow",
    "ParsedFeed",
    "Post",
    "Rate",
    "Receipt",
    "Rhythm",
    "Rule",
    "RuleTest",
    "Secret",
    "Sifted",
    "Slot",
    "State",
    "TimelineItem",
    "Verdict",
]
