"""Everything the bot knows of a link, a post or an answer: what `starfish why` says.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.app.health import iso
from bot.app.installed import utc_now
from bot.core.choose import rank
from bot.core.rules import ASKED
from bot.core.same import canonical
from bot.model import Candidate, OutboxRow
from bot.settings import Settings
from bot.share import RECENT
from bot.store import Answered, Decision, SeenEntry, Store


@dataclass(slots=True)
class Story:
    """What is known of one link or mention, gathered from entries, candidates, decisions, scores, matches and deliveries."""

    asked: str
    settings: Settings
    entries: list[SeenEntry] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[OutboxRow] = field(default_factory=list)
    said: Answered | None = None  # the mention that was asked about, or whose answer was

    @property
    def known(self) -> bool:
        """Whether the bot ever saw it."""
        return bool(self.entries or self.candidates or self.deliveries or self.said)

    def lines(self) -> list[str]:
        """The story for a person, in the order in which it happened."""
        if not self.known:
            if self.asked.isdigit():
                return [f"There is no post {self.asked}, neither on the timeline nor in the outbox."]
            if "." not in self.asked:
                return [f"“{self.asked}” is neither a link nor the number of a post."]
            return [f"{self.asked}: never seen. It stands in no feed that was read, and was not shared."]
        lines = [] if self.said is None else [*self._of_mention(self.said)]
        for entry in self.entries:
            published = f", published {self._time(entry.published)}" if entry.published else ""
            called = f"“{entry.title}”" if entry.title else f"A note without a title, {entry.link}"
            lines.append(f"{called}: in {entry.feed} since {self._time(entry.first_seen)}{published}")
            words = f" (the words: {', '.join(entry.matched)})" if entry.matched else ""
            lines.append(f"  {_VERDICTS.get(entry.verdict, entry.verdict)}. {entry.reason}{words}".rstrip())
        for candidate in self.candidates:
            if not candidate.feed:
                note = f", with the words “{candidate.note}”" if candidate.note else ""
                lines.append(f"“{candidate.title}”: your own find{note}, since {self._time(candidate.first_seen)}")
            elif all(one.candidate != candidate.id for one in self.entries) and self.entries:
                lines.append(
                    f"  it is told as {f'“{candidate.title}” ' * bool(candidate.title)}{candidate.link}, in {candidate.feed}"
                )
            if candidate.sources:
                lines.append(f"  the same story also stands in: {', '.join(candidate.sources)}")
        for score in self.scores:
            when = "it would score" if score["decided"] else "score"
            lines.append(f"  {score['account']}: {when} {score['score']:.2f} today: {'; '.join(score['why'])}")
        lines += [f"  {one.account}: {one.verdict}: {one.reason} ({self._time(one.at)})" for one in self.decisions]
        for row in self.deliveries:
            where = f" at {row.receipt.url}" if row.receipt and row.receipt.url else ""
            why = f": {row.reason}" if row.reason else ""
            slot = f", slot {row.slot}" if row.slot else ""
            when = self._time(row.settled_at or row.sent_at or row.created_at)
            lines.append(f"  {row.post.account}: outbox {row.id} is {row.state}{where}{why} ({when}{slot})")
        return lines

    def _of_mention(self, said: Answered) -> Iterator[str]:
        """What was said, which rule answered it and how, or why none did."""
        words = " ".join(said.mention.text.split())
        who = said.mention.author or "somebody who is forgotten"
        yield f"{who} said “{words}” ({self._time(said.mention.at)})"
        match = said.match
        if match is not None and match.rule:
            nearest = (
                f"; the nearest example is of {match.nearest[0]!r}, {match.nearest[1]:.2f}" if match.nearest else ""
            )
            how = f"at the stage “{match.stage}”, score {match.score:.2f}{nearest}"
            yield f"  answered by the rule {match.rule.removeprefix(ASKED)!r}, {how}"
        if said.state == "unanswered":
            yield f"  it waits for you: {said.reason}"
        elif said.reason:
            yield f"  {said.state}: {said.reason}"

    def as_json(self) -> dict[str, Any]:
        """The story for a program."""
        return {
            "asked": self.asked,
            "known": self.known,
            "entries": [
                {
                    "feed": one.feed,
                    "title": one.title,
                    "link": one.link,
                    "published": iso(one.published),
                    "first_seen": iso(one.first_seen),
                    "verdict": one.verdict,
                    "reason": one.reason,
                    "matched": list(one.matched),
                    "same_as": one.same_as,
                }
                for one in self.entries
            ],
            "candidates": [
                {"id": one.id, "title": one.title, "link": one.link, "sources": list(one.sources)}
                for one in self.candidates
            ],
            "scores": self.scores,
            "decisions": [
                {"account": one.account, "verdict": one.verdict, "reason": one.reason, "at": iso(one.at)}
                for one in self.decisions
            ],
            "outbox": [row_json(row) for row in self.deliveries],
            "mention": None if self.said is None else _mention_json(self.said),
        }

    def _time(self, when: Any) -> str:  # noqa: ANN401 -- a datetime or None
        return "–" if when is None else when.astimezone(self.settings.bot.timezone).strftime("%-d %b %Y %H:%M")


_VERDICTS = {
    "candidate": "let through",
    "baseline": "not shared: it stood there before the bot first looked",
    "filtered": "not shared: filtered out",
    "same": "not shared again: the same story",
    "old": "not shared: too old",
    "unusable": "not shared: unusable",
}


def explain(asked: str, store: Store, settings: Settings) -> Story:
    """Gather what is known of a link, of a post's address, or of a number on the timeline or in the outbox."""
    story = Story(asked, settings)
    if asked.isdigit():
        mention = store.timeline.mention_of(int(asked))
        number = store.timeline.outbox_of(int(asked)) or int(asked)
        row = store.outbox.row(number) if mention is None else None
        story.deliveries = [row] if row else []
        mention = mention or (row.mention if row else None)
        story.said = store.mentions.outcome(mention) if mention is not None else None
        link = row.post.link if row else None
    else:
        story.deliveries = _unique([*store.outbox.by_link(asked), *store.outbox.by_link(canonical(asked))])
        page = asked if "://" in asked or "." not in asked else f"https://{asked}"
        link = next((row.post.link for row in story.deliveries if row.post.link), page)
    if link:
        story.entries = store.feeds.entry_of(link) or store.feeds.entry_of(canonical(link))
        story.deliveries = _unique([*story.deliveries, *store.outbox.by_link(canonical(link))])
    numbers = {entry.candidate or entry.same_as for entry in story.entries} | {
        row.candidate for row in story.deliveries
    }
    if link:
        numbers |= {one.candidate for one in store.feeds.stories([link, canonical(link)], [])}  # the owner's own find
    for number in sorted(one for one in numbers if one is not None):
        if candidate := store.feeds.candidate(number):
            story.candidates.append(candidate)
            story.decisions += store.feeds.decisions(number)
            done = {one.account for one in story.decisions if one.candidate == number}
            story.scores += _scores(candidate, store, settings, done)
    return story


