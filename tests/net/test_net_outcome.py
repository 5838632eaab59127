from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.net.outcome import outcome, wait_of
from bot.ports import Reply

DATE = {"date": "Sun, 22 Nov 2026 12:00:00 GMT"}
UNIX = 1_795_348_800  # the same moment


def reply(status: int, headers: dict[str, str] | None = None, body: Any = b"") -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, headers=headers or {}, body=raw, url="https://example.social/")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_success_passes(status: int) -> None:
    """Every 2xx is a success."""
    outcome(reply(status))


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (300, Rejected),
        (301, Rejected),
        (302, Rejected),
        (400, Rejected),
        (401, NeedsLogin),
        (403, NeedsLogin),
        (404, Rejected),
        (408, Unsure),
        (409, Rejected),
        (413, Rejected),
        (422, Rejected),
        (429, RetryLater),
        (500, Unsure),
        (502, Unsure),
        (503, Unsure),
        (504, Unsure),
        (520, Unsure),
        (100, Unsure),
    ],
)
def test_every_status_is_a_remedy(status: int, failure: type[DeliveryError]) -> None:
    """What was refused clearly is final, what may have been kept is unsure: a 500 may come after the post was stored."""
    with pytest.raises(failure):
        outcome(reply(status))


def test_a_busy_server_that_says_until_when_has_not_accepted() -> None:
    """503 with Retry-After is certain; 503 without is a gateway that lost the answer."""
    with pytest.raises(RetryLater) as told:
        outcome(reply(503, {"retry-after": "30"}))
    assert told.value.after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "17"}, b"", 17),
        ({"retry-after": "Sun, 22 Nov 2026 12:01:00 GMT", **DATE}, b"", 60),
        ({"x-ratelimit-reset": "2026-11-22T12:05:00.123456Z", "x-ratelimit-remaining": "0", **DATE}, b"", 300.123456),
        ({"x-ratelimit-reset": str(UNIX + 40), **DATE}, b"", 40),
        ({"x-rate-limit-reset": str(UNIX + 900), **DATE}, b"", 900),
        ({"ratelimit-reset": str(UNIX + 70), "ratelimit-remaining": "0", **DATE}, b"", 70),
        ({"ratelimit-reset": "25"}, b"", 25),
        ({"ratelimit": '"default";r=0;t=30'}, b"", 30),
        ({"ratelimit": "limit=10, remaining=0, reset=31"}, b"", 31),
        ({"x-ratelimit-reset-after": "1.25", "x-ratelimit-reset": str(UNIX + 1), **DATE}, b"", 1.25),
        ({}, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}, 2.5),
        ({}, {"message": "You are being rate limited.", "retry_after": 64.57, "global": False}, 64.57),
        ({}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 35}}, 35),
        ({"retry-after": "5"}, {"retry_after": 64.57}, 5),
        (
            {
                "x-rate-limit-reset": str(UNIX + 60),
                "x-rate-limit-remaining": "12",
                "x-user-limit-24hour-reset": str(UNIX + 40_000),
                "x-user-limit-24hour-remaining": "0",
                **DATE,
            },
            b"",
            40_000,
        ),
        ({"retry-after": "1000000000"}, b"", 86_400),
    ],
)
def test_every_dialect_of_waiting_is_understood(headers: dict[str, str], body: Any, seconds: float) -> None:
    """Retry-After, the limits of Mastodon, Bluesky, X and Discord, and the JSON of Matrix, Discord and Telegram."""
    with pytest.raises(RetryLater) as told:
        outcome(reply(429, headers, body))
    assert told.value.after == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({"retry-after": "garbage"}, b"<html>"),
        ({"retry-after": "-1"}, {"retry_after": -1}),
        ({"x-ratelimit-reset": "2026-11-22T12:05:00Z"}, {"retry_after": True}),
        ({"x-ratelimit-reset": str(UNIX + 40), "x-ratelimit-remaining": "7", **DATE}, [1, 2]),
        ({}, {"retry_after": "soon"}),
        ({}, b"[" * 50_000),
    ],
)
def test_where_nothing_is_said_the_wait_is_ours(headers: dict[str, str], body: Any) -> None:
    """Garbage, times without a clock to compare with, and limits that aren't used up leave the wait open."""
    assert wait_of(reply(429, headers, body)) is None


@given(
    st.integers(100, 599).filter(lambda status: not 200 <= status < 300),
    st.dictionaries(st.sampled_from(["retry-after", "date", "x-ratelimit-reset", "ratelimit"]), st.text(max_size=30)),
    st.binary(max_size=100),
)
def test_any_answer_is_a_named_failure(status: int, headers: dict[str, str], body: bytes) -> None:
    """Whatever a server answers, it is one of our failures, and a wait is within a day."""
    with pytest.raises(DeliveryError) as told:
        outcome(reply(status, headers, body))
    after = getattr(told.value, "after", None)
    assert after is None or timedelta(0) <= after <= timedelta(days=1)


def test_the_servers_own_words_are_told_on_one_clean_line() -> None:
    """The reason of a refusal helps the owner; control characters and length don't."""
    with pytest.raises(Rejected, match=r"422 .*: Validation failed: too long\)$"):
        outcome(reply(422, {}, {"error": "Validation failed:\n\x1b too long"}))
    for again in ("Unauthorized", "401: Unauthorized", "401 Unauthorized"):  # Telegram, Discord
        with pytest.raises(NeedsLogin, match=r"\(401 Unauthorized\)$"):
            outcome(reply(401, {}, {"message": again}))
    with pytest.raises(Rejected, match="nested words"):
        outcome(reply(400, {}, {"error": {"message": "nested words"}}))
    with pytest.raises(Rejected) as told:
        outcome(reply(400, {}, {"error": "x" * 5000}))
    assert len(str(told.value)) < 300
