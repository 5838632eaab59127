"""The optional rewriter: any server that speaks the OpenAI chat format (Ollama, llama.cpp, vLLM).

May import: ports, core.  Its requests go through the one HTTP client, to the address that the owner wrote.
Whatever goes wrong (slow, wrong, odd), the answer is None and the extractive post is used: a model can make posts
better, and never hold one up.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.core.rewrite import messages, said
from bot.errors import DeliveryError
from bot.model import Article, Secret
from bot.ports import Http

log = logging.getLogger("starfish.llm")

PATIENCE = timedelta(seconds=20)
"""A post can wait this long for better words; a model that needs longer is no help on this machine."""

MOST_TOKENS = 300
"""Of an answer: three posts' worth."""

ENOUGH_FAILURES = 3
"""After so many failures in a row the model is left alone for this many articles."""

_REFUSALS = {
    400: "it wants to be asked otherwise; look at url and model of llm in [condense]",
    401: "it refuses our key; look at key of llm in [condense]",
    403: "it refuses our key; look at key of llm in [condense]",
    404: "nothing is there; look at url and model of llm in [condense]",
}
"""What only the owner can mend."""


@dataclass(slots=True)
class Usage:
    """What the rewriter has cost since the start."""

    asked: int = 0
    failed: int = 0
    tokens: int = 0


class Llm:
    """Implements `ports.Rewriter`."""

    def __init__(self, http: Http, url: str, model: str, key: Secret | None) -> None:
        """`url` is the server's base, with or without `/v1`."""
        base = url.rstrip("/")
        self._url = f"{base if base.endswith('/v1') else base + '/v1'}/chat/completions"
        self._http = http
        self._model = model
        self._key = key
        self._resting = 0
        self._failures = 0
        self.usage = Usage()

    async def rewrite(self, article: Article, budget: int) -> str | None:
        """Say an article in at most about `budget` characters, or None when the model can't or won't."""
        if self._resting > 0:
            self._resting -= 1
            return None
        self.usage.asked += 1
        words = await self._ask(article, budget)
        if words is None:
            self.usage.failed += 1
            self._failures += 1
            if self._failures >= ENOUGH_FAILURES:
                self._resting, self._failures = ENOUGH_FAILURES, 0
            return None
        self._failures = 0
        return words

    async def _ask(self, article: Article, budget: int) -> str | None:
        question = {
            "model": self._model,
            "messages": messages(article, budget, secrets.token_hex(8)),
            "max_tokens": MOST_TOKENS,
            "temperature": 0.2,
            "stream": False,
        }
        headers = {"Authorization": f"Bearer {self._key.reveal()}"} if self._key else {}
        try:
            reply = await self._http.send("POST", self._url, json=question, headers=headers, timeout=PATIENCE)
        except DeliveryError as error:
            log.info("the language model did not answer: %s", error)
            return None
        if reply.status in _REFUSALS:
            log.warning(
                "the language model answered %s: %s; our own words serve", reply.status, _REFUSALS[reply.status]
            )
            return None
        if reply.status != 200:
            log.info("the language model answered %s", reply.status)
            return None
        return self._read(reply.body)

    def _read(self, body: bytes) -> str | None:
        try:
            answer = json.loads(body)
            content = answer["choices"][0]["message"]["content"]
            tokens = (answer.get("usage") or {}).get("total_tokens", 0)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            log.info("the language model's answer is not in the chat format")
            return None
        if isinstance(tokens, int) and 0 < tokens < 1_000_000:
            self.usage.tokens += tokens
        words = said(content) if isinstance(content, str) else None
        if words is None:
            log.info("the language model's answer is not the one object that it was asked for")
        return words
