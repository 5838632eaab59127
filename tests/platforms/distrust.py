"""What every platform must keep whatever it is answered: part of the contract, inherited by `contract.Spoken`.

An answer is a stranger's word: it may have the right status and be of any other kind, and nothing but the failures that
are named by what can be done about them may come of it.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DeliveryError, RetryLater, Unsure
from bot.model import Post, Receipt
from bot.ports import Doctor, Listener, Preparing
from tests.servers.anything import anything
from tests.servers.twisting import ODD, Twisting, paths, replaced, twisting

if TYPE_CHECKING:
    from tests.platforms.contract import Stage

SENSELESS = (
    *(b"", b"\x00", b"\xff\xfe{}", b"<html><body>Welcome!</body></html>", b"nonsense", b'{"id": "', b"NaN"),
    *(b"null", b"true", b"5", b'"text"', b"[]", b"{}", b"[null]", b"[[]]", b'[{"id": null}]', b'{"ok": true}'),
    *(b"[" * 20_000, b'{"a":' * 20_000, b'{"id": 1e999}', b'{"data": {"id": []}, "result": 7, "errors": "x"}'),
    b'{"data": 7, "result": [7], "event_id": {}, "uri": 5, "chunk": 5, "notifications": "x", "feed": 1, "value": []}',
)
"""Bodies that no platform's question is answered with."""

NO = [status for status in map(int, HTTPStatus) if status >= 300 and status != 304]
"""Every status that is no yes; a 304 has no body, and never comes unasked."""


def twisted(yes: bytes) -> Iterator[bytes]:
    """A body that means yes, with each of its values in turn replaced by odd ones."""
    try:
        whole = json.loads(yes)
    except ValueError:
        return
    for path in paths(whole):
        for odd in ODD:
            yield json.dumps(replaced(whole, path, odd)).encode()


