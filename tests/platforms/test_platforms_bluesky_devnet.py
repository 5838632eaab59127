"""The reference servers of the AT Protocol, which we didn't write: posting, finding, sessions, mentions, and fifty kills.

They are installed by name from npm; what is claimed of them elsewhere ("a real server …") is shown here.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NeedsLogin, Rejected, TooLong, Unsure
from bot.model import Account, Mention, Post, Secret
from bot.net import Client
from bot.platforms.bluesky import Options, platform
from bot.platforms.bluesky.enrol import enrol
from bot.platforms.bluesky.records import record_key
from bot.platforms.bluesky.wire import session_name
from bot.ports import Http, Tools
from bot.prove.classes import Class
from bot.prove.faults import Troubles
from bot.prove.proof import prove
from bot.prove.verdict import answer_to
from tests.platforms.contract import SCRIPTS, MemoryVault
from tests.servers.before import Before
from tests.servers.bluesky_network import Network, Person, bluesky_network
from tests.servers.fixtures import Hands
from tests.servers.lossy import lossy

pytestmark = pytest.mark.server

PATIENCE = 30.0


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """The servers, until the module's tests are over."""
    with bluesky_network() as network:
        yield network


@dataclass
class Ours:
    """The bot's account there, and what a test may do with it."""

    network: Network
    make_client: Callable[..., Client]
    person: Person
    password: str
    vault: MemoryVault = field(default_factory=MemoryVault)

    def open(self, url: str = "", **more: Any) -> Any:
        """Open the account, as at each start."""
        keys: dict[str, Any] = {
            "handle": self.person.handle,
            "password": Secret(self.password),
            "poll": timedelta(seconds=0.2),
        }
        options = Options(server=url or self.network.url, **keys, **more)
        account = Account(name="acc", platform="bluesky", options=options)
        return platform.open(account, options, self.tools(options.server))

    def tools(self, server: str) -> Tools:
        """What it is given."""
        http = self.make_client(allow_private=()).door([server])
        return Tools(http=http, vault=self.vault, log=logging.getLogger("acc"), now=lambda: datetime.now(UTC))

    @property
    def port(self) -> int:
        """Where the server listens."""
        return int(self.network.url.rpartition(":")[2])


@pytest.fixture
def ours(network: Network, make_client: Callable[..., Client], clock: Hands) -> Ours:
    """A new account, with an app password."""
    clock.now = datetime.now(UTC)
    person = network.person("bot")
    made = person.ask("com.atproto.server.createAppPassword", {"name": "starfish"})
    return Ours(network, make_client, person, made["password"])


@pytest.fixture
def whole(network: Network) -> Network:
    """The network with its AppView."""
    if not network.whole:
        pytest.skip("Redis or Postgres can't be had here, so nobody hears of mentions")
    return network


def post(key: str, text: str = "", **more: Any) -> Post:
    """A post with a link of its own."""
    link = f"https://example.org/{key}/größe_(a)?a=1&b=2"
    now = datetime.now(UTC)
    said = {"text": text or f"About {key}: naïve & <sharp> 👩‍👩‍👧 #Größe\n\n{link}", "link": None if text else link}
    return Post(account="acc", dedupe_key=key, key=f"{key}-0", created_at=now, sent_at=now, **{**said, **more})


# --------------------------------------------------------------------------- speaking


async def test_it_posts_once_and_finds_it(ours: Ours) -> None:
    """The same post again is the same record, at once or later, and found after a restart."""
    for one in (post("one", title="A title"), post("two", "Words alone, “quoted” — & naïve")):
        assert await ours.open().find(one) is None
        receipts = [await ours.open().publish(one) for _ in range(2)]
        later = replace(one, sent_at=datetime.now(UTC) + timedelta(minutes=9), title="Another")
        receipts += [await ours.open().publish(later), await ours.open().find(one)]
        assert len({receipt.remote_id for receipt in receipts}) == 1
    assert [there["value"]["text"] for there in ours.person.posts()] == [
        post("one").text,
        "Words alone, “quoted” — & naïve",
    ]


async def test_another_post_under_the_same_key_is_refused(ours: Ours) -> None:
    """What stands there is not overwritten, and is not taken for what it isn't."""
    one = post("one")
    await ours.open().publish(one)
    with pytest.raises(Rejected, match="another post"):
        await ours.open().publish(replace(one, text="Something else", link=None))
    assert len(ours.person.posts()) == 1


