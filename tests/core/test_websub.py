from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.websub import (
    FAREWELLS,
    FIRST_RETRY,
    LEASE,
    LONGEST,
    METHODS,
    SLOWEST_RETRY,
    SOONEST,
    Plan,
    Subscription,
    callback,
    lease,
    plan,
    renew_at,
    secret,
    signed,
)
from bot.model import FeedState
from tests.servers.fixtures import START as NOW

FEED = "https://example.com/feed.xml"
HUB = "https://hub.example/"
BASE = "https://bot.example"
DAY = timedelta(days=1)


def state(**more: Any) -> FeedState:
    """A feed that was read and names a hub."""
    return FeedState(**{"url": FEED, "hub": HUB, "topic": FEED, "first_ok": NOW - DAY, **more})


def held(**more: Any) -> Subscription:
    """A verified subscription to it, halfway to its renewal."""
    fields: dict[str, Any] = {
        "id": "an-id",
        "feed": FEED,
        "hub": HUB,
        "topic": FEED,
        "callback": callback(BASE, "an-id"),
        "lease_until": NOW + 8 * DAY,
        "ask_at": NOW + 4 * DAY,
    }
    return Subscription(**{**fields, **more})


def planned(states: list[FeedState], subscriptions: list[Subscription], now: datetime = NOW) -> Plan:
    """Plan with ids that are numbers."""
    numbers = count(1)
    return plan(states, subscriptions, BASE, lambda: f"new-{next(numbers)}", now)


# --------------------------------------------------------------------------- which there should be


def test_a_feed_with_a_hub_gets_a_subscription() -> None:
    """Asked for now, under a callback of its own; again in an hour if nobody verifies it."""
    (one,) = planned([state()], []).ask
    assert (one.feed, one.hub, one.topic, one.pending, one.tries) == (FEED, HUB, FEED, "subscribe", 1)
    assert one.callback == f"{BASE}/websub/new-1"
    assert one.ask_at == NOW + FIRST_RETRY
    assert not one.live(NOW)


@pytest.mark.parametrize("more", [{"hub": None}, {"first_ok": None}, {"muted": "gone"}])
def test_other_feeds_get_none(more: dict[str, Any]) -> None:
    """Without a hub, never read, or muted: nothing to ask, and nothing to wake up for."""
    assert planned([state(**more)], []) == Plan(ask=(), forget=(), wake_at=None)


@pytest.mark.parametrize(
    ("topic", "address", "asked"),
    [
        ("https://example.com/self", "https://moved.example/", "https://example.com/self"),
        (None, "https://moved.example/", "https://moved.example/"),
        (None, "", FEED),
    ],
)
def test_the_topic_is_what_the_document_calls_itself(topic: str | None, address: str, asked: str) -> None:
    """Else where it lives now, else what the owner wrote."""
    (one,) = planned([state(topic=topic, address=address)], []).ask
    assert one.topic == asked


def test_what_is_agreed_is_left_alone_until_its_time() -> None:
    """Nothing to do, and the time of the renewal to wake up at."""
    assert planned([state()], [held()]) == Plan(ask=(), forget=(), wake_at=NOW + 4 * DAY)


def test_a_renewal_keeps_the_lease_it_has() -> None:
    """The same callback is asked for again, and deliveries count meanwhile."""
    (one,) = planned([state()], [held()], NOW + 4 * DAY).ask
    assert (one.id, one.pending, one.tries) == ("an-id", "subscribe", 1)
    assert one.live(NOW + 4 * DAY)


def test_a_silent_hub_is_asked_ever_more_seldom() -> None:
    """The wait doubles up to a week, and it never ends."""
    one, now, waits = held(lease_until=None, ask_at=NOW, tries=1, pending="subscribe"), NOW, []
    for _ in range(30):
        (one,) = planned([state()], [one], now).ask
        waits.append(one.ask_at - now)
        now = one.ask_at
    assert waits[:3] == [2 * FIRST_RETRY, 4 * FIRST_RETRY, 8 * FIRST_RETRY]
    assert waits[-1] == SLOWEST_RETRY


@pytest.mark.parametrize("states", [[], [state(hub=None)], [state(muted="gone")]])
def test_what_nobody_wants_any_more_is_left(states: list[FeedState]) -> None:
    """A living lease is given back; deliveries stop counting at once."""
    (one,) = planned(states, [held()]).ask
    assert one.pending == "unsubscribe"
    assert not one.live(NOW)


def test_a_farewell_is_said_three_times_at_most() -> None:
    """Then the lease runs out, and the subscription is forgotten."""
    one, now, said = held(), NOW, 0
    for _ in range(50):
        todo = planned([], [one], now)
        if todo.forget:
            break
        said += len(todo.ask)
        (one,) = todo.ask or (one,)
        assert todo.wake_at is not None
        assert todo.wake_at > now
        now = todo.wake_at
    assert said == FAREWELLS
    assert now == one.lease_until