def _scores(candidate: Candidate, store: Store, settings: Settings, done: Collection[str]) -> list[dict[str, Any]]:
    """How each account would choose it today; how it was chosen, where it was, its decision tells."""
    scores = []
    for account in settings.accounts:
        if account.post is None:
            continue
        shares = store.feeds.recent_shares(account.name, utc_now() - RECENT)
        (choice,) = rank([candidate], interests=settings.bot.interests, recent=shares, now=utc_now())
        scores.append(
            {"account": account.name, "score": choice.score, "why": list(choice.why), "decided": account.name in done}
        )
    return scores


def _unique(rows: list[OutboxRow]) -> list[OutboxRow]:
    return list({row.id: row for row in rows}.values())


def row_json(row: OutboxRow) -> dict[str, Any]:
    """A delivery for a program."""
    return {
        "id": row.id,
        "account": row.post.account,
        "kind": row.kind,
        "state": str(row.state),
        "reason": row.reason,
        "text": row.post.text,
        "slot": row.slot,
        "attempts": row.attempts,
        "created_at": iso(row.created_at),
        "sent_at": iso(row.sent_at),
        "receipt": {"id": row.receipt.remote_id, "url": row.receipt.url, "how": row.receipt.note}
        if row.receipt
        else None,
    }


def _mention_json(said: Answered) -> dict[str, Any]:
    match = said.match
    return {
        "id": said.mention.id,
        "account": said.mention.account,
        "from": said.mention.author,
        "text": said.mention.text,
        "at": iso(said.mention.at),
        "state": said.state,
        "reason": said.reason,
        "rule": match.rule.removeprefix(ASKED) if match else None,
        "stage": match.stage if match else None,
        "score": round(match.score, 4) if match else None,
        "nearest": {"rule": match.nearest[0], "score": round(match.nearest[1], 4)} if match and match.nearest else None,
    }