async def test_what_is_lost_on_the_way_back_is_there_once(ours: Ours) -> None:
    """Thirty posts whose answers a proxy cuts, each at another byte, and which are then sent again: thirty are there."""
    await ours.open().prepare()
    session = ours.vault.kept["acc", session_name(ours.network.url, ours.person.handle)]
    async with lossy(ours.port) as proxy:
        ours.vault.put("acc", session_name(proxy.url, ours.person.handle), session)
        for number in range(30):
            proxy.loses, proxy.after = 1, number * 12
            one = post(f"lost{number}")
            with pytest.raises(Unsure):
                await ours.open(proxy.url).publish(one)
            again = ours.open(proxy.url)
            found = await again.publish(one) if number % 2 else await again.find(one)
            assert found.remote_id.endswith(record_key(one))
        assert proxy.lost == 30
    assert len(ours.person.posts()) == 30


@pytest.mark.parametrize("script", SCRIPTS)
async def test_our_count_is_the_servers(ours: Ours, script: str) -> None:
    """300 graphemes and 3,000 bytes: what we call fitting is taken, in every script."""
    longest = SCRIPTS[script] * 300
    while True:
        try:
            await ours.open().publish(post(f"{script} {len(longest)}", longest))
            break
        except TooLong:
            longest = longest[: max(len(longest) * 9 // 10, 1)]
    there = ours.person.posts()[-1]["value"]["text"]
    assert there == longest
    assert len(there) > 60


async def test_it_is_taken_back(ours: Ours) -> None:
    """Once more is fine."""
    one = post("one")
    receipt = await ours.open().publish(one)
    for _ in range(2):
        await ours.open().delete(receipt)
        assert await ours.open().find(one) is None
    assert ours.person.posts() == []


async def test_the_parts_of_a_thread_answer_each_other(ours: Ours) -> None:
    """The second answers the first, the third the second, and all name the same beginning."""
    first = await ours.open().publish(post("one"))
    second = await ours.open().publish(post("two", reply_to=first.remote_id))
    third = await ours.open().publish(post("three", reply_to=second.remote_id))
    replies = {there["uri"]: there["value"].get("reply") for there in ours.person.posts()}
    assert replies[first.remote_id] is None
    for receipt, before in ((second, first), (third, second)):
        reply = replies[receipt.remote_id]
        assert (reply["root"]["uri"], reply["parent"]["uri"]) == (first.remote_id, before.remote_id)


async def test_readers_get_what_was_meant(ours: Ours, whole: Network) -> None:
    """What the AppView shows: the link and the tag to the letter, the card, the language, and that it is nobody's reply."""
    one = post("one", title="A title", language="de")
    receipt = await ours.open().publish(one)
    reader = whole.person("reader")
    async with asyncio.timeout(PATIENCE):
        while not (posts := reader.ask("app.bsky.feed.getPosts", uris=[receipt.remote_id])["posts"]):
            await asyncio.sleep(0.1)
    record, raw = posts[0]["record"], one.text.encode()
    shown = {
        raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): facet["features"][0]
        for facet in record["facets"]
    }
    assert {words: feature.get("uri") or feature.get("tag") for words, feature in shown.items()} == {
        "#Größe": "Größe",
        one.link: one.link,
    }
    assert posts[0]["embed"]["external"] == {"uri": one.link, "title": "A title", "description": ""}
    assert (record["langs"], "reply" in record) == (["de"], False)


# --------------------------------------------------------------------------- sessions


async def test_a_session_outlives_the_bot_and_renews_itself(ours: Ours) -> None:
    """A token that the server doesn't take is exchanged; a crash between that and its keeping is survived."""
    await ours.open().publish(post("one"))
    (place,) = ours.vault.kept
    before = ours.vault.kept[place]
    stale = Secret(json.dumps({**json.loads(before.reveal()), "accessJwt": "no.good.token"}))
    for number in range(3):  # each time the old refresh token is used again, as after a crash
        ours.vault.kept[place] = stale
        await ours.open().publish(post(f"again{number}"))
        assert ours.vault.kept[place] not in (stale, before)
    assert len(ours.person.posts()) == 4


async def test_a_revoked_password_locks_the_account(ours: Ours) -> None:
    """The session can't be renewed any more, and nobody is let in anew: nothing was sent, the owner is asked."""
    await ours.open().prepare()
    (place,) = ours.vault.kept
    ours.person.ask("com.atproto.server.revokeAppPassword", {"name": "starfish"})
    ours.vault.kept[place] = Secret(
        json.dumps({**json.loads(ours.vault.kept[place].reveal()), "accessJwt": "no.good.token"})
    )
    with pytest.raises(NeedsLogin, match="app password"):
        await ours.open().publish(post("one"))
    assert ours.person.posts() == []


class Terminal:
    """An owner who has an answer to every question."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        return next((answer for words, answer in self.answers.items() if words in question), default)


async def test_it_is_set_up_and_found_well(ours: Ours) -> None:
    """The walk labels the profile and keeps the rest of it, learns the owner's id, and leaves a session that is good."""
    profile = {"$type": "app.bsky.actor.profile", "displayName": "Bot", "description": "run by Ann"}
    whole = {"repo": ours.person.did, "collection": "app.bsky.actor.profile", "rkey": "self", "record": profile}
    ours.person.ask("com.atproto.repo.putRecord", whole)
    ann = ours.network.person("ann")
    given = {"server": ours.network.url, "handle": f"@{ours.person.handle}"}

    def reach(address: str) -> Http:
        return ours.tools(address).http

    made = await enrol(given, Terminal(password=ours.password, Your=ann.handle), reach)
    assert made.handle == f"@{ours.person.handle}"
    assert made.keys == {"server": ours.network.url, "handle": ours.person.handle, "owner": ann.did}
    asked = {"repo": ours.person.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
    kept = ours.person.ask("com.atproto.repo.getRecord", **asked)["value"]
    assert {**kept, "labels": None} == {**profile, "labels": None}
    assert kept["labels"]["values"] == [{"val": "bot"}]
    for name, session in made.session.items():
        ours.vault.put("acc", name, session)
    ours.password = "forgotten"  # it isn't needed any more
    findings = await ours.open().examine()
    assert [what for fine, what in findings if not fine and "mentions" not in what] == []
    assert ours.person.did in findings[0][1]


# --------------------------------------------------------------------------- listening


async def heard(publisher: Any, count: int, cursor: str | None = None) -> list[tuple[str, Mention]]:
    """The first mentions after a cursor."""
    async with asyncio.timeout(PATIENCE), aclosing(publisher.mentions(cursor)) as mentions:
        return [await anext(mentions) for _ in range(count)]


async def begin(ours: Ours) -> None:
    """Listen until the beginning is known."""
    async with aclosing(ours.open().mentions(None)) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        async with asyncio.timeout(PATIENCE):
            while not any(name.startswith("heard-from") for _, name in ours.vault.kept):
                await asyncio.sleep(0.05)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def test_mentions_are_heard_and_answered(ours: Ours, whole: Network) -> None:
    """Tags and answers to us, not what others say to each other below; and a reply stands where it belongs."""
    ann, cat = whole.person("ann"), whole.person("cat")
    await begin(ours)
    receipt = await ours.open().publish(post("one"))
    mine = {"uri": receipt.remote_id, "cid": ours.person.posts()[0]["cid"]}
    ann.say("hello 🐚 there", to=ours.person)
    answer = ann.say("what a post", answers=mine)
    cat.say("I agree, Ann", answers=answer)
    last = cat.say("and you?", to=ours.person, answers=answer)
    mentions = [mention for _, mention in await heard(ours.open(), 3)]
    assert [mention.text for mention in mentions] == ["hello 🐚 there", "what a post", "and you?"]
    assert [mention.author for mention in mentions] == [ann.did, ann.did, cat.did]
    assert [mention.in_reply_to for mention in mentions] == [None, receipt.remote_id, answer["uri"]]
    assert [mention.thread for mention in mentions][1:] == [receipt.remote_id] * 2
    asked = mentions[2]
    reply = post(
        "reply",
        "Fine, thank you!",
        reply_to=asked.remote_id,
        reply_to_author=asked.author,
        reply_context=asked.context,
    )
    sent = await ours.open().publish(reply)
    assert (await ours.open().find(reply)).remote_id == sent.remote_id
    async with asyncio.timeout(PATIENCE):
        while sent.remote_id not in _uris(cat.ask("app.bsky.feed.getPostThread", uri=last["uri"])["thread"]):
            await asyncio.sleep(0.1)
    told = cat.ask("app.bsky.notification.listNotifications", limit=10, reasons=["reply"])["notifications"]
    assert sent.remote_id in {note["uri"] for note in told}  # she is told without a tag in the text


def _uris(thread: Any) -> set[str]:
    return {thread["post"]["uri"], *(uri for reply in thread.get("replies", []) for uri in _uris(reply))}


async def test_another_bot_is_known_as_one(ours: Ours, whole: Network) -> None:
    """By the label on its own profile, as the server shows it to others."""
    robot = whole.person("robot")
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}]}
    profile = {"$type": "app.bsky.actor.profile", "displayName": "Robot", "labels": labels}
    where = {"repo": robot.did, "collection": "app.bsky.actor.profile", "rkey": "self"}
    robot.ask("com.atproto.repo.putRecord", {**where, "record": profile})
    await begin(ours)
    robot.say("beep", to=ours.person)
    ((_, mention),) = await heard(ours.open(), 1)
    assert (mention.name, mention.bot, mention.text) == ("Robot", True, "beep")


