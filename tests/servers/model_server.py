"""A chat server as language models have, which answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Model:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, post: str = "") -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 200
        self.body: str | None = None
        self.content = json.dumps({"post": post})
        self.hang = False

    async def chat(self, request: web.Request) -> web.Response:
        """Answer one question."""
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization"))
        if self.hang:
            await asyncio.Event().wait()
        body = self.body or json.dumps(
            {"choices": [{"message": {"content": self.content}}], "usage": {"total_tokens": 120}}
        )
        return web.Response(status=self.status, text=body, content_type="application/json")


@asynccontextmanager
async def serving(model: Model) -> AsyncIterator[str]:
    """Its address."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.chat)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
