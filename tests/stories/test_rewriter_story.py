"""A language model words posts, where the owner names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.explain import explain
from bot.store import open_store
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.model_server import Model, serving
from tests.servers.small_bot import PIECES, read_config, rss, small_bot, write_config

GOOD = "Two omnidirectional microphones 17 centimetres apart above the river under a road bridge tell near and far bank apart."
BAD = "Two omnidirectional microphones 42 centimetres apart under a road bridge tell near and far bank apart."


async def told(model: Model, folder: Path, feed_keys: str = "") -> tuple[str, str]:
    """What is posted of the first piece with this model, and what `why` says of it."""
    async with FeedServer() as server, serving(model) as llm:
        more = f'[condense]\nllm = {{ url = "{llm}", model = "tiny" }}\n'
        keys = f'backfill = "all"\n{feed_keys}'
        write_config(folder, feeds=[server.put("/feed", rss(PIECES[:1]))], feed_keys=keys, more=more)
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            await bot.fill("n1")
            await bot.deliver()
            (post,) = await bot.posts()
            assert post.url is not None
            settings = read_config(folder)
            with open_store(settings.bot.database, mode="read", now=bot.clock()) as store:
                return post.text, "\n".join(explain(post.url, store, settings).lines())


async def test_its_words_are_posted_and_why_says_whose_they_are(tmp_path: Path) -> None:
    """What passes the gate stands in the post, with our link and credit."""
    text, why = await told(Model(GOOD), tmp_path)
    assert text.startswith(f"{GOOD}\n\n— Small Sounds\nhttp")
    assert "; a language model worded it" in why


@pytest.mark.parametrize(
    ("status", "post", "reason"),
    [
        (200, BAD, "a language model's words are not used: The number 42 is not in the article."),
        (200, "", "a language model had no words for it"),
        (500, GOOD, "a language model had no words for it"),
    ],
)
async def test_our_own_words_serve_where_it_fails(tmp_path: Path, status: int, post: str, reason: str) -> None:
    """A wrong, an empty and no answer: the post is ours, and `why` says what became of the model's."""
    model = Model(post)
    model.status = status
    text, why = await told(model, tmp_path)
    assert "42" not in text
    assert not text.startswith(GOOD)
    assert f"; {reason}" in why


async def test_a_feeds_own_style_goes_before_the_model(tmp_path: Path) -> None:
    """A feed that is told by its titles is not asked about."""
    model = Model(GOOD)
    text, why = await told(model, tmp_path, 'style = "title"\n')
    assert text.startswith(PIECES[0].title)
    assert model.asked == []
    assert "language model" not in why