async def test_a_slow_clock_is_heard_too(ours: Ours, whole: Network) -> None:
    """The server puts what somebody says where their clock says, far below what was read: it is heard all the same, once."""
    ann = whole.person("ann")
    await begin(ours)
    first = ann.say("on time", to=ours.person)
    ((cursor, mention),) = await heard(ours.open(), 1)
    assert mention.remote_id == first["uri"]
    late = datetime.now(UTC) - timedelta(hours=3)
    slow = ann.say("three hours late", to=ours.person, created=late.isoformat().replace("+00:00", "Z"))
    last = ann.say("on time again", to=ours.person)
    again = await heard(ours.open(), 2, cursor)
    assert [mention.remote_id for _, mention in again] == [slow["uri"], last["uri"]]


async def test_many_mentions_are_heard_in_order(ours: Ours, whole: Network) -> None:
    """More than two pages, after a time of absence, each once; what was said before the first start is history."""
    ann = whole.person("ann")
    ann.say("before", to=ours.person)
    await asyncio.sleep(1)  # the AppView is a moment behind; nothing else tells when it knows
    await begin(ours)
    said = [ann.say(f"hello {number}", to=ours.person)["uri"] for number in range(230)]
    async with asyncio.timeout(PATIENCE):
        asked = {"limit": 1, "reasons": ["mention"]}
        while (
            ours.person.ask("app.bsky.notification.listNotifications", **asked)["notifications"][0]["uri"] != said[-1]
        ):
            await asyncio.sleep(0.1)
    mentions = await heard(ours.open(), 230)
    assert [mention.remote_id for _, mention in mentions] == said
    cursor, _ = mentions[100]
    assert [mention.remote_id for _, mention in await heard(ours.open(), 129, cursor)] == said[101:]


