from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from bot.model import FeedState, Mention, Notice, OutboxRow, Post, Receipt, Rule, State
from bot.web import SHOWN, FeedRow, QueueRow, RuleRow, UnansweredRow, serve
from bot.web.desk import DONE
from tests.web.browser import Browser
from tests.web.fake_bot import NOW, FakeBot, fill
from tests.web.test_web_page import Page

VIEWS = ["queue", "rules", "feeds", "outbox"]


async def csrf_of(owner: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await owner.get("/dashboard/queue")).text)
    assert found is not None
    return found[1]


async def test_the_one_time_link_lets_in_once(browser: Browser, bot: FakeBot) -> None:
    """It sets a cookie that scripts can't read and other sites can't send, and is worth nothing after."""
    link = f"/login?token={bot.login.new_token()}"
    first = await browser.get(link)
    assert (first.status, first.headers["Location"]) == (303, "/dashboard/queue")
    for word in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age"):
        assert word in first.headers["Set-Cookie"]
    assert "Secure" not in first.headers["Set-Cookie"]
    again = await Browser(browser.url).get(link)
    assert again.status == 403
    assert "has been used" in again.text
    assert "Set-Cookie" not in again.headers


async def test_under_a_public_https_address_the_cookie_is_secure(browser: Browser, bot: FakeBot) -> None:
    """The browser then never sends it in the clear."""
    answer = await browser.get(f"/login?token={bot.login.new_token()}", Host="bot.example.com")
    assert "Secure" in answer.headers["Set-Cookie"]


async def test_without_a_password_the_login_says_where_the_link_is(browser: Browser) -> None:
    """No form that can't work."""
    answer = await browser.get("/login")
    assert "one-time link" in answer.text
    assert 'type="password"' not in answer.text
    assert (await browser.post("/login", {"password": ""})).status == 403


@pytest.mark.parametrize("view", VIEWS)
async def test_every_view_shows_full_and_empty(owner: Browser, bot: FakeBot, view: str) -> None:
    """Well-formed with and without rows, in the same look, and marked as the current page."""
    empty = await owner.get(f"/dashboard/{view}")
    assert empty.status == 200
    Page(empty)
    await fill(bot)
    full = await owner.get(f"/dashboard/{view}")
    page = Page(full)
    assert page.all("a", href=f"/dashboard/{view}")[0]["aria-current"] == "page"
    assert len(page.all("h1")) == 1
    assert len(full.text) > len(empty.text)
    named = [a for t, a in page.elements if t in ("select", "textarea") and "name" in a]
    assert all("aria-label" in a for a in named if view == "queue")
    assert all("noopener" in (a["rel"] or "") for a in page.all("a", target="_blank"))


async def test_looking_at_the_link_does_not_spend_it(browser: Browser, bot: FakeBot) -> None:
    """A chat that previews links asks with HEAD; the owner still gets in after it, and the bare form is no refusal."""
    link = f"/login?token={bot.login.new_token()}"
    head = await browser.raw(f"HEAD {link} HTTP/1.1\r\nHost: {browser.host}\r\nConnection: close\r\n\r\n".encode())
    assert head.split(b" ", 2)[1] == b"200"
    assert b"set-cookie" not in head.lower()
    assert (await browser.get("/login")).status == 200
    assert (await browser.get(link)).status == 303
    assert (await browser.get("/dashboard/queue")).status == 200


@pytest.mark.parametrize(
    ("action", "form", "told"),
    [
        ("approve", {"row": "7"}, ("approve", 7)),
        ("reject", {"row": "7", "reason": "too loud"}, ("reject", 7, "too loud")),
        ("edit", {"row": "7", "text": "Better.\r\n"}, ("edit", 7, "Better.")),
        ("snooze", {"row": "7", "span": "3h"}, ("snooze", 7, timedelta(hours=3))),
        ("snooze", {"row": "7", "span": "1d"}, ("snooze", 7, timedelta(days=1))),
        ("snooze", {"row": "7", "span": "7d"}, ("snooze", 7, timedelta(days=7))),
        ("resend", {"row": "41", "back": "outbox"}, ("resend", 41)),
        ("mark_sent", {"row": "41", "back": "outbox"}, ("mark_sent", 41)),
        (
            "teach",
            {"mention": "12", "when": "luthiers *", "reply": "No.", "back": "rules"},
            ("teach", 12, "luthiers *", "No."),
        ),
        ("teach", {"when": "hey", "reply": "Hey!", "back": "rules"}, ("teach", None, "hey", "Hey!")),
        ("teach", {"mention": "12", "reply": "No.", "back": "rules"}, ("teach", 12, "", "No.")),
        ("ignore", {"mention": "12", "back": "rules"}, ("ignore", 12)),
        ("pause", {"account": "fediverse", "span": "1h"}, ("pause", "fediverse", timedelta(hours=1))),
        ("pause", {"account": "", "span": ""}, ("pause", None, None)),
        ("resume", {"account": "fediverse"}, ("resume", "fediverse")),
        ("resume", {"account": ""}, ("resume", None)),
    ],
)
async def test_an_action_is_done_and_said(
    owner: Browser, bot: FakeBot, action: str, form: dict[str, str], told: tuple[object, ...]
) -> None:
    """Each button reaches the bot once, and the page it came from says what was done."""
    answer = await owner.post(f"/dashboard/{action}", form | {"csrf": await csrf_of(owner)})
    back = form.get("back", "queue")
    assert (answer.status, answer.headers["Location"]) == (303, f"/dashboard/{back}?done={action}")
    assert bot.desk.told == [told]
    assert DONE[action] in html.unescape((await owner.get(answer.headers["Location"])).text)


