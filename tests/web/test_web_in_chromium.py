"""The page in a real browser: what only a browser can tell of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.web import serve
from tests.web.chromium import FOUND, Chromium, Tab, chromium
from tests.web.fake_bot import FakeBot, fill

pytestmark = [pytest.mark.server, pytest.mark.skipif(FOUND is None, reason="there is no Chromium on this machine")]

LIVE = "document.querySelector('#live').textContent === 'on'"
HEBREW = "חדרים קטנים ומיקרופון אחד"
LONG = "https://" + "a" * 60 + ".example/" + "b" * 200


@pytest.fixture
async def window() -> AsyncIterator[Chromium]:
    """A browser."""
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def site(bot: FakeBot) -> AsyncIterator[str]:
    """The address of a page with a morning's posts, odd ones among them; ends without "/"."""
    await fill(bot)
    await bot.say("post", "starfish", f"{HEBREW}\n\n— The “Small” Rooms\n{LONG}", url=LONG)
    await bot.say("mention", '@<script>alert("x")</script>', f"<img src=x onerror=alert(1)> {LONG}\n{HEBREW}")
    async with serve(bot.parts(), "127.0.0.1", 0) as serving:
        yield serving.url.rstrip("/")


async def at(window: Chromium, address: str) -> Tab:
    """A new tab with the page at an address."""
    tab = await window.tab()
    await tab.open(address)
    return tab


@pytest.mark.parametrize("size", ["100%", "200%"])
async def test_nothing_is_cut_at_any_width(size: str, window: Chromium, site: str, bot: FakeBot) -> None:
    """On no screen from a small telephone's to a large one's, and with text of twice the size, is anything too wide."""
    root, desk = "document.documentElement", ("queue", "rules", "feeds", "outbox")
    tab = await at(window, f"{site}/login?token={bot.login.new_token()}")
    for path in ("/", "/?before=9", "/nothing", *(f"/dashboard/{page}" for page in desk)):
        for width in (320, 390, 768, 1280, 1920):
            await tab.resize(width)
            await tab.open(site + path)
            await tab.eval(f"{root}.style.fontSize = '{size}'")
            assert await tab.eval(f"{root}.scrollWidth <= {root}.clientWidth"), (path, width)
            assert await tab.eval("document.querySelector('.skip').getBoundingClientRect().bottom <= 0"), (path, width)


async def test_what_strangers_write_runs_nowhere(window: Chromium, site: str) -> None:
    """Hostile names and words stay words: no dialog, no script's error, no breach of the policy on the console."""
    tab = await at(window, f"{site}/")
    await tab.until(LIVE)
    assert await tab.eval("document.querySelectorAll('.words img, .who script').length") == 0
    assert tab.complaints == []


async def test_each_line_runs_as_its_own_words_do(window: Chromium, site: str) -> None:
    """Hebrew runs from the right and Latin from the left, also under each other in one text; so does what is typed."""
    tab = await at(window, f"{site}/")
    style = "getComputedStyle(document.querySelector('{}')).{}"
    assert await tab.eval(style.format(".post .words", "direction")) == "rtl"
    assert await tab.eval(style.format(".post .credit", "direction")) == "ltr"
    assert await tab.eval(style.format(".mention .words", "unicodeBidi")) == "plaintext"
    await tab.eval(f"document.querySelector('#text').value = '{HEBREW}'")
    assert await tab.eval(style.format("#text", "direction")) == "rtl"


async def test_an_old_bookmark_finds_its_item(window: Chromium, site: str, bot: FakeBot) -> None:
    """The address of an item leads to it also when it has left the newest page."""
    for number in range(60):
        await bot.say("post", "starfish", f"Post {number}.")
    tab = await at(window, f"{site}/#item-3")
    await tab.until("location.search === '?before=4' && document.querySelector('#item-3:target')")


async def test_tabs_that_nobody_sees_leave_the_connections_to_others(window: Chromium, site: str) -> None:
    """Ten tabs of the page are open, more than a browser opens connections, and each of them loads."""
    for _ in range(10):
        tab = await at(window, f"{site}/")
        await tab.until(LIVE)
        await tab.eval("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
        await tab.eval("document.dispatchEvent(new Event('visibilitychange'))")
        assert not await tab.eval(LIVE)
    await tab.eval("Object.defineProperty(document, 'hidden', {value: false})")
    await tab.eval("document.dispatchEvent(new Event('visibilitychange'))")
    await tab.until(LIVE)


async def test_who_sends_by_keyboard_keeps_their_place(window: Chromium, site: str) -> None:
    """After Enter on the button the answer comes, the box is empty, and the button still has the focus."""
    tab = await at(window, f"{site}/")
    await tab.until(LIVE)
    await tab.eval("find('from').value = '@ann'; find('text').value = 'hello'; box.querySelector('button').focus()")
    await tab.press("Enter", 13, "\r")
    await tab.until(
        "[...document.querySelectorAll('.reply .words')].some((it) => it.textContent === 'You said: hello')"
    )
    await tab.until("find('text').value === '' && !find('text').readOnly")
    assert await tab.eval("document.activeElement === box.querySelector('button')")


async def test_a_proxys_page_is_no_answer(window: Chromium, site: str) -> None:
    """Where a proxy answers for a bot that is down, the page says so in plain words, and keeps what was typed."""
    tab = await at(window, f"{site}/")
    await tab.eval("find('from').value = '@ann'; find('text').value = 'hello'")
    await tab.eval("fetch = async () => new Response('<h1>Bad gateway</h1>', {status: 502})")
    await tab.eval("send()")
    assert (await tab.eval("find('problem').textContent")).startswith("The bot can’t be reached just now.")
    assert await tab.eval("find('text').value") == "hello"