# --------------------------------------------------------------------------- the proof


class Devnet:
    """The real servers, as the proof looks at them."""

    def __init__(self, bot: Person, ann: Person) -> None:
        self.url = bot.url
        self._bot, self._ann = bot, ann
        self._said: list[str] = []

    def is_post(self, method: str, path: str) -> bool:
        """Whether a request is one to post."""
        return method == "POST" and path.endswith("putRecord")

    def is_listening(self, path: str) -> bool:
        """Whether a request asks for mentions."""
        return path.endswith("listNotifications")

    def there(self) -> list[str]:
        """What the bot said, by what the proof knows it by."""
        records = [there["value"] for there in self._bot.posts()]
        return [answer_to(one["reply"]["parent"]["uri"]) if "reply" in one else _link(one) for one in records]

    def say(self, author: str, text: str) -> None:
        """Let Ann speak to the bot, whoever is meant to."""
        self._said.append(self._ann.say(text, to=self._bot)["uri"])

    def owed(self) -> list[str]:
        """The answers to all that she said."""
        return list(map(answer_to, self._said))


def _link(record: dict[str, Any]) -> str:
    links = [feature.get("uri") for facet in record["facets"] for feature in facet["features"]]
    return str(next(filter(None, links)))


async def test_fifty_kills_lose_and_double_nothing(ours: Ours, whole: Network, tmp_path: Path) -> None:
    """A real bot posts from a feed, is spoken to, answers, and is killed fifty times while its answers are lost."""
    secret = tmp_path / "password"
    secret.write_text(ours.password)
    secret.chmod(0o600)
    keys = f'server = "{{url}}"\nhandle = "{ours.person.handle}"\npassword = {{ file = "{secret}" }}\npoll = "1s"'
    stands: list[Before] = []

    def server(troubles: Troubles) -> Before:
        stands.append(Before(Devnet(ours.person, whole.person("ann")), troubles))
        return stands[-1]

    real = Class(name="devnet", promise="a key for ever, and read-back", platform="bluesky", server=server, keys=keys)
    said: list[object] = []
    (verdict,) = await prove(50, [real], seed=50, say=said.append)
    assert verdict.kept, (verdict.lost, verdict.doubled)
    assert (verdict.kills, verdict.held) == (50, ())
    assert verdict.posts > 40
    assert len(stands[0].faults) > 10
    assert len(ours.person.posts()) == verdict.posts