class Distrusting:
    """What holds for every platform that is spoken to over a network, whatever stands at its other end."""

    async def test_a_yes_of_any_kind_is_a_receipt_or_doubt(self, stage: Stage) -> None:
        """Whatever stands in it: never a no, for the post may be there, and never an id that can't be used."""
        async with anything() as place:
            publisher, place.only_posts = stage.open(place.url), True
            for number, body in enumerate([*SENSELESS, *twisted(stage.yes)]):
                place.body = body
                try:
                    receipt = await publisher.publish(stage.post(key=f"db-{number}-0"))
                except Unsure:
                    continue
                except RetryLater:
                    assert place.last.endswith("/login")  # nothing of the post was sent yet
                    continue
                assert isinstance(receipt, Receipt), body
                assert receipt.remote_id.isprintable(), body
                assert 0 < len(receipt.remote_id) <= 400, body

    @pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"[" * 20_000])
    async def test_no_status_but_a_yes_is_one(self, stage: Stage, body: bytes) -> None:
        """Each of HTTP's: a failure named by its remedy, and where the server failed nobody claims to know."""
        async with anything() as place:
            publisher = stage.open(place.url)
            for number, status in enumerate(NO):
                place.body, place.status = body, status
                with pytest.raises(DeliveryError) as told:
                    await publisher.publish(stage.post(key=f"db-{number}-0"))
                if status >= 500:
                    assert isinstance(told.value, Unsure | RetryLater), status

    async def test_a_look_at_nonsense_proves_nothing(self, stage: Stage) -> None:
        """A post that isn't seen because nothing can be read is not proven absent: sending it again would double it."""
        async with anything() as place:
            for body in SENSELESS:
                place.body = body
                with pytest.raises((Unsure, RetryLater)):
                    await stage.open(place.url).find(stage.post())

    async def test_nonsense_ends_listening_by_its_name_or_not_at_all(self, stage: Stage) -> None:
        """A server that makes no sense is asked again, or told; and nobody is heard who didn't speak."""
        async with anything() as place:
            if not isinstance(stage.open(place.url), Listener):
                return
            for body in SENSELESS:
                place.body, place.asked = body, 0
                async with aclosing(stage.open(place.url).mentions(None)) as mentions:
                    hearing: asyncio.Task[Any] = asyncio.ensure_future(anext(mentions))
                    async with asyncio.timeout(20):
                        while not hearing.done() and place.asked < 3:
                            await asyncio.sleep(0.002)
                    hearing.cancel()
                    end: object = (await asyncio.gather(hearing, return_exceptions=True))[0]
                    assert isinstance(end, DeliveryError | asyncio.CancelledError), body

    async def test_nonsense_is_a_finding(self, stage: Stage) -> None:
        """An account is examined, and prepared, whatever is answered: in sentences, without a failure of ours."""
        async with anything() as place:
            for body in SENSELESS:
                place.body = body
                publisher = stage.open(place.url)
                if isinstance(publisher, Preparing):
                    with suppress(DeliveryError):
                        await publisher.prepare()
                if isinstance(publisher, Doctor):
                    found = await publisher.examine()
                    assert not all(fine for fine, _ in found), body
                    assert all(what.isprintable() and len(what) < 1000 for _, what in found)

    async def test_who_is_not_let_in_is_told_the_way_back(self, stage: Stage) -> None:
        """Whatever is asked is answered 401: the finding names the command that lets the account in anew."""
        async with anything() as place:
            place.status, publisher = 401, stage.open(place.url)
            if isinstance(publisher, Doctor):
                (found,) = [what for fine, what in await publisher.examine() if not fine]
                assert "starfish accounts renew acc" in found

    @pytest.mark.parametrize("seed", range(100 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 4))
    async def test_one_odd_value_breaks_nothing(self, stage: Stage, seed: int) -> None:
        """Whatever single value of an answer is of another type, size or age: a failure by its name, or no difference."""
        stage.server.say("@ann", "hello, old friend")
        async with twisting(stage.server.url, seed) as proxy:
            publisher = stage.open(proxy.url)
            for number in range(3):
                post = stage.post(f"Words {number}: {seed}", None, key=f"db-{seed}-{number}")
                for what in (self._prepared, self._sent, self._heard):
                    try:
                        await what(publisher, post, stage, proxy)
                    except DeliveryError:
                        continue

    async def _prepared(self, publisher: Any, post: Post, stage: Stage, proxy: Twisting) -> None:
        if isinstance(publisher, Doctor):
            found = await publisher.examine()
            assert all(what.isprintable() for _, what in found), proxy.told
        if isinstance(publisher, Preparing):
            await publisher.prepare()

    async def _sent(self, publisher: Any, post: Post, stage: Stage, proxy: Twisting) -> None:
        with suppress(Unsure):
            receipt = await publisher.publish(post)
            assert receipt.remote_id.isprintable(), proxy.told
            assert receipt.remote_id, proxy.told
        found = await publisher.find(post)
        assert found is None or found.remote_id.isprintable(), proxy.told
        if hasattr(publisher, "delete") and found is not None:
            await publisher.delete(found)

    async def _heard(self, publisher: Any, post: Post, stage: Stage, proxy: Twisting) -> None:
        if not isinstance(publisher, Listener):
            return
        listening: Any = publisher.mentions(None)
        stage.server.say("@ann", "hello")
        proxy.asked = 0
        async with aclosing(listening) as mentions:
            hearing: asyncio.Task[Any] = asyncio.ensure_future(anext(mentions))
            with suppress(TimeoutError):  # some wait for a minute where an odd answer says that there is nothing
                async with asyncio.timeout(0.2):
                    while not hearing.done() and proxy.asked < 8:
                        await asyncio.sleep(0.002)
            hearing.cancel()
            end: Any = (await asyncio.gather(hearing, return_exceptions=True))[0]
            if isinstance(end, tuple):
                cursor, mention = end
                assert isinstance(cursor, str)
                assert all(isinstance(each, str) for each in (mention.author, mention.text, mention.name)), proxy.told
                assert mention.remote_id.isprintable(), proxy.told
                assert mention.at <= stage.clock(), proxy.told
            else:
                assert isinstance(end, DeliveryError | asyncio.CancelledError), (proxy.told, end)

    async def test_what_is_taken_back_is_gone(self, stage: Stage) -> None:
        """Once more is fine; a look then finds nothing, or what is left under that very id."""
        publisher = stage.open()
        if not hasattr(publisher, "delete"):
            return
        receipt = await publisher.publish(stage.post())
        for _ in range(2):
            await stage.open().delete(receipt)
            assert stage.said() == []
        if publisher.limits.searchable:
            found = await stage.open().find(stage.post())
            assert found is None or found.remote_id == receipt.remote_id

    @pytest.mark.parametrize(
        "ahead", [timedelta(hours=-3), timedelta(hours=3), timedelta(minutes=-4), timedelta(days=-4000)]
    )
    async def test_a_wrong_clock_hides_nothing(self, stage: Stage, ahead: timedelta) -> None:
        """The server's own clock says what is older than a post, however wrong ours or its is."""
        stage.server.clock = lambda: stage.clock.ticks() + ahead.total_seconds()
        publisher, other = stage.open(), stage.post("Something else.", None, key="db-2-0")
        if not publisher.limits.searchable:
            return
        assert await publisher.find(stage.post()) is None
        await publisher.publish(stage.post())
        sent = stage.post()
        stage.clock.now += timedelta(seconds=30)
        for asked in (publisher, stage.open()):
            assert await asked.find(sent) is not None
            assert await asked.find(other) is None

    async def test_a_clock_that_was_turned_back_proves_nothing_wrong(self, stage: Stage) -> None:
        """K1: it was sent "in ten years", by a clock that is right again now: a day is looked through."""
        publisher = stage.open()
        if not publisher.limits.searchable:
            return
        sent = stage.post()
        await publisher.publish(sent)
        stage.clock.now += timedelta(hours=5)
        wrong = replace(sent, sent_at=stage.clock.now + timedelta(days=3650))
        assert await stage.open().find(wrong) is not None
