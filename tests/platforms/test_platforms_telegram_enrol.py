"""Setting a Telegram bot up at a terminal: each answer is tried at once, nothing is sent, nothing is taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater
from bot.model import Secret
from bot.net import Client
from bot.platforms.telegram import platform
from bot.ports import Enrolled, Http
from bot.prove.servers import serving
from bot.prove.telegram_server import TelegramServer
from bot.prove.telegram_world import GROUP
from tests.platforms.contract import CANARY

TOKEN = f"123456:{CANARY}"


@dataclass
class Answers:
    """An owner who answers in turn, and hears what is said."""

    turns: list[str]
    said: list[str] = field(default_factory=list)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        self.asked.append((question, secret))
        return self.turns.pop(0) or default


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """A server on which the bot exists already, as @BotFather made it."""
    async with serving(TelegramServer(token=TOKEN)) as server:
        yield server


@pytest.fixture
def reach(make_client: Callable[..., Client]) -> Callable[[str], Http]:
    """How an address is reached."""
    return lambda address: make_client(allow_private=()).door([address])


async def walked(
    there: TelegramServer, reach: Callable[[str], Http], *turns: str, **given: str
) -> tuple[Enrolled, Answers]:
    """Walk through the set-up with these answers."""
    asker = Answers(list(turns))
    assert platform.enrol is not None
    found = await platform.enrol({"server": f"{there.url}/", **given}, asker, reach)
    assert asker.turns == []
    return found, asker


async def test_token_chat_and_owner_are_asked_for_and_tried(
    server: TelegramServer, reach: Callable[[str], Http]
) -> None:
    """The token unseen; the owner by the name under which they wrote to the bot; only questions are sent."""
    server.say("@ann_ann", "hello", chat=0)
    found, asker = await walked(server, reach, TOKEN, "@proof", "@Ann_ann")
    owner = str(server.people["@ann_ann"])
    assert found == Enrolled(
        handle="@starfish_bot",
        keys={"chat": "@proof", "server": server.url, "owner": owner},
        secrets={"token": Secret(TOKEN)},
    )
    assert [secret for _, secret in asker.asked] == [True, False, False]
    told = "\n".join(asker.said)
    for words in ("/newbot", "@BotFather", "@starfish_bot's", "administrator", "“Proof”"):
        assert words in told
    assert CANARY not in told
    assert server.requests == 0
    options = platform.Options(**{key: value for key, value in found.keys.items() if key != "owner"}, **found.secrets)
    assert options.chat == "@proof"


async def test_what_is_given_is_not_asked_for(server: TelegramServer, reach: Callable[[str], Http]) -> None:
    """Everything may come from the command line."""
    found, asker = await walked(server, reach, token=TOKEN, chat=str(GROUP["id"]), owner="77")
    assert (found.keys["chat"], found.keys["owner"]) == (str(GROUP["id"]), "77")
    assert asker.asked == []


async def test_groups_without_a_name_are_shown(server: TelegramServer, reach: Callable[[str], Http]) -> None:
    """Their number stands nowhere in Telegram's own programs; what the bot heard tells it, and stays to be heard."""
    server.say("@ann", "hello")
    server.tell({"my_chat_member": {"chat": {"id": -100999, "type": "channel", "title": "Quiet \u202eone"}}})
    server.tell({"message": {"chat": {"id": 7, "type": "private", "first_name": "Bob"}}})
    server.tell({"message": {"chat": "nonsense"}})
    found, asker = await walked(server, reach, "?", str(GROUP["id"]), "-", token=TOKEN)
    assert f"{GROUP['id']}: supergroup “People”" in asker.said
    assert "-100999: channel “Quiet one”" in asker.said
    assert "7: private “Bob”" in asker.said
    assert "owner" not in found.keys
    assert server.forgotten == 0


async def test_an_owner_who_never_wrote_is_told(server: TelegramServer, reach: Callable[[str], Http]) -> None:
    """A name alone is no owner; the account is set up without one, and nobody gets the rights by a likeness."""
    server.say("@ann_bob", "hello")  # in a group: anybody may be called like that there
    found, asker = await walked(server, reach, "@ann_bob", token=TOKEN, chat="@proof")
    assert "owner" not in found.keys
    assert "has not written to @starfish_bot yet" in asker.said[-1]


async def test_updates_that_somebody_else_takes_do_no_harm(
    server: TelegramServer, reach: Callable[[str], Http]
) -> None:
    """A webhook is set: then nobody is known, and the rest goes on; `examine` will name it."""
    server.hook = "https://elsewhere.example"
    found, _ = await walked(server, reach, "-", token=TOKEN, chat="@proof")
    assert found.handle == "@starfish_bot"


@pytest.mark.parametrize(
    ("given", "failure", "words"),
    [
        ({"token": "123:wrong"}, NeedsLogin, "401"),
        ({"token": "not a token"}, Rejected, "token has characters"),
        ({"token": TOKEN, "chat": "proof"}, Rejected, "chat must be"),
        ({"token": TOKEN, "chat": "@nobody_there"}, Rejected, "chat not found"),
        ({"token": TOKEN, "server": "http://127.0.0.1:1"}, RetryLater, "no connection"),
        ({"token": TOKEN, "server": "127.0.0.1"}, Rejected, "server must be"),
    ],
)
async def test_what_cannot_be_is_said(
    server: TelegramServer,
    reach: Callable[[str], Http],
    given: dict[str, str],
    failure: type[DeliveryError],
    words: str,
) -> None:
    """In a sentence, without the token."""
    with pytest.raises(failure, match=words) as told:
        await walked(server, reach, "-", **given)
    assert CANARY not in str(told.value)
    assert "not a token" not in str(told.value)