@pytest.mark.parametrize(
    ("action", "form", "status", "words"),
    [
        ("approve", {"row": "404"}, 409, "no row 404"),
        ("approve", {"row": "x"}, 400, "row"),
        ("approve", {}, 400, "row"),
        ("edit", {"row": "7", "text": "x" * 301}, 409, "301 of 300"),
        ("edit", {"row": "7", "text": "\x00"}, 400, "missing"),
        ("edit", {"row": "7", "text": "x" * 10_001}, 400, "too long"),
        ("snooze", {"row": "7", "span": "1y"}, 400, "span"),
        ("teach", {"when": "hello", "reply": "my long answer", "back": "rules"}, 409, "answered by"),
        ("teach", {"when": "", "reply": "my long answer", "back": "rules"}, 400, "missing"),
        ("ignore", {"back": "rules"}, 400, "mention"),
        ("ignore", {"mention": "404", "back": "rules"}, 409, "no row 404"),
        ("nonsense", {}, 404, "nothing at this address"),
        ("approve", {"row": "404", "back": "//evil.example"}, 409, "no row 404"),
    ],
)
async def test_a_refused_action_says_why(
    owner: Browser, bot: FakeBot, action: str, form: dict[str, str], status: int, words: str
) -> None:
    """The page comes back with the reason, nothing is done, and an answer that was typed is kept."""
    await fill(bot)
    answer = await owner.post(f"/dashboard/{action}", form | {"csrf": await csrf_of(owner)})
    assert answer.status == status
    assert words in answer.text.lower()
    assert form.get("reply", "") in answer.text
    assert bot.desk.told == []
    Page(answer)


@pytest.mark.parametrize("token", [None, "", "wrong"])
async def test_a_form_without_its_token_is_refused(owner: Browser, bot: FakeBot, token: str | None) -> None:
    """A page that isn't ours can't press the owner's buttons, even if the cookie came along."""
    answer = await owner.post("/dashboard/pause", {} if token is None else {"csrf": token})
    assert answer.status == 403
    assert bot.desk.told == []


async def test_looking_never_changes_anything(owner: Browser, bot: FakeBot) -> None:
    """No action can be reached by GET, and the words of a link can't be put into the page."""
    for action in DONE:
        assert (await owner.get(f"/dashboard/{action}?row=7")).status in (404, 405)
    assert "pwned" not in (await owner.get("/dashboard/queue?done=pwned")).text
    assert bot.desk.told == []


async def test_logging_out_ends_the_session(owner: Browser) -> None:
    """The cookie is deleted here and worthless elsewhere."""
    kept = dict(owner.cookies)
    assert (await owner.post("/logout", {"csrf": "wrong"})).status == 403
    assert (await owner.post("/logout", {"csrf": await csrf_of(owner)})).status == 303
    assert "starfish_session" not in owner.cookies
    owner.cookies = kept
    assert (await owner.get("/dashboard/queue")).status == 303


async def test_the_owner_speaks_as_the_owner(owner: Browser, bot: FakeBot) -> None:
    """With the cookie a mention carries the owner's rights, by the box and by the interface; a name never does."""
    await owner.post("/mention", {"from": "@ann", "text": "pause"})
    await owner.send_json("/api/mentions", {"from": "@ann", "text": "pause"})
    await Browser(owner.url).send_json("/api/mentions", {"from": "owner", "text": "pause"})
    assert [heard[4] for heard in bot.heard] == [True, True, False]


async def test_a_session_outlives_a_restart_with_its_key(bot: FakeBot) -> None:
    """The same key, another server: the cookie still fits."""
    cookies: dict[str, str] = {}
    for _ in range(2):
        async with serve(bot.parts(), "127.0.0.1", 0) as serving:
            browser = Browser(serving.url)
            browser.cookies = cookies
            if not cookies:
                await browser.get(f"/login?token={bot.login.new_token()}")
                cookies = browser.cookies
            assert (await browser.get("/dashboard/queue")).status == 200


EVIL = '"><script>alert(1)</script>'


