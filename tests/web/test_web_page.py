from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from bot.model import Notice
from bot.web import serve
from tests.web.browser import Answer, Browser
from tests.web.fake_bot import NOW, FakeBot, fill

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """Checks nesting while it collects every element."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(answer.text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str, **attrs: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k.rstrip("_")) == v for k, v in attrs.items())]


def key_in(answer: Answer) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


async def test_the_page_shows_the_timeline(browser: Browser, bot: FakeBot) -> None:
    """Cards with words, link chips that lead out safely, handles, times for machines, threads."""
    await fill(bot)
    answer = await browser.get("/")
    page = Page(answer)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert [a["id"] for a in page.all("li", class_="card")] == ["card-8", "card-7", "card-3", "card-2", "card-1"]
    chips = page.all("a", class_="chip link")
    assert {"href": "https://example.com/hiss", "rel": "noopener noreferrer nofollow ugc"}.items() <= chips[-1].items()
    assert len(page.all("time")) >= 9
    assert "sound and music technology" in answer.text
    assert "in 25 min" in answer.text


async def test_the_page_asks_nothing_of_other_servers(browser: Browser, bot: FakeBot) -> None:
    """Every script, style and image is our own file, without inline script or style."""
    await fill(bot)
    page = Page(await browser.get("/"))
    sources = [a.get("src") or a.get("href") for t, a in page.elements if t in ("script", "link", "img")]
    assert all(source and source.startswith("/static/") for source in sources)
    assert not any(name == "style" or name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert not page.all("style")


async def test_the_page_can_be_walked_without_seeing_it(browser: Browser, bot: FakeBot) -> None:
    """Landmarks, one first heading, a skip link, a polite announcement, and a label for every field."""
    await fill(bot)
    page = Page(await browser.get("/"))
    tags = [tag for tag, _ in page.elements]
    assert (tags.count("main"), tags.count("h1"), tags.count("header"), tags.count("footer")) == (1, 1, 1, 1)
    assert page.all("html", lang="en")
    assert page.all("a", class_="skip", href="#main")
    assert page.all("p", id="news")[0]["aria-live"] == "polite"
    labelled = {a["for"] for a in page.all("label")}
    seen = [a["id"] for t, a in page.elements if t in ("input", "textarea") and a.get("type") != "hidden"]
    assert seen
    assert set(seen) <= labelled
    assert all("alt" in a for a in page.all("img"))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))


async def test_assets_are_cached_for_ever_by_content(browser: Browser) -> None:
    """Their addresses hold a hash; nothing else below /static/ exists, whatever the path."""
    page = Page(await browser.get("/"))
    for tag, attribute in (("link", "href"), ("script", "src"), ("img", "src")):
        for attrs in page.all(tag):
            answer = await browser.get(attrs[attribute] or "")
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"]
    for path in (
        "/static/app.css",
        "/static/../parts.py",
        "/static/%2e%2e/parts.py",
        "/static//etc/passwd",
        "/static/",
    ):
        assert (await browser.get(path)).status == 404


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<svg/onload=alert(1)>",
        '"><img src=x onerror=alert(1)>',
        "</textarea><script>alert(1)</script>",
        "{{ 7*7 }}",
        '<a href="javascript:alert(1)">x</a>',
        "</title><script>",
    ],
)
async def test_foreign_words_are_only_words(browser: Browser, bot: FakeBot, evil: str) -> None:
    """A hostile text, name, question or remembered name is shown as it is, and makes no element."""
    await bot.say("mention", evil, evil)
    await bot.say("post", evil, f"{evil} https://a.example/{evil}", url=f"https://a.example/{evil}")
    clean = [tag for tag, _ in Page(await browser.get("/")).elements]
    browser.cookies["starfish_name"] = evil.replace(";", "").replace('"', "%22").replace(",", "").replace(" ", "%20")
    asked = await browser.get("/?say=" + evil.replace("&", "%26").replace("#", "%23").replace(" ", "+"))
    page = Page(asked)
    assert [tag for tag, _ in page.elements] == clean
    assert len(page.all("script")) == 1
    assert not [a for _, a in page.elements if (a.get("href") or "").startswith("javascript")]


async def test_the_box_works_without_scripts(browser: Browser, bot: FakeBot) -> None:
    """A form post leads back to the page at the new item, answered already; the name is remembered."""
    form = {"from": "@änn b", "text": "hello", "key": key_in(await browser.get("/"))}
    answer = await browser.post("/mention", form)
    assert (answer.status, answer.headers["Location"]) == (303, "/#item-1")
    assert bot.heard[0][:2] == ("@änn b", "hello")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]
    page = await browser.get("/")
    assert "You said: hello" in page.text
    assert Page(page).all("input", id="from")[0]["value"] == "@änn b"


async def test_a_double_click_is_one_mention(browser: Browser, bot: FakeBot) -> None:
    """The same page sent twice says it once; other words from it are said too."""
    form = {"from": "@ann", "text": "hello", "key": key_in(await browser.get("/"))}
    locations = {(await browser.post("/mention", form)).headers["Location"] for _ in range(2)}
    assert len(locations) == len(bot.heard) == 1
    await browser.post("/mention", form | {"text": "another"})
    assert len(bot.heard) == 2


async def test_a_slow_answer_does_not_hold_the_page(browser: Browser, bot: FakeBot) -> None:
    """Without an answer the page comes back all the same."""
    bot.answers = False
    assert (await browser.post("/mention", {"from": "@ann", "text": "hello"})).status == 303


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"from": "", "text": "my long thought"}, 400, "name is empty"),
        ({"from": "@ann", "text": " "}, 400, "text is empty"),
        ({"from": "@ann", "text": "refuse me"}, 400, "said here"),
        ({"from": "@ann", "text": "x" * 10_001}, 413, "longer"),
        ({"from": "@ann", "text": "hi", "in_reply_to": "x"}, 400, "in_reply_to"),
        ({"text": "hi"}, 400, "name is empty"),
        ({}, 400, "text is empty"),
    ],
)
async def test_a_refused_form_keeps_its_words(
    browser: Browser, bot: FakeBot, form: dict[str, str], status: int, words: str
) -> None:
    """What is wrong is said beside the box, and what was typed is still in it."""
    answer = await browser.post("/mention", form)
    assert answer.status == status
    assert words in answer.text
    assert form.get("text", "") in answer.text
    assert bot.heard == []
    Page(answer)


async def test_the_pages_script_gets_json(browser: Browser) -> None:
    """With `Accept: application/json` the same form answers as the interface does, and remembers the name."""
    said = await browser.post("/mention", {"from": "@ann", "text": "hello"}, Accept="application/json")
    assert (said.status, said.json()) == (202, {"id": 1})
    assert browser.cookies["starfish_name"] == "@ann"
    refused = await browser.post("/mention", {"from": "", "text": "hello"}, Accept="application/json")
    assert (refused.status, list(refused.json())) == (400, ["error"])


async def test_the_box_can_answer_an_item(browser: Browser, bot: FakeBot) -> None:
    """`?reply=ID` fills the box for that item; an unknown one is just the page, nonsense is refused."""
    await bot.say("post", "starfish", "Quote this, please.")
    page = await browser.get("/?reply=1")
    assert Page(page).all("input", name="in_reply_to")[0]["value"] == "1"
    assert "Quote this, please." in page.text.split("Replying to")[1][:200]
    assert Page(await browser.get("/?reply=99")).all("input", name="in_reply_to")[0]["value"] == ""
    assert (await browser.get("/?reply=x")).status == 400


async def test_older_pages_reach_the_beginning(browser: Browser, bot: FakeBot) -> None:
    """Following "older" shows every item once, newest first, whatever gaps the ids have."""
    for number in range(1, 131):
        await bot.say("post", "starfish", f"post {number}")
    bot.kept = [item for item in bot.kept if not 30 < item.id < 70]
    path: str | None = "/"
    seen: list[int] = []
    while path:
        page = Page(await browser.get(path))
        seen += [int((a["id"] or "")[5:]) for a in page.all("li", class_="card")]
        older = page.all("a", rel="next")
        path = older[0]["href"] if older else None
    assert seen == [item.id for item in reversed(bot.kept)]
    assert (await browser.get("/?before=0")).status == 400
    assert "Nothing earlier" in (await browser.get("/?before=1")).text


async def test_an_answer_across_a_pages_border_keeps_its_mention(browser: Browser, bot: FakeBot) -> None:
    """A late answer on the newest page shows what it answers; the older page shows the answer below its mention."""
    bot.answers = False
    asked = await bot.receive("@ann", "are you there?", None, None, False)
    for number in range(60):
        await bot.say("post", "starfish", f"post {number}")
    await bot.say("reply", "starfish", "I am now.", in_reply_to=asked)
    newest = await browser.get("/")
    assert "are you there?" in newest.text
    assert Page(newest).all("li", class_="card")[0]["id"] == "card-1"


async def test_the_empty_page_says_what_comes(browser: Browser, bot: FakeBot) -> None:
    """Before the first post: when it comes, and things to ask."""
    bot.next_post = NOW + timedelta(seconds=40)
    answer = await browser.get("/")
    assert "The first post comes" in answer.text
    assert "in 40 s" in answer.text
    assert Page(answer).all("a", class_="chip")
    bot.next_post = None
    assert "Nothing here yet" in (await browser.get("/")).text


async def test_without_feeds_no_post_is_promised(browser: Browser, bot: FakeBot) -> None:
    """The page says what is missing and how it comes there, whatever the schedule is."""
    bot.feeds = 0
    answer = await browser.get("/")
    assert "No feeds yet." in answer.text
    assert "starfish feeds add URL" in answer.text
    assert "The first post comes" not in answer.text
    assert not Page(answer).all("time", class_="soon")


async def test_notices_are_for_this_machine_and_the_owner(browser: Browser, bot: FakeBot) -> None:
    """What the owner must know isn't told to the world behind a proxy."""
    bot.notices = [Notice(subject="feed:x", text="a feed is dead <b>", since=NOW)]
    assert "a feed is dead &lt;b&gt;" in (await browser.get("/")).text
    assert "a feed is dead" not in (await browser.get("/", Host="bot.example.com")).text
    assert "a feed is dead" not in (await browser.get("/", X_Forwarded_For="192.0.2.1")).text


