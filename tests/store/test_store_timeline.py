from __future__ import annotations

from bot.model import Match, Post
from bot.store import Store
from tests.store.given import NOW, later, mention, plan, post


def say(store: Store, name: str, minute: float, **more: object) -> tuple[int, int]:
    """Somebody speaks on the local timeline; gives the mention's number and its place."""
    number, _, place = store.mentions.heard(
        mention(name, "local", text=f"says {name}", **more), None, now=later(minute), on_timeline=True
    )
    assert place is not None
    return number, place


def answer(store: Store, number: int, minute: float) -> int:
    """The bot answers; gives the answer's place."""
    told = Post(account="local", text=f"answer to {number}", dedupe_key=f"reply:{number}")
    store.mentions.answered(number, told, Match(rule="r", stage="phrase"), now=later(minute))
    store.outbox.publish_in_store("local", now=later(minute))
    return store.timeline.newest()


def test_an_empty_timeline(store: Store) -> None:
    """Nothing is newest, and nothing is found."""
    assert store.timeline.newest() == 0
    assert store.timeline.items(None, 10) == store.timeline.items(0, 10) == []
    assert store.timeline.item(1) is None
    assert store.timeline.outbox_of(1) is store.timeline.id_of_mention(1) is None


def test_items_say_who_what_and_to_whom(store: Store) -> None:
    """A post with its link, a mention of it, and the answer, each pointing at what it belongs to."""
    outbox = plan(store, "a", "local")
    store.outbox.publish_in_store("local", now=NOW)
    number, place = say(store, "m1", 1, about=outbox)
    said = answer(store, number, 2)
    first, second, third = store.timeline.items(0, 10)
    assert (first.kind, first.author, first.text, first.url) == ("post", "local", post("a").text, post("a").link)
    assert (second.kind, second.author, second.in_reply_to) == ("mention", "@ann@example.social", first.id)
    assert (third.kind, third.text, third.in_reply_to) == ("reply", f"answer to {number}", place)
    assert (third.id, third.created_at, third.url) == (said, later(2), None)
    assert (store.timeline.outbox_of(first.id), store.timeline.outbox_of(place)) == (outbox, None)
    assert (store.timeline.mention_of(first.id), store.timeline.mention_of(place)) == (None, number)


def test_a_mention_may_answer_any_item(store: Store) -> None:
    """By the timeline's number as its platform id; words, zeros and numbers out of range answer nothing."""
    say(store, "m1", 0)
    say(store, "m2", 1, in_reply_to="1")
    for name, odd in enumerate(["01", "99", "one", "-1", "1e0", "9" * 30, ""]):
        say(store, f"odd{name}", 2, in_reply_to=odd)
    places = [item.in_reply_to for item in store.timeline.items(0, 100)]
    assert places == [None, 1, *[None] * 7]


def test_paging_both_ways(store: Store) -> None:
    """After a number, before a number, or the newest: always the oldest first, within the limit."""
    for number in range(1, 8):
        say(store, f"m{number}", number)

    def ids(items: object) -> list[int]:
        return [item.id for item in items]  # type: ignore[attr-defined]

    timeline = store.timeline
    assert ids(timeline.items(None, 3)) == [5, 6, 7]
    assert ids(timeline.items(0, 3)) == [1, 2, 3]
    assert ids(timeline.items(5, 3)) == [6, 7]
    assert ids(timeline.before(5, 3)) == [2, 3, 4]
    assert timeline.items(10**30, 3) == timeline.items(7, 3) == timeline.before(-(10**30), 3) == []
    assert timeline.newest() == 7


def test_numbers_are_never_used_again(store: Store) -> None:
    """A withdrawn item leaves a gap; the next one has a new number."""
    plan(store, "a", "local")
    store.outbox.publish_in_store("local", now=NOW)
    store.outbox.withdraw(1, "retracted", now=NOW)
    _, place = say(store, "m1", 1)
    assert place == 2
    assert [item.id for item in store.timeline.items(0, 10)] == [2]


def test_remote_accounts_are_not_on_the_timeline(store: Store) -> None:
    """What is said elsewhere stays there."""
    store.mentions.heard(mention("m1", "fedi"), None, now=NOW)
    plan(store, "a", "fedi")
    assert store.timeline.newest() == 0
