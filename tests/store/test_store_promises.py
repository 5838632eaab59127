from __future__ import annotations

from bot.model import Post, Receipt, State
from bot.store import Store
from bot.store.promises import MOST_FOLLOWS
from tests.store.given import NOW, gather, later, mention, post, slot


def ask(store: Store, name: str = "r1", author: str = "@ann") -> int:
    """Somebody asks for something; gives the mention's number."""
    number, _, _ = store.mentions.heard(mention(name, author=author), None, now=NOW)
    return number


def test_a_topic_is_followed_once(store: Store) -> None:
    """In whatever case it is written; the latest mention is the one that is answered."""
    first, second = ask(store, "a"), ask(store, "b")
    assert store.promises.follow(mention("a", id=first, author="@ann"), "Tape", now=NOW)
    assert store.promises.follow(mention("b", id=second, author="@ann"), "tape", now=later(1))
    (follow,) = store.promises.follows("fedi")
    assert (follow.person, follow.topic, follow.words, follow.since) == ("@ann", "tape", "Tape", NOW)
    assert follow.mention == second
    assert store.promises.follows("local") == []
    assert len(store.promises.follows()) == 1


def test_words_that_were_taken_back_promise_nothing(store: Store) -> None:
    """Nor words of somebody who was forgotten: it may happen between their being read and their being answered."""
    for name, author in (("a", "@ann"), ("b", "@ben")):
        asked = mention(name, id=ask(store, name, author), author=author)
        if name == "a":
            store.mentions.withdrawn(asked.id, "its author deleted it", now=NOW)
        else:
            store.forgetting.forget([author], None, now=NOW)
        assert not store.promises.follow(asked, "tape", now=later(1))
        assert not store.promises.remind(asked, later(9), now=later(1))
    assert (store.promises.follows(), store.promises.due_reminders(later(99))) == ([], [])


def test_nobody_follows_without_end(store: Store) -> None:
    """Over the bound a new topic is refused, a known one isn't; letting go makes room."""
    asked = mention(id=ask(store), author="@ann")
    for number in range(MOST_FOLLOWS):
        assert store.promises.follow(asked, f"topic {number}", now=NOW)
    assert not store.promises.follow(asked, "one more", now=NOW)
    assert store.promises.follow(asked, "topic 3", now=NOW)
    assert store.promises.unfollow("fedi", "@ann", "Topic 3") == 1
    assert store.promises.follow(asked, "one more", now=NOW)
    assert store.promises.unfollow("fedi", "@ann", "everything") == MOST_FOLLOWS
    assert store.promises.unfollow("fedi", "@ann", "everything") == 0


def test_followers_are_told_of_a_post_once(store: Store) -> None:
    """By a delivery of its own, counted for the person; the same link isn't told again."""
    (number,) = gather(store, [1])
    asked = mention("r1", "local", id=1, author="@ann")
    store.mentions.heard(asked, None, now=NOW)
    store.promises.follow(asked, "oscillators", now=NOW)
    assert store.outbox.filled(slot(account="local"), number, post("a", "local"), State.PLANNED, now=NOW) is not None
    store.outbox.publish_in_store("local", now=NOW)
    (shared,) = store.promises.shared_since("")
    assert "oscillators" in shared.about
    assert store.promises.shared_since(shared.cursor) == []
    (follow,) = store.promises.follows()
    told = post(account="local", dedupe_key="follow:@ann:https://example.com/a")
    assert store.promises.told(follow, told, now=later(1)) is not None
    assert store.promises.told(follow, told, now=later(2)) is None
    assert store.promises.told_since("local", "@ann", NOW) == 1
    assert store.promises.told_since("local", "@an", NOW) == store.promises.told_since("local", "@ann", later(2)) == 0


def test_an_old_draft_is_told_when_it_is_sent(store: Store) -> None:
    """Rows are not sent in the order of their numbers: a draft approved late is new to followers then."""
    old, new = gather(store, [1, 2])
    draft = store.outbox.filled(None, old, post("a", "local"), State.DRAFT, now=NOW)
    store.outbox.filled(None, new, post("b", "local"), State.PLANNED, now=NOW)
    store.outbox.publish_in_store("local", now=later(1))
    (first,) = store.promises.shared_since("")
    assert first.link == "https://example.com/b"
    assert draft is not None
    assert store.outbox.approve(draft, None, now=later(2))
    store.outbox.publish_in_store("local", now=later(2))
    (second,) = store.promises.shared_since(first.cursor)
    assert second.link == "https://example.com/a"
    assert store.promises.shared_since(second.cursor) == []
    assert [one.link for one in store.promises.shared_since("", 1)] == [first.link]


