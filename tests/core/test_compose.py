"""Words, credit and link to a post of any platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.compose import draft, fit, further, reply_fit, say, shorten, substituted
from bot.core.condense import Summary
from bot.core.text import ELLIPSIS, fits, measure
from bot.errors import Rejected
from bot.model import Account, Article, Candidate, Draft, Limits

LINK = "https://example.com/2026/quiet-piano"
LOCAL = Limits(max_length=300, unit="graphemes")
X = Limits(max_length=280, unit="weighted", link_cost=23, hashtags=True)
MASTODON = Limits(max_length=500, link_cost=23, hashtags=True)
BLUESKY = Limits(max_length=300, unit="graphemes", max_bytes=3_000, hashtags=True)
IRC = Limits(max_length=400, unit="bytes")
OLD = Limits(max_length=140)
EVERY = (LOCAL, X, MASTODON, BLUESKY, IRC, OLD)

ACCOUNT = Account(name="timeline", platform="local")
CANDIDATE = Candidate(
    id=1,
    feed="https://example.com/feed",
    feed_title="Example News",
    key="k",
    link=LINK + "?utm_source=rss&id=7",
    canonical=LINK,
    title="The quiet piano of Vienna",
    first_seen=datetime(2026, 11, 22, tzinfo=UTC),
    categories=("Keyboard instruments", "Vienna", "News"),
)
ARTICLE = Article(
    url=LINK,
    title="The quiet piano of Vienna",
    site="Example News",
    author="Ann Writer",
    language="en",
    text=(
        "Ann Lee, a builder from Vienna, has made a quiet piano that moves carbon hammers without any sound. She likes tea.\n"
        "The quiet piano has 88 keys, which were cut from old church doors, and weighs 90 kilograms.\n"
        "Museums in Vienna and Paris have asked for copies of the instrument."
    ),
)
DRAFT = Draft(
    text="One sentence here. Another one there.", link=LINK, credit="Example News", hashtags=("#Piano", "#Vienna")
)


def post(given: Draft, limits: Limits) -> str:
    """The text of the fitted draft."""
    return fit(given, limits, account="timeline", dedupe_key="k").text


# --------------------------------------------------------------------------- say


def test_a_post_is_words_then_credit_then_link() -> None:
    """The words come first, then whose they are, then the link without trackers, whole, on its own line."""
    words, tail = post(say(ARTICLE, CANDIDATE, ACCOUNT, LOCAL), LOCAL).split("\n\n")
    assert words.endswith(".")
    assert tail == f"— Example News\n{LINK}?id=7"


@pytest.mark.parametrize("limits", EVERY)
def test_the_same_article_is_told_on_every_platform(limits: Limits) -> None:
    """Each platform gets complete words that fit its own count, with the link."""
    said = say(ARTICLE, CANDIDATE, ACCOUNT, limits)
    text = post(said, limits)
    assert said.adds_value
    assert ELLIPSIS not in text
    assert text.count(f"{LINK}?id=7") == 1
    assert measure(text, limits) <= limits.max_length


def test_a_long_link_costs_the_credit_before_the_words() -> None:
    """Where a long link leaves little, the post says the most that fits, without the credit rather than in fragments."""
    long = replace(CANDIDATE, link="https://example.com/" + "a" * 180)
    said = say(ARTICLE, long, ACCOUNT, LOCAL)
    assert said.adds_value
    assert ELLIPSIS not in post(said, LOCAL)


def test_the_owners_note_is_the_takeaway() -> None:
    """A note goes out word for word, handles and all, because the owner wrote it."""
    noted = replace(CANDIDATE, note="A must for @ann: silence you can play. #music")
    said = say(ARTICLE, noted, ACCOUNT, LOCAL)
    assert said.text == "A must for @ann: silence you can play. #music"
    assert said.adds_value


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        (
            "en",
            "I built an instrument of carbon hammers that nobody can hear.",
            "“I built an instrument of carbon hammers that nobody can hear.”",
        ),
        (
            "de",
            "Wir haben ein Instrument gebaut, dessen Hämmer niemand hört.",
            "„Wir haben ein Instrument gebaut, dessen Hämmer niemand hört.“",
        ),
        (
            "en",
            "Ann built an instrument of carbon hammers that nobody can hear.",
            "Ann built an instrument of carbon hammers that nobody can hear.",
        ),
    ],
)
def test_the_bot_never_says_i_for_the_author(language: str, text: str, said: str) -> None:
    """What an author says of themselves stands in quotation marks, credited; what is told of others does not."""
    article = Article(url=LINK, title="Silence", text=text, site="A Blog", language=language)
    made = say(article, CANDIDATE, ACCOUNT, LOCAL)
    assert made.text == said
    assert made.credit == "A Blog"


def test_an_i_without_room_for_quotation_marks_is_no_post() -> None:
    """The credit goes for the quotation marks; where even then they don't fit, nothing is said in somebody's name."""
    text = "I built an instrument of carbon hammers that nobody can hear."
    article = Article(url=LINK, title="Silence", text=text, site="A Blog", language="en")
    bare = len(f"{text}\n\n{LINK}")
    linked = replace(CANDIDATE, link=LINK)
    quoted = say(article, linked, ACCOUNT, Limits(max_length=bare + 2))
    assert (quoted.text, quoted.credit, quoted.adds_value) == (f"“{text}”", "", True)
    assert not say(article, linked, ACCOUNT, Limits(max_length=bare + 1)).adds_value
    unsaid = say(replace(article, site="", author=""), replace(linked, feed_title=""), ACCOUNT, Limits(max_length=60))
    assert not unsaid.adds_value
    assert unsaid.reason


def test_what_adds_nothing_says_why() -> None:
    """An article without substance gives a draft that does not add value, with the point in words."""
    said = say(Article(url=LINK, title="The quiet piano"), CANDIDATE, ACCOUNT, LOCAL)
    assert not said.adds_value
    assert said.reason


def test_a_plain_link_can_be_the_owners_choice() -> None:
    """With `otherwise = "link"`, such an article is posted as its title with the link, and the reason is kept."""
    said = say(Article(url=LINK, title="The quiet piano"), CANDIDATE, replace(ACCOUNT, otherwise="link"), LOCAL)
    assert said.adds_value
    assert said.text == "The quiet piano of Vienna"
    assert said.reason.startswith("A plain link")


def test_what_has_no_title_is_never_a_bare_link() -> None:
    """With `otherwise = "link"`, a note without a headline that fails is not posted: a link alone tells nobody anything."""
    nameless = replace(CANDIDATE, title="")
    said = say(Article(url=LINK, text="Yes, thanks!"), nameless, replace(ACCOUNT, otherwise="link"), LOCAL)
    assert not said.adds_value
    whole = "Eleven hundred boats came into the harbour of Wick, and nobody had counted them before."
    assert say(Article(url=LINK, text=whole), nameless, replace(ACCOUNT, style="title"), LOCAL).text == whole


def test_foreign_words_ping_and_tag_nobody() -> None:
    """Handles, hashtags and links of an article are defused in words, title and credit."""
    loud = Article(
        url=LINK,
        title="@all",
        site="@Site",
        text="The @committee of #Vienna raised the rate to 5 percent for all banks abroad.",
    )
    said = say(loud, replace(CANDIDATE, title="@all #now"), ACCOUNT, LOCAL)
    assert "@" not in said.text + said.credit
    assert "#" not in said.text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("title", "The quiet piano of Vienna"),
        ("{title} ({site})", "The quiet piano of Vienna (Example News)"),
        ("New: {title}", "New: The quiet piano of Vienna"),
    ],
)
def test_styles_and_templates(style: str, text: str) -> None:
    """A style is said; a template is filled."""
    assert say(ARTICLE, CANDIDATE, replace(ACCOUNT, style=style), LOCAL).text == text


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, style="title"),
        replace(ACCOUNT, style="{title}"),
        replace(ACCOUNT, otherwise="link"),
    ],
)
@pytest.mark.parametrize("title", ["The quiet piano of Vienna | Example News", "The quiet piano of Vienna - Example"])
def test_a_headline_is_told_without_its_site(account: Account, title: str) -> None:
    """However the owner wants headlines told: the site is the credit, and the language is that of the article."""
    said = say(replace(ARTICLE, title=title, text="It is."), replace(CANDIDATE, title=title), account, LOCAL)
    assert (said.text, said.title, said.credit) == ("The quiet piano of Vienna",) * 2 + ("Example News",)
    assert (said.adds_value, said.language) == (True, "en")


def test_a_template_may_place_the_link_itself() -> None:
    """Where a template holds link and credit, they stand there and nowhere else."""
    account = replace(ACCOUNT, style="{link}\n{summary}\nby {author}, {credit}")
    text = post(say(ARTICLE, CANDIDATE, account, MASTODON), MASTODON)
    assert text.startswith(f"{LINK}?id=7\n")
    assert text.endswith("by Ann Writer, Example News")
    assert text.count("Example News") == 1


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("{summary} {hashtags} {link}", f"S. {LINK}?id=7"),
        ("by {author}\n\n{summary}\n{hashtags}\n\n{link}", f"S.\n\n{LINK}?id=7"),
        ("{author}: {summary} ({author}, {hashtags})", "S."),
        ("{summary} — {author}, {site}", "S. — Example News"),
        ("- {summary} - {author}", "- S."),
        ("{author}", ""),
    ],
)
def test_what_has_no_value_leaves_no_trace(style: str, text: str) -> None:
    """Neither two spaces, nor empty brackets, nor what would have parted it from the rest, nor a line of its own."""
    article = replace(ARTICLE, author="")
    summary = Summary(text="S.", adds_value=True, credit="Example News")
    assert draft(article, summary, CANDIDATE, replace(ACCOUNT, style=style), LOCAL).text == text


def test_a_template_and_its_summary_use_the_room_to_the_last() -> None:
    """What a template puts between names and words is counted as it will stand there."""
    account = replace(ACCOUNT, style="{title} — {summary}\n{link}")
    best = say(ARTICLE, CANDIDATE, account, LOCAL)
    tight = replace(LOCAL, max_length=measure(post(best, LOCAL), LOCAL))
    assert best.adds_value
    assert say(ARTICLE, CANDIDATE, account, tight).text == best.text


@pytest.mark.parametrize("limits", EVERY)
def test_a_template_leaves_room_for_what_it_says_itself(limits: Limits) -> None:
    """The summary is chosen for the room beside title, link and credit, so that it is complete."""
    said = say(ARTICLE, CANDIDATE, replace(ACCOUNT, style="{title}: {summary} {link} ({credit})"), limits)
    text = post(said, limits)
    assert measure(text, limits) <= limits.max_length
    assert said.adds_value or limits is OLD
    assert ELLIPSIS not in text or limits is OLD


def test_a_template_without_a_summary_needs_only_a_title() -> None:
    """What the owner wants to say of a title is worth posting without any text."""
    account = replace(ACCOUNT, style="New: {title}")
    assert say(Article(url=LINK), CANDIDATE, account, LOCAL).adds_value
    assert not say(Article(url=LINK), replace(CANDIDATE, title=""), account, LOCAL).adds_value


@pytest.mark.parametrize(
    ("style", "credit"),
    [
        ("{summary} {link}", "Example News"),
        ("{summary} by {author}", ""),
        ("{summary} {feed}", ""),
        ("{summary} {site}", ""),
        ("{summary} {credit} {title}", ""),
    ],
)
def test_a_template_without_a_name_leaves_the_credit_where_it_is(style: str, credit: str) -> None:
    """Whose it is is said once: by the template, or below it."""
    assert say(ARTICLE, CANDIDATE, replace(ACCOUNT, style=style), MASTODON).credit == credit


def test_who_is_the_site_is_named_once() -> None:
    """A channel or blog that is named like its author is the site, and the author has no value."""
    both = replace(ACCOUNT, style="{summary} ({author}, {site})")
    own = replace(ARTICLE, site="Ann Writer", author="ann writer")
    assert say(own, CANDIDATE, both, MASTODON).text.endswith(" (Ann Writer)")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Did it work? #history #ＡＩ #c64", "Did it work?"),
        ("The rise of #MeToo", "The rise of MeToo"),
        ("#one #two", "one two"),
        ("Part #1 #2", "Part #1 #2"),
    ],
)
def test_a_row_of_hashtags_is_no_part_of_a_headline(title: str, told: str) -> None:
    """Two or more at its end label it; a single one may be its last word."""
    account = replace(ACCOUNT, style="{title}")
    assert say(ARTICLE, replace(CANDIDATE, title=title), account, LOCAL).text == told


def test_a_template_names_whom_it_can() -> None:
    """The feed knows the author where the page doesn't; a page without a site's name is credited instead."""
    by = replace(ACCOUNT, style="{summary} ({author}; {site})")
    unsigned = replace(ARTICLE, author="", site="")
    said = say(unsigned, replace(CANDIDATE, author="Bo Feeder"), by, MASTODON)
    assert said.text.endswith("(Bo Feeder; Example News)")
    assert say(ARTICLE, replace(CANDIDATE, author="Bo Feeder"), by, MASTODON).text.endswith(
        "(Ann Writer; Example News)"
    )


@pytest.mark.parametrize(("site", "credit"), [("Example News", "Example News"), ("", "Ann Writer")])
def test_a_title_alone_is_credited_like_any_post(site: str, credit: str) -> None:
    """To the site, and where it has no name, to who wrote it, before the feed it came by."""
    account = replace(ACCOUNT, style="New: {title}")
    assert say(replace(ARTICLE, site=site), replace(CANDIDATE, feed_title="By way of"), account, LOCAL).credit == credit


@pytest.mark.parametrize(
    ("summary", "candidate", "language"), [("de", "fr", "de"), (None, "fr", "fr"), (None, None, "en")]
)
def test_the_language_is_the_words_own(summary: str | None, candidate: str | None, language: str) -> None:
    """Of the words, else of the entry, else of the account."""
    said = Summary(text="Words.", adds_value=True, language=summary)
    made = draft(ARTICLE, said, replace(CANDIDATE, language=candidate), replace(ACCOUNT, language="en"), LOCAL)
    assert made.language == language


def test_a_link_that_leaves_no_room_for_words_is_no_post() -> None:
    """Where it fills the post to the last sign, the reason says that nothing fits beside it."""
    link = "https://example.com/" + "a" * (LOCAL.max_length - 20)
    said = say(ARTICLE, replace(CANDIDATE, link=link), ACCOUNT, LOCAL)
    assert (said.adds_value, said.reason) == (False, "Nothing complete fits beside the link.")


def test_hashtags_only_where_the_platform_uses_them() -> None:
    """At most two, the owner's first, then the feed's categories, none on platforms without them."""
    account = replace(ACCOUNT, hashtags=("quiet",))
    assert say(ARTICLE, CANDIDATE, account, MASTODON).hashtags == ("#quiet", "#KeyboardInstruments")
    assert say(ARTICLE, CANDIDATE, account, LOCAL).hashtags == ()


def test_hashtags_cost_no_words_where_there_is_little_room() -> None:
    """In a short post the better sentence comes before hashtags, and those that fit beside it come back."""
    told = "The quiet piano of Vienna has 88 keys, which Ann Lee cut from the oak of nine old church doors."
    article = replace(
        ARTICLE,
        text=f"{told}\nSomebody sells nine kinds of green tea and eleven of black tea to people in towns abroad.",
        description="",
        author="",
    )
    room = len(f"{told}\n\n— Example News\n{LINK}?id=7")
    for spare, tags in ((0, ()), (12, ()), (25, ("#KeyboardInstruments",)), (30, ("#KeyboardInstruments", "#Vienna"))):
        short = Limits(max_length=room + spare, hashtags=True)
        said = say(article, CANDIDATE, ACCOUNT, short)
        assert (said.text, said.hashtags) == (told, tags)
        assert post(said, short).startswith(f"{told}\n\n— Example News\n{LINK}?id=7")


@pytest.mark.parametrize(
    ("site", "credit"),
    [
        ("Jacinta Bowler, Fiona Pepper, and James Vyver", "Jacinta Bowler, Fiona Pepper…"),
        ("声音与合成器爱好者交流论坛--最新的二十篇主题全文列表", "声音与合成器爱好者交流论坛"),
        ("heise developer neueste Meldungen", "heise developer"),
        ("Example News", "Example News"),
        ("All the News of the World | Example", "All the News of the World"),
        ("", "Ann Writer"),
        ("x" * 80, "x" * 39 + ELLIPSIS),
        ("@Site", "Site"),
        ("Example > World News", "Example"),
        ("Home on ann", "ann"),
        ("Blog - Ann Lee", "Ann Lee"),
        ("Stories by Ann Lee on Medium", "Ann Lee"),
        ("newest submissions : pianos", "pianos"),
        ("@ann.example - Ann Lee", "Ann Lee"),
        ("Ann Lee / @ann", "Ann Lee"),
        ("cs.SD updates on arXiv.org", "arXiv\u2060.org"),
        ("Example News Search Records Found 1000", "Example News"),
        ("www.pianos Vienna", "www.pianos Vienna"),
        ("www.example.net choir news", "example\u2060.net choir news"),
        ("Top Stories", "Ann Writer"),
        ("Hacker News", "Hacker News"),
    ],
)
def test_the_credit_is_short(site: str, credit: str) -> None:
    """Site, else author; a long name is cut at its own seams, and what names no site is no credit."""
    assert say(replace(ARTICLE, site=site), replace(CANDIDATE, feed_title=""), ACCOUNT, LOCAL).credit == credit


@pytest.mark.parametrize("author", ["admin", "Administrator", "Staff Writer", "Redaktion", "unknown", "Super User"])
def test_who_only_has_a_post_is_nobody(author: str) -> None:
    """What publishing software calls an author whom nobody named is no credit."""
    by = replace(ACCOUNT, style="{summary} by {author}")
    nameless = replace(ARTICLE, author=author, site="")
    said = Summary(text="S.", adds_value=True)
    assert draft(nameless, said, replace(CANDIDATE, feed_title=""), ACCOUNT, LOCAL).credit == "example\u2060.com"
    assert draft(nameless, said, CANDIDATE, by, LOCAL).text == "S. by"


def test_without_any_name_the_host_is_credited() -> None:
    """A nameless page is credited by its host, which links nowhere."""
    nameless = Summary(text="Words.", adds_value=True)
    made = draft(Article(url=LINK), nameless, replace(CANDIDATE, feed_title=""), ACCOUNT, LOCAL)
    assert made.credit.replace("\u2060", "") == "example.com"


# --------------------------------------------------------------------------- fit


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (120, f"{DRAFT.text}\n\n— Example News\n{LINK}\n#Piano #Vienna"),
        (95, f"{DRAFT.text}\n\n— Example News\n{LINK}"),
        (80, f"{DRAFT.text}\n\n{LINK}"),
        (73, f"One sentence here.\n\n— Example News\n{LINK}"),
        (60, f"One sentence here.\n\n{LINK}"),
        (50, f"One…\n\n{LINK}"),
        (37, LINK),
    ],
)
def test_things_go_in_order(room: int, text: str) -> None:
    """Hashtags go first, then sentences and credit, then words; the link stays to the last."""
    assert post(DRAFT, Limits(max_length=room, hashtags=True)) == text


@pytest.mark.parametrize("room", range(60, 140, 7))
def test_a_cut_leaves_no_room_unused(room: int) -> None:
    """Where not one sentence fits, as many whole words stand beside the link as there is room for."""
    made = post(replace(DRAFT, text="lute " * 60, credit="", hashtags=()), Limits(max_length=room))
    assert room - len("lute ") < len(made) <= room


def test_a_post_that_was_too_long_is_shortened_like_any_other() -> None:
    """Its last sentences go first; the link stands once, at its place, and everything else is as it was."""
    told = fit(replace(DRAFT, hashtags=(), language="en"), LOCAL, account="timeline", dedupe_key="k")
    shorter = shorten(told, Limits(max_length=60))
    assert shorter.text == f"One sentence here.\n\n{LINK}"
    assert replace(shorter, text=told.text) == told
    plain = replace(told, text="One is here. Two is there.", link=None)
    assert shorten(plain, Limits(max_length=14)).text == "One is here."


def test_more_of_an_article_is_what_was_not_said_yet() -> None:
    """Complete sentences within the room, none of those said already; nothing where there is nothing else."""
    said = say(ARTICLE, CANDIDATE, ACCOUNT, LOCAL).text
    more = further(ARTICLE, said, 120)
    assert more
    assert more.endswith(".")
    assert len(more) <= 120
    assert not {*more.split(". ")} & {*said.split(". ")}
    assert further(ARTICLE, ARTICLE.text, 120) == ""
    assert further(ARTICLE, said, 10) == ""


def test_a_link_that_does_not_fit_is_refused() -> None:
    """A post without its link would be a lie."""
    with pytest.raises(Rejected, match="link alone"):
        post(DRAFT, Limits(max_length=20))


def test_what_is_left_of_a_quotation_is_closed() -> None:
    """Where its last sentence doesn't fit, the closing mark comes forward, and is counted."""
    quoted = Draft(text="“One sentence here. Another one there.”", link=LINK)
    room = Limits(max_length=len(LINK) + 2 + len("“One sentence here.”"))
    assert post(quoted, room) == f"“One sentence here.”\n\n{LINK}"
    assert ELLIPSIS in post(quoted, replace(room, max_length=room.max_length - 1))