async def test_whatever_stands_in_a_row_is_only_words(owner: Browser, bot: FakeBot) -> None:
    """Foreign titles, names, reasons and addresses make no element and no script link, in every view and state."""
    link = "javascript:alert(1)"
    post = Post(account=EVIL, text=EVIL, dedupe_key="x", link=link)
    bot.desk.sent = [
        OutboxRow(id=n, post=post, kind="post", state=state, reason=EVIL, created_at=NOW, receipt=Receipt(remote_id="1", url=link))
        for n, state in enumerate(State, 1)
    ]  # fmt: skip
    bot.desk.drafts = [
        QueueRow(id=n, account=EVIL, text=EVIL, state=state, title=EVIL, link=link, feed=EVIL, why=[EVIL])
        for n, state in enumerate(("draft", "planned", "backlog"), 1)
    ]
    bot.desk.read = [
        FeedRow(state=FeedState(url=link, title=EVIL, muted=EVIL), tags=[EVIL]),
        FeedRow(state=FeedState(url=EVIL, held=EVIL)),
        FeedRow(state=FeedState(url="https://[broken", error=EVIL)),
        FeedRow(state=FeedState(url="https://a.example/new")),
    ]
    asked = Mention(account=EVIL, remote_id="1", id=1, author=EVIL, text=EVIL, at=NOW)
    bot.desk.waiting = [UnansweredRow(mention=asked, reason=EVIL, nearest=EVIL), UnansweredRow(mention=asked)]
    bot.desk.stored = [
        RuleRow(rule=Rule(id=EVIL, when=(EVIL,), like=(EVIL,), regex=(EVIL,), reply=(EVIL,), do=EVIL, origin=EVIL))
    ]
    bot.desk.silent = {EVIL: EVIL}
    bot.notices = [Notice(subject="x", text=EVIL, since=NOW)]
    for view in VIEWS:
        answer = await owner.get(f"/dashboard/{view}")
        page = Page(answer)
        assert answer.status == 200
        assert len(page.all("script")) == 1
        assert "javascript:" not in {(a.get("href") or "")[:11] for _, a in page.elements}
        assert "alert(1)&lt;/script&gt;" in answer.text


async def test_the_words_to_match_are_those_offered(owner: Browser, bot: FakeBot) -> None:
    """The form begins with plain words, not with the mention and its signs."""
    asked = Mention(account="timeline", remote_id="1", author="@ann", text="@bot which (reel)?", at=NOW, id=12)
    bot.desk.waiting = [UnansweredRow(mention=asked, words="which reel")]
    page = await owner.get("/dashboard/rules")
    assert '<input name="when" dir="auto" required value="which reel">' in page.text


async def test_what_has_its_rule_asks_for_an_answer_alone(owner: Browser, bot: FakeBot) -> None:
    """Such words have their rule: there is nothing to match, and the rule that came nearest says nothing."""
    asked = Mention(account="timeline", remote_id="1", author="@ann", text="bad bot", at=NOW, id=12)
    bot.desk.waiting = [UnansweredRow(mention=asked, reason="late", known=True, nearest="hours", score=0.2)]
    page = await owner.get("/dashboard/rules")
    waiting = page.text.partition("They wait")[2].partition("Teach something new")[0]
    assert "bad bot" in waiting
    assert 'name="reply"' in waiting
    assert 'name="when"' not in waiting
    assert "Nearest" not in waiting


async def test_a_long_list_says_that_there_is_more(owner: Browser, bot: FakeBot) -> None:
    """Where a page shows as many rows as it ever does, it says so below them, and only there."""
    await fill(bot)
    desk = bot.desk
    assert "These are the" not in "".join([(await owner.get(f"/dashboard/{view}")).text for view in VIEWS])
    desk.drafts, desk.sent, desk.waiting = desk.drafts[:1] * SHOWN, desk.sent[:1] * SHOWN, desk.waiting * SHOWN
    for view, word in (("queue", "first"), ("outbox", "newest"), ("rules", "first")):
        assert f"These are the {word} 100." in (await owner.get(f"/dashboard/{view}")).text


async def test_an_action_after_the_logout_leads_to_the_login(owner: Browser) -> None:
    """A page that was left open in another tab says what to do, and where."""
    csrf = await csrf_of(owner)
    await owner.post("/logout", {"csrf": csrf})
    answer = await owner.post("/dashboard/reject", {"csrf": csrf, "row": "7"})
    assert answer.status == 401
    assert "Log in first." in answer.text
    assert [a["href"] for a in Page(answer).all("a")][-1] == "/login"


async def test_what_went_wrong_is_told_as_a_sentence(owner: Browser) -> None:
    """It begins with a capital, by the server and not by the stylesheet, which would make {name} {Name}."""
    answer = await owner.post("/dashboard/approve", {"csrf": await csrf_of(owner), "row": "404", "back": "queue"})
    assert '<p class="problem" role="alert">There is no row 404</p>' in answer.text


async def test_an_account_that_is_quiet_says_why(owner: Browser) -> None:
    """The mark says that it is silent, and the words beside it who did that: a pause is not named twice."""
    text = re.sub(r"<[^>]+>", "", (await owner.get("/dashboard/queue")).text)
    assert "silent paused by you" in text