def test_a_reminder_is_kept_once(store: Store) -> None:
    """It comes due at its time, and its delivery and its end are one step."""
    number = ask(store)
    assert store.promises.remind(mention(id=number), later(60), now=NOW)
    assert not store.promises.remind(mention(id=number), later(90), now=NOW)
    assert store.promises.next_reminder() == later(60)
    assert store.promises.due_reminders(later(59)) == []
    (due,) = store.promises.due_reminders(later(60))
    assert (due.mention, due.at, due.made_at) == (number, later(60), NOW)
    row = store.promises.reminded(number, post(dedupe_key=f"remind:{number}"), now=later(60))
    assert row is not None
    assert store.promises.reminded(number, post(dedupe_key=f"remind:{number}"), now=later(60)) is None
    assert store.promises.next_reminder() is None


def test_who_says_stop_is_promised_nothing(store: Store) -> None:
    """Follows and reminders of these people on this account are forgotten, nobody else's; or the reminder just ends."""
    ann, bo = ask(store, "a"), ask(store, "b", "@bo")
    for number, author in ((ann, "@ann"), (bo, "@bo")):
        store.promises.follow(mention(id=number, author=author), "tape", now=NOW)
        store.promises.remind(mention(id=number, author=author), later(1), now=NOW)
    assert store.promises.forget("local", ["@ann"]) == 0
    assert store.promises.forget("fedi", ["@ann"]) == 2
    assert [follow.person for follow in store.promises.follows()] == ["@bo"]
    assert [due.mention for due in store.promises.due_reminders(later(1))] == [bo]
    assert store.promises.reminded(bo, None, now=later(1)) is None
    assert store.promises.due_reminders(later(1)) == []


def keep(store: Store, name: str, author: str, minutes: float, text: str = "remind me") -> int:
    """Somebody is promised a reminder; gives the number of the mention that asked for it."""
    number, _, _ = store.mentions.heard(mention(name, author=author, text=text), None, now=NOW)
    assert store.promises.remind(mention(name, id=number), later(minutes), now=NOW)
    return number


def reminder(number: int, author: str = "@ann") -> Post:
    """The delivery of a reminder."""
    return post(dedupe_key=f"remind:{number}", reply_to_author=author)


def test_reminders_are_listed_to_their_asker(store: Store) -> None:
    """The soonest first, with the words that asked; those of others and of other accounts are nobody's business."""
    second = keep(store, "a", "@ann", 90, "remind me of tea")
    first = keep(store, "b", "@ann", 30)
    keep(store, "c", "@bo", 10)
    found = store.promises.reminders("fedi", "@ann")
    assert [(one.mention, one.at) for one in found] == [(first, later(30)), (second, later(90))]
    assert found[1].words == "remind me of tea"
    assert store.promises.reminders("local", "@ann") == []


def test_a_reminder_is_taken_back_by_its_asker_alone(store: Store) -> None:
    """It never comes then; what others were promised stays, whoever names its number."""
    mine, other = keep(store, "a", "@ann", 30), keep(store, "b", "@bo", 30)
    assert store.promises.unremind("fedi", "@ann", [mine, other, 99], now=NOW) == ([mine], [])
    assert store.promises.unremind("fedi", "@ann", [mine, other], now=NOW) == ([], [])
    assert [due.mention for due in store.promises.due_reminders(later(30))] == [other]
    assert store.promises.reminded(mine, reminder(mine), now=later(30)) is None


def test_a_planned_reminder_can_still_be_taken_back(store: Store) -> None:
    """Its time has come, but nothing was sent: it is withdrawn, and stays so."""
    number = keep(store, "a", "@ann", 30)
    outbox = store.promises.reminded(number, reminder(number), now=later(30))
    assert outbox is not None
    assert [one.mention for one in store.promises.reminders("fedi", "@ann")] == [number]
    assert store.promises.unremind("fedi", "@bo", [number], now=later(31)) == ([], [])
    assert store.promises.unremind("fedi", "@ann", [number], now=later(31)) == ([number], [])
    row = store.outbox.row(outbox)
    assert row is not None
    assert (row.state, row.reason) == (State.WITHDRAWN, "its asker took it back")
    assert store.promises.reminders("fedi", "@ann") == []
    assert store.outbox.claim("fedi", later(32)) is None


def test_a_reminder_on_its_way_is_not_taken_back(store: Store) -> None:
    """While it is being sent, and while nobody knows whether it arrived, it may be out already; then it is told."""
    number = keep(store, "a", "@ann", 30)
    store.promises.reminded(number, reminder(number), now=later(30))
    row = store.outbox.claim("fedi", later(31))
    assert row is not None
    assert store.promises.unremind("fedi", "@ann", [number], now=later(31)) == ([], [number])
    assert [one.mention for one in store.promises.reminders("fedi", "@ann")] == [number]
    store.outbox.settle_sent(row.id, Receipt(remote_id="7"), now=later(32))
    assert store.promises.unremind("fedi", "@ann", [number], now=later(33)) == ([], [])
    assert store.promises.reminders("fedi", "@ann") == []
