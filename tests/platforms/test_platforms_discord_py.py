"""A client that we didn't write, discord.py, with the server of our tests: proof that this one speaks the protocol."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.prove.discord_server import DiscordServer
from bot.prove.discord_world import BOT, HOME
from bot.prove.servers import serving
from tests.servers.installed import environment

pytestmark = pytest.mark.server

CLIENT = """
import json, sys, discord, yarl

url, channel = sys.argv[1:]
discord.http.Route.BASE = f"{url}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws") + "/")
client = discord.Client(intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True))

def tell(**said):
    print(json.dumps(said), flush=True)

@client.event
async def on_ready():
    tell(ready=str(client.user.id))
    sent = await client.get_partial_messageable(int(channel)).send("A post https://example.org/1")
    tell(sent=str(sent.id))

@client.event
async def on_message(message):
    if message.author == client.user:
        return
    tell(heard=message.content, author=str(message.author.id), mentioned=client.user.mentioned_in(message))
    reply = await message.reply("Hello!", mention_author=True)
    history = [each.content async for each in message.channel.history(limit=10)]
    tell(replied=str(reply.id), history=history)
    await reply.delete()
    tell(deleted=str(reply.id))
    if "last" in message.content:
        await client.close()

client.run("good", log_handler=None)
"""


async def told(process: asyncio.subprocess.Process, name: str) -> dict[str, Any]:
    """The next thing of a kind that the client says."""
    assert process.stdout is not None
    while line := await process.stdout.readline():
        said: dict[str, Any] = json.loads(line)
        if name in said:
            return said
    assert process.stderr is not None
    raise AssertionError((await process.stderr.read()).decode("utf-8", "replace")[-2000:])


async def test_discord_py_is_at_home(tmp_path: Path) -> None:
    """It logs in, posts, hears, replies, reads back, takes back, and takes its session up after a break."""
    python = environment("discord-py", "discord.py==2.7.1") / "python"
    script = tmp_path / "client.py"
    script.write_text(CLIENT, "utf-8")
    async with serving(DiscordServer()) as server, asyncio.timeout(60):
        process = await asyncio.create_subprocess_exec(
            *(str(python), str(script), server.url, HOME),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert (await told(process, "ready"))["ready"] == BOT
            assert (await told(process, "sent"))["sent"] == server.kept[0].id
            said = server.say("@ann", "hello")
            heard = await told(process, "heard")
            assert heard == {"heard": said.text, "author": said.author, "mentioned": True}
            replied = await told(process, "replied")
            assert replied["history"] == ["Hello!", said.text, "A post https://example.org/1"]
            assert server.asked[-1].method in {"GET", "DELETE"}
            await told(process, "deleted")
            assert [one.text for one in server.kept] == ["A post https://example.org/1"]
            server.gateway.cut()
            while not server.gateway.codes:  # it may be back before anybody sees that it was away
                await asyncio.sleep(0.01)
            server.say("@ann", "the last one")
            assert "the last one" in (await told(process, "heard"))["heard"]
            assert [said["op"] for said in server.gateway.heard if said["op"] in {2, 6}] == [2, 6]
            await told(process, "deleted")
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