def test_a_short_lease_is_not_outstayed() -> None:
    """Where it ends before the next farewell is due, that is the time to look again, and the end of it."""
    one, now = held(lease_until=NOW + 1.5 * FIRST_RETRY), NOW
    (one,) = planned([], [one], now).ask
    todo = planned([], [one], NOW + FIRST_RETRY)
    assert todo.wake_at == one.lease_until
    assert one.lease_until is not None
    assert planned([], list(todo.ask), one.lease_until).forget == (one.id,)


def test_a_lease_ends_at_its_end() -> None:
    """What is delivered in that moment counts no more, and the subscription is forgotten then."""
    assert held(lease_until=NOW + SOONEST).live(NOW)
    assert not held(lease_until=NOW).live(NOW)
    assert not held(lease_until=None).live(NOW)


def test_what_was_never_verified_needs_no_farewell() -> None:
    """The same for what has expired, or was denied."""
    assert planned([], [held(lease_until=None), held(id="b", lease_until=NOW)]).forget == ("an-id", "b")


@pytest.mark.parametrize(
    "change", [{"hub": "https://new.example/"}, {"topic": "https://example.com/new"}, {"callback": "https://old/x"}]
)
def test_another_hub_topic_or_callback_is_another_subscription(change: dict[str, str]) -> None:
    """The old one is left, a new one begins; when one feed is wanted again while it leaves, too."""
    old, new = planned([state()], [held(**change)]).ask
    assert (old.pending, new.pending) == ("unsubscribe", "subscribe")
    assert new.id == "new-1"
    again = planned([state()], [held(pending="unsubscribe", ask_at=NOW + DAY)]).ask
    assert [one.pending for one in again] == ["subscribe"]


def test_of_two_subscriptions_to_one_feed_one_stays() -> None:
    """However there came to be two."""
    todo = planned([state()], [held(), held(id="b", callback=callback(BASE, "b"))])
    assert [(one.id, one.pending) for one in todo.ask] == [("b", "unsubscribe")]


def test_a_plan_that_was_carried_out_leaves_nothing_to_do() -> None:
    """So no hub is asked twice for one thing."""
    states = [state(), state(url="https://b.example/feed", topic=None)]
    before = [held(ask_at=NOW), held(id="x", feed="https://gone.example/", callback=callback(BASE, "x"))]
    todo = planned(states, before)
    assert len(todo.ask) == 3
    again = planned(states, list(todo.ask))
    assert (again.ask, again.forget) == ((), ())
    assert again.wake_at is not None
    assert again.wake_at > NOW


# --------------------------------------------------------------------------- leases


@given(st.one_of(st.none(), st.text(), st.integers(-5, 10**12).map(str)))
def test_a_lease_is_within_reason(seconds: str | None) -> None:
    """Whatever a hub says: from nothing to a month, and its renewal neither at once nor after its end by much."""
    span = lease(seconds)
    assert timedelta(0) <= span <= LONGEST
    assert NOW + SOONEST <= renew_at(NOW, span) <= NOW + max(span, SOONEST)


def test_a_lease_is_what_the_hub_says() -> None:
    """In seconds; without a word it is what we asked for."""
    assert lease("86400") == DAY
    assert lease(None) == LEASE
    assert lease("a day") == LEASE
    assert renew_at(NOW, timedelta(days=9)) == NOW + timedelta(days=6)


# --------------------------------------------------------------------------- signatures


@given(st.binary(max_size=300), st.sampled_from(METHODS), st.text(min_size=1, max_size=50))
def test_a_signature_fits_its_body_and_secret_only(body: bytes, method: str, word: str) -> None:
    """By each method of the standard, whatever the case of its digits; another body or secret doesn't fit."""
    its_secret = word.encode("utf-8", "replace").hex()
    right = hmac.new(its_secret.encode(), body, method).hexdigest()
    assert signed(f"{method}={right}", its_secret, body)
    assert signed(f" {method.upper()}={right.upper()} ", its_secret, body)
    assert not signed(f"{method}={right}", its_secret, body + b"x")
    assert not signed(f"{method}={right}", its_secret + "0", body)
    assert not signed(f"{method}={right[:-1]}", its_secret, body)


@given(st.text(max_size=200))
def test_no_text_is_a_signature_by_chance(text: str) -> None:
    """Garbage, foreign scripts and lone surrogates: False, and no error."""
    assert not signed(text, "secret", b"body")
    assert not signed(f"sha256={text}", "secret", b"body")


def test_a_weak_method_does_not_count() -> None:
    """Only those of the standard, even where the digest is right."""
    digest = hmac.new(b"secret", b"body", hashlib.md5).hexdigest()
    assert not signed(f"md5={digest}", "secret", b"body")
    assert not signed(hmac.new(b"secret", b"body", "sha256").hexdigest(), "secret", b"body")


def test_each_subscription_has_a_secret_of_its_own() -> None:
    """Made of the bot's key: the same again for the same callback, another for another, none without the key."""
    secrets = {secret(key, name) for key in ("k", "l") for name in ("a", "b")}
    assert len(secrets) == 4
    assert secret("k", "a") in secrets
    assert all(32 <= len(one) < 200 for one in secrets)
