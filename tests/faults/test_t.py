"""T1-T6 of the fault battery: foreign text on its way into a post and into a reply, however hostile."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import LIMITS
from bot.core.replies import reply_post
from bot.core.text import fits
from bot.model import Mention, TimelineItem
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands
from tests.servers.small_bot import BASE, LOCAL, PIECES, SmallBot, rss, small_bot, write_config

ECHO = """
[[rules]]
id = "echo"
when = ["say {words}"]
reply = "You said {words}, {name}: {text}"
"""

PINGS = ["@everyone", "@here", "<@1>", "<!channel>", "@user@host.example", "#tag", "＠everyone", "&#64;everyone"]
LINKS = [
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://u:p@evil.example/",
]
SCRIPTS = [
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
ODD = ["\u202eevil\u202c", "a" + "\u0301" * 500, "ze\u200bro\u200dwidth", "tag\U000e0061\U000e007f", "\x00\x07\x1b[31m"]
MARKUP = ["**bold** _it_ `code`", "[text](https://evil.example)", "<b>x</b>", "<https://evil.example|x>", "~~x~~ ||y||"]

ACTS = regex.compile(r"(?<![\w.+-])[@＠#＃](?=\w)|<[!@#]|https?://(?!127\.0\.0\.1:9/)|[<>]", regex.IGNORECASE)
PINGS_OR_LINKS = regex.compile(r"(?<![\w.+-])[@＠#＃](?=\w)|https?://(?!127\.0\.0\.1:9/)", regex.IGNORECASE)
HIDDEN = regex.compile(r"[\p{Cc}--\n]|[\u202a-\u202e\u2066-\u2069\u200b]|[\U000e0020-\U000e007f]", flags=regex.V1)


async def posted(tmp_path: Path, title: str, *, link: str | None = None) -> list[str]:
    """What is posted of an article with such a title (and link): the text of every post."""
    piece = replace(PIECES[0], title=title)
    feed = rss([piece])
    if link is not None:
        feed = feed.replace(f"<link>{BASE}/{piece.slug}</link>", f"<link>{link}</link>")
    async with FeedServer() as server:
        url = server.put("/feed", feed)
        folder = write_config(tmp_path / "config", feeds=[url], accounts=LOCAL + 'style = "title"\n')
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            await bot.fill("one")
            await bot.deliver()
            return [item.text for item in await bot.posts()]


async def echoed(tmp_path: Path, words: str) -> str:
    """What the bot answers by a rule that says a stranger's words, name and whole text again."""
    async with small_bot(write_config(tmp_path / "config", rules=ECHO), Hands()) as bot:
        return await bot.talk(f"say hello {words} there", f"@{words}"[:90])


@pytest.mark.parametrize("words", [*PINGS, *SCRIPTS, *MARKUP])
async def test_t1_t3_t6_a_title_pings_nobody_and_links_nowhere(tmp_path: Path, words: str) -> None:
    """Names, groups and hashtags of a title are plain words in the post; signs of markup are text, as posts are text."""
    for text in await posted(tmp_path, f"How rain sounds {words} in the city at night"):
        assert not PINGS_OR_LINKS.search(text), text


@pytest.mark.parametrize("words", [*PINGS, *LINKS, *SCRIPTS, *MARKUP])
async def test_t1_t2_t3_t6_an_echo_does_nothing(tmp_path: Path, words: str) -> None:
    """What a stranger says comes back without anything that pings, links, tags or is markup."""
    text = await echoed(tmp_path, words)
    assert text
    assert not ACTS.search(text), text
    assert not re.search(r"evil\.example|javascript:|[`*_|\[\]]", text), text


@pytest.mark.parametrize("link", [*LINKS, "https://127.0.0.1:9/a\r\nPRIVMSG x", "https://a.example/" + "x" * 10_000])
async def test_t2_a_link_is_a_web_address_or_none(tmp_path: Path, link: str) -> None:
    """A scheme that acts, a line break or ten thousand characters never stand in a post."""
    for text in await posted(tmp_path, "How rain sounds in the city at night", link=link):
        assert "\r" not in text
        assert not re.search(r"javascript:|data:|file:|PRIVMSG x$|u:p@", text), text
        assert fits(text, LIMITS["local"])


@pytest.mark.parametrize("words", ODD)
async def test_t4_nothing_hidden_comes_through(tmp_path: Path, words: str) -> None:
    """No control or direction signs, no tags, no piles of marks: neither in a post nor in an answer."""
    texts = [*await posted(tmp_path, f"How rain {words} sounds in the city"), await echoed(tmp_path, words)]
    for text in texts:
        assert not HIDDEN.search(text), ascii(text)
        assert not regex.search(r"\p{M}{5}", text), ascii(text)


GRAPHEMES = [
    "a",
    " ",
    "é",
    "e\u0301",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇬🇧",
    "字",
    "ﷺ",
    "ก็",
    ".",
    "\n",
    "👍🏽",
    "\U0001f468\u200d\U0001f680",
]


@given(
    text=st.lists(st.sampled_from(GRAPHEMES), max_size=700).map("".join),
    limits=st.sampled_from(sorted(LIMITS.items())).map(lambda pair: pair[1]),
)
def test_t5_an_answer_is_cut_between_graphemes(text: str, limits: object) -> None:
    """In each platform's own unit, whatever the text: it fits, and no emoji, flag or letter is split."""
    mention = Mention(account="a", remote_id="1", author="@ann", text="x", at=START)
    post = reply_post(text, mention, limits, "reply:1")  # type: ignore[arg-type]
    assert fits(post.text, limits)  # type: ignore[arg-type]
    whole = set(regex.findall(r"\X", text))
    assert {one for one in regex.findall(r"\X", post.text) if one != "…"} <= whole | {" ", "\n"}


@pytest.mark.parametrize("words", [*SCRIPTS, *MARKUP])
def test_t6_the_page_shows_foreign_words_as_words(words: str) -> None:
    """Templates escape by default: what a stranger wrote is text on the page, even where nothing defused it."""
    item = TimelineItem(id=1, kind="mention", author=words, text=words, created_at=START)
    page = jinja2.Environment(autoescape=True).from_string("{{ item.author }}{{ item.text }}").render(item=item)
    assert "<" not in page


async def test_t_every_answer_of_a_hostile_crowd_is_plain(tmp_path: Path) -> None:
    """All of it at once, from one bot, in one talk: every reply on the timeline is harmless."""
    async with small_bot(write_config(tmp_path / "config", rules=ECHO), Hands()) as bot:
        await _crowd(bot)
        for item in await bot.timeline():
            if item.kind == "reply":
                assert not ACTS.search(item.text), item.text
                assert not HIDDEN.search(item.text), ascii(item.text)


async def _crowd(bot: SmallBot) -> None:
    for number, words in enumerate([*PINGS, *LINKS, *SCRIPTS, *ODD, *MARKUP]):
        await bot.talk(f"say {words}", f"@p{number}")
        await bot.talk(words, f"@p{number}")