def test_a_post_carries_what_the_outbox_needs() -> None:
    """Account, key, link as it stands in the text, language and title are kept."""
    made = fit(replace(DRAFT, language="en", title="T"), LOCAL, account="timeline", dedupe_key="key")
    assert (made.account, made.dedupe_key, made.link, made.language, made.title) == ("timeline", "key", LINK, "en", "T")


def test_bytes_are_kept_too() -> None:
    """A text of families fits Bluesky's graphemes and its bytes."""
    text = post(Draft(text="👨\u200d👩\u200d👧" * 290, link=LINK), BLUESKY)
    assert fits(text, BLUESKY)
    assert LINK in text


words_of_any_kind = st.lists(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from([" ", ". ", "\n", "👨\u200d👩\u200d👧", "日本。", "e\u0301", "https://a.example/b "]),
    ),
    max_size=120,
).map("".join)


@given(
    text=words_of_any_kind,
    credit=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    limits=st.sampled_from(EVERY),
)
def test_a_post_always_fits(text: str, credit: str, limits: Limits) -> None:
    """Whatever the text, a post is within its platform's limit, in that platform's unit, with its link whole."""
    made = post(replace(DRAFT, text=text, credit=credit), limits)
    assert fits(made, limits)
    assert LINK in made


@given(text=words_of_any_kind, limits=st.sampled_from(EVERY))
def test_a_reply_always_fits(text: str, limits: Limits) -> None:
    """Whatever a reply says, it is within the limit, and as it was if it fits."""
    made = reply_fit(text, limits)
    assert fits(made, limits)
    assert made == text or not fits(text, limits)


def test_a_reply_keeps_whole_sentences() -> None:
    """A long reply ends with a sentence, not in the middle of one."""
    assert (
        reply_fit("One is here. Two is there. Three is nowhere.", Limits(max_length=30)) == "One is here. Two is there."
    )


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "a. " * 40_000, "👨\u200d" * 40_000, "https://" * 10_000, "日" * 100_000]
)
def test_hostile_drafts_are_fitted(text: str) -> None:
    """A draft of a hundred thousand characters is fitted like any other."""
    for limits in EVERY:
        assert fits(post(replace(DRAFT, text=text), limits), limits)


# --------------------------------------------------------------------------- parts


def test_values_are_put_in_once() -> None:
    """What a value holds is never taken for a placeholder, and unknown names stay as they are."""
    assert substituted("{title} {summary} {x.y}", {"title": "{summary}", "summary": "S"}) == "{summary} S {x.y}"