async def test_words_to_type_are_marked_in_a_notice(browser: Browser, bot: FakeBot) -> None:
    """What stands in backquotes is shown as something to type, without them."""
    bot.notices = [Notice(subject="x", text="say `unanswered <i>` to me", since=NOW)]
    assert "say <code>unanswered &lt;i&gt;</code> to me" in (await browser.get("/")).text


async def test_fresh_cards_come_as_the_page_draws_them(browser: Browser, bot: FakeBot) -> None:
    """The script asks for what is newer and gets whole threads, with what they answer."""
    asked = await bot.say("mention", "@ann", "one")
    await bot.say("post", "starfish", "between")
    await bot.say("reply", "starfish", "two", in_reply_to=asked)
    page = Page(await browser.get("/cards?after=2"))
    assert [a["id"] for a in page.all("li", class_="card")] == ["card-1"]
    assert page.all("ol")[0]["data-newest"] == "3"
    nothing = Page(await browser.get("/cards?after=3"))
    assert (nothing.all("li"), nothing.all("ol")[0]["data-newest"]) == ([], "3")
    assert (await browser.get("/cards?after=x")).status == 400


async def test_failures_are_pages_too(browser: Browser, bot: FakeBot) -> None:
    """404 and a broken store look like the rest, and say what happened in words."""
    missing = await browser.get("/nothing/here")
    assert (missing.status, "To the timeline" in missing.text) == (404, True)
    bot.break_down()
    broken = await browser.get("/")
    assert (broken.status, "database" in broken.text) == (503, True)
    Page(missing)
    Page(broken)


async def test_a_forged_name_cookie_is_forgotten(browser: Browser) -> None:
    """Nonsense in the cookie is no name."""
    browser.cookies["starfish_name"] = "%00%ff" + "a" * 200
    assert Page(await browser.get("/")).all("input", id="from")[0]["value"] == ""


async def test_the_login_link_is_whole(bot: FakeBot) -> None:
    """What `starfish run` prints can be opened as it is, also under a public address."""
    async with serve(bot.parts(), "127.0.0.1", 0) as serving:
        assert serving.login_link().startswith(f"{serving.url}login?token=")
        assert serving.login_link("https://bot.example.com/").startswith("https://bot.example.com/login?token=")
