from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.links import links_in
from bot.core.reply import DID_YOU_MEAN, PAUSED, REPLY_NAMES, WELCOME, defuse, names_in, pick, render, welcoming


@pytest.mark.parametrize(
    ("template", "values", "reply"),
    [
        ("Hi {name}!", {"name": "Ann"}, "Hi Ann!"),
        (
            "{article.title} {article.url}",
            {"article.title": "A & B", "article.url": "https://x.example/a?b=1#c"},
            "A & B https://x.example/a?b=1#c",
        ),
        (
            "Nothing about “{topic}”; I read {feeds.count} feeds.",
            {"topic": "C++", "feeds.count": "12"},
            "Nothing about “C++”; I read 12 feeds.",
        ),
        ("Ask {owner}.", {"owner": "@ann@example.social"}, "Ask @ann@example.social."),
        ("{quote}", {"quote": "Listen #first."}, "Listen #first."),
        ("Hi {name} , bye", {}, "Hi , bye"),
        ("{article.title}: {article.line} ({article.when})", {"article.title": "A", "article.when": "B"}, "A (B)"),
        ("{article.title}: {article.line} x", {"article.title": "A", "article.line": "b c."}, "A: b c. x"),
        ("a\n{list}", {"list": "one\ntwo"}, "a\none\ntwo"),
        ("no names", {"name": "x"}, "no names"),
        ("{unknown} {Name} {} {0} {name.__class__}", {"name": "x"}, "{Name} {} {0} {name.__class__}"),
    ],
)
def test_names_are_filled_in(template: str, values: dict[str, str], reply: str) -> None:
    """Known names give their values, ours as they are and strangers' defused; braces around anything else stay."""
    assert render(template, values) == reply


def test_values_are_never_expanded_again() -> None:
    """A stranger who types {owner} gets just that back, without the braces, and no second look."""
    values = {"text": "{owner} {text} {quote}", "owner": "@boss", "quote": "secret"}
    assert render("You said: {text}", values) == "You said: owner text quote"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "ftp://x.example"]
)
def test_only_web_links_are_links(url: str) -> None:
    """A link that is none of the web's leaves nothing (T2)."""
    assert render("{article.url}", {"article.url": url}) == ""


@pytest.mark.parametrize(
    "url", ["https://x.example/a\r\nQUIT", "https://x.example/a b", "https://x.example/\x00", "https://x.example/<b>"]
)
def test_a_link_cannot_carry_anything_else(url: str) -> None:
    """Line breaks, spaces, control characters and tags end no line and start no command (T2)."""
    assert render("{post.url}", {"post.url": url}) == ""


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ("granular synthesis", "granular synthesis"),
        ("C++, C#, F# and .NET", "C++, C#, F# and .NET"),
        (".NET or Node.js 3.5", ".NET or Node.js 3.5"),
        ("e.g. wait...what", "e.g. wait...what"),
        ("Straße café 東京 مرحبا नमस्ते 👩‍🎤", "Straße café 東京 مرحبا नमस्ते 👩‍🎤"),
        ("O'Brien & Sons", "O'Brien & Sons"),
        ("@everyone look", "look"),
        ("hi @ann@example.social and <@4711> and <!channel>", "hi and and"),
        ("ann@example.org", ""),
        ("＠everyone ｈｔｔｐｓ：／／evil.example/x", ""),
        ("see https://evil.example/a?b now", "see now"),
        ("evil.example evil.com/path www.evil.org", ""),
        ("javascript:alert(1) mailto:x data:text", ""),
        ("hxxp://evil.example tel:+123", ""),
        ("#follow #C#", "follow C#"),
        ("[click](https://evil.example)", "click"),
        ("**bold** _it_ ~~no~~ `code` ||spoiler||", "bold it no code spoiler"),
        ("<script>alert('x')</script>", "alert('x')"),
        ("&lt;script&gt;alert&lt;/script&gt;", "alert"),
        ("&amp;lt;img src=x onerror=alert&amp;gt;", ""),
        ("<svg/onload=alert(1)>", ""),
        ("<iframe srcdoc='x'><math><noscript>", ""),
        ("a\r\nQUIT :bye\r\n", "a QUIT :bye"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("ze\u200bro\u2060 \U000e0041tag", "zero tag"),
        ("/quit !op .help", "quit !op .help"),
        ("\x1b[31mred", "31mred"),
        ("", ""),
    ],
)
def test_echoed_words_are_inert(said: str, safe: str) -> None:
    """No mention, link, hashtag, markup, command, line break or invisible character comes back (T1-T4, T6)."""
    assert defuse(said) == safe


def test_a_zalgo_tower_keeps_four_marks() -> None:
    """At most four marks stay on a letter (T4)."""
    safe = defuse("z" + "\u0301" * 500 + "o")
    assert sum(1 for letter in safe if unicodedata.combining(letter)) <= 4
    assert safe.endswith("o")


def test_echoes_are_short_and_end_at_a_word() -> None:
    """A long echo is cut to 60 characters, at a word, and says so."""
    safe = defuse("word " * 100)
    assert len(safe) <= 60
    assert safe.endswith("word…")
    assert len(defuse("x" * 1000)) == 60
    assert len(defuse("an article's title " * 100, 300)) <= 300


