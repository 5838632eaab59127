"""A client that we didn't write, python-telegram-bot, works against our test server: so it speaks the protocol.

It lives in an environment of its own, as it brings a second HTTP client along.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.prove.servers import serving
from bot.prove.telegram_server import TelegramServer
from bot.prove.telegram_world import BOT, CHANNEL, GROUP
from tests.servers.installed import environment

pytestmark = pytest.mark.server

CLIENT = """
import asyncio, json, sys
from telegram import Bot, LinkPreviewOptions, MessageEntity, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter

async def failure(doing):
    try:
        await doing
    except (BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter) as error:
        more = getattr(error, "new_chat_id", None) or getattr(error, "_retry_after", None)
        return [type(error).__name__, getattr(more, "seconds", more)]

async def main(url):
    found = {}
    async with Bot("1:good", base_url=url + "/bot") as bot:
        found["me"] = (await bot.get_me()).to_dict()
        found["chat"] = (await bot.get_chat("@proof")).title
        found["member"] = (await bot.get_chat_member("@proof", found["me"]["id"])).can_post_messages
        link = MessageEntity("text_link", 5, 21, url="https://example.org/a")
        sent = await bot.send_message("@proof", "read https://example.org/a", entities=[link],
            link_preview_options=LinkPreviewOptions(url="https://example.org/a"))
        found["sent"] = [sent.chat.id, sent.message_id, sent.text]
        updates = await bot.get_updates(timeout=1, allowed_updates=["message"])
        found["heard"] = [[one.update_id, one.message.text, one.message.from_user.first_name,
            one.message.parse_entities(["mention"]) and list(one.message.parse_entities(["mention"]).values())]
            for one in updates]
        spoken = updates[0].message
        answer = await bot.send_message(spoken.chat_id, "hello",
            reply_parameters=ReplyParameters(spoken.message_id, allow_sending_without_reply=True))
        found["again"] = [one.update_id for one in await bot.get_updates(offset=updates[-1].update_id + 1)]
        found["deleted"] = await bot.delete_message(answer.chat_id, answer.message_id)
        found["empty"] = await failure(bot.send_message("@proof", " "))
        found["long"] = await failure(bot.send_message("@proof", "x" * 4097))
        found["nowhere"] = await failure(bot.send_message("@nobody_there", "x"))
        found["moved"] = await failure(bot.send_message(-4711, "x"))
        found["barred"] = await failure(bot.send_message(%(group)d, "x"))
        found["flood"] = await failure(bot.send_message("@proof", "x"))
    print(json.dumps(found))

asyncio.run(main(sys.argv[1]))
""" % {"group": GROUP["id"]}  # noqa: UP031 -- the script is full of braces


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """A server that was spoken to."""
    async with serving(TelegramServer(token="1:good", moved={-4711: GROUP["id"]})) as server:
        yield server


async def run(server: TelegramServer, folder: Path) -> Any:
    """Run the client against the server, and give what it found."""
    binaries = await asyncio.to_thread(environment, "python-telegram-bot", "python-telegram-bot==22.8")
    script = folder / "client.py"
    script.write_text(CLIENT, "utf-8")
    process = await asyncio.create_subprocess_exec(
        str(binaries / "python"),
        *(str(script), server.url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        out, words = await process.communicate()
    assert process.returncode == 0, words.decode("utf-8", "replace")[-2000:]
    return json.loads(out)


async def test_it_posts_hears_answers_and_understands_every_no(server: TelegramServer, tmp_path: Path) -> None:
    """Its own types read our server's answers, and its own exceptions our server's refusals."""
    said = server.say("@ann", "hello")
    arrived: list[int] = []

    def next_trouble() -> None:
        arrived.append(1)
        server.barred = {GROUP["id"]} if len(arrived) == 7 else set()
        server.floods = [7200] if len(arrived) == 8 else []

    server.arrived = next_trouble
    found = await run(server, tmp_path)
    assert (found["me"]["id"], found["me"]["username"]) == (BOT["id"], BOT["username"])
    assert (found["chat"], found["member"]) == ("Proof", True)
    assert found["sent"] == [CHANNEL["id"], 2, "read https://example.org/a"]
    assert found["heard"] == [[server.first_update, "@starfish_bot hello", "Ann", ["@starfish_bot"]]]
    assert found["again"] == []
    assert found["deleted"] is True
    assert server.forgotten == server.first_update + 1
    assert found["empty"] == found["long"] == found["nowhere"] == ["BadRequest", None]
    assert found["moved"] == ["ChatMigrated", GROUP["id"]]
    assert found["barred"] == ["Forbidden", None]
    assert found["flood"] == ["RetryAfter", 7200]
    assert [one.reply_to for one in server.kept] == [None]
    assert said.id not in {one.id for one in server.kept}