HOSTILE = st.text(
    alphabet=st.sampled_from("@#<>&;:/.[](){}`*_~|\\ abcomhttps\n\r\t\x00\u202e\u200d＠．＃ltgamp3é東👍\u0301!?-'\"")
    | st.characters(),
    max_size=150,
)


@given(HOSTILE)
@example("&amp;amp;lt;b")
@example("&#60;b&#62;")
@example("a．com b。com")
@example("h<b>ttps://evil.com")
@example("@\u200bann #\u200btag")
@example("ev<i>il.com")
@example("[[[[a.com")
def test_whatever_is_echoed_is_plain(said: str) -> None:
    """For any text, the echo is one short line without signs that a platform could act on, and stable."""
    safe = defuse(said)
    assert len(safe) <= 60
    assert not set(safe) & set("@<>[]{}`*_~|\\\n\r\t\x00")
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Co", "Zl", "Zp"} for letter in safe)
    assert not set(safe) & set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
    assert links_in(safe) == []
    assert "://" not in safe
    assert not any(word.startswith("#") and len(word) > 1 and word[1:2].isalnum() for word in safe.split())
    assert not safe.startswith(("/", "!"))
    assert defuse(safe) == safe


@given(template=st.text(alphabet="{}name.x @", max_size=30), value=HOSTILE)
def test_rendering_never_fails(template: str, value: str) -> None:
    """Any template with any value is text, at most the template and the defused values (M6)."""
    reply = render(template, {"name": value, "name.x": value})
    assert len(reply) <= len(template) + 60 * template.count("{")


def test_a_mention_always_gets_the_same_of_several_replies() -> None:
    """The choice hangs on the mention alone: a retry says the same, and all replies are used about equally."""
    options = ("a", "b", "c")
    assert pick(options, "timeline:7") == pick(options, "timeline:7")
    counts = Counter(pick(options, f"timeline:{number}") for number in range(300))
    assert min(counts.values()) > 60
    assert pick((), "x") == ""
    assert pick(("only",), "\ud800") == "only"


def test_the_bots_own_words_use_known_names() -> None:
    """What the bot says by itself can be filled in."""
    for template in (DID_YOU_MEAN, PAUSED):
        assert set(names_in(template)) <= set(REPLY_NAMES)


def test_all_names_in_braces_are_found() -> None:
    """Known or not, every name a reply uses is listed, for the check at load."""
    assert names_in("{name} {nmae} {a b} {article.title}{") == ["name", "nmae", "a b", "article.title"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("{welcome}Hi {name}! I read feeds.", "Hi Ann! Good to meet you. I read feeds."),
        ("Hi {name}! {welcome}I read feeds.", "Hi Ann! Good to meet you. I read feeds."),
        ("Good evening, {name}. {welcome} Ask me.", "Good evening, Ann. Good to meet you. Ask me."),
        ("{welcome}I am a bot.", "Good to meet you. I am a bot."),
        ("{welcome}Hello {name}, nice to hear from you. Ask me.", "Hello Ann, nice to hear from you. Ask me."),
        ("{welcome}Welcome, {name}!", "Welcome, Ann!"),
        ("{welcome}{name}, I am a bot.", "Good to meet you. Ann, I am a bot."),
        ("{welcome}Hi", "Hi. Good to meet you."),
        ("Nobody is welcomed here, {name}.", "Nobody is welcomed here, Ann."),
        ("{welcome}", "Good to meet you."),
    ],
)
def test_a_newcomer_is_greeted_as_one_person_would(reply: str, said: str) -> None:
    """One greeting, then one kind word, wherever the rule has put it; none where the rule has a kind word itself."""
    assert render(welcoming(reply), {"name": "Ann", "welcome": WELCOME}) == said


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_place_for_the_welcome_changes_nothing_else(before: str, after: str) -> None:
    """What else a reply says stays, letter by letter but for spaces, and the welcome stands in it once at most."""
    placed = welcoming(f"{before}{{welcome}}{after}")
    assert placed.count("{welcome}") <= 1 + (before + after).count("{welcome}")
    kept = placed.replace("{welcome}", "").replace(".", "")
    assert "".join(kept.split()) == "".join((before + after).replace("{welcome}", "").replace(".", "").split())


def test_a_title_keeps_its_own_sign_and_gets_no_second_one() -> None:
    """Behind "?", "!", "…" or "." stands neither the template's full stop nor its colon, and before nothing neither."""
    two = "Fresh: {article.title}. {article.line}"
    one = "{article.title}: {article.line}"
    for title in ("Whatever happened to tape?", "It is here!", "Wait and…", "It ends here."):
        values = {"article.title": title, "article.line": "It is back."}
        assert render(two, values) == f"Fresh: {title} It is back."
        assert render(one, values) == f"{title} It is back."
    assert render(two, {"article.title": "Tape", "article.line": "Back."}) == "Fresh: Tape. Back."
    assert render(one, {"article.line": "An untitled picture."}) == "An untitled picture."
    assert render("Wait, {name}... {name}!", {"name": "ann"}) == "Wait, ann... ann!"
    assert render(":) {name}", {"name": "ann"}) == ":) ann"
