from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.rules import ASKED, Engine, RuleErrors
from bot.model import Match, Mention, Rule, RuleTest

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def mention(text: str, **more: Any) -> Mention:
    return Mention(**{"account": "timeline", "remote_id": "1", "author": "@ann", "text": text, "at": AT, **more})


def rule(rule_id: str, *when: str, **more: Any) -> Rule:
    return Rule(**{"id": rule_id, "when": when, "reply": ("Yes.",), **more})


GREETING = rule("greeting", "hi", "hello *", "good (morning|evening)")
LATEST = rule("latest", "latest [about|on] {topic}", "anything [new] (about|on) {topic}", do="latest")
WASPS = rule("wasps", like=("how do I stop wasps", "wasp nest near my hive", "get rid of wasps"))
HONEY = rule("honey", like=("when do I harvest honey", "how much honey can I take", "is my honey ripe"))
PAUSE = rule("pause", "pause {duration}", by="owner", do="pause")
WHY = rule("why", "why", "why did you share this", about="my_post", do="why")


def answered(say: str, *rules: Rule, **more: Any) -> Match:
    return Engine.build(rules).match(mention(say, **more))


# --------------------------------------------------------------------------- what answers


@pytest.mark.parametrize(
    ("say", "rule_id", "stage", "values"),
    [
        ("hello there!", "greeting", "phrase", {}),
        ("@starfish Good evening", "greeting", "phrase", {}),
        ("latest about Rust", "latest", "phrase", {"topic": "Rust"}),
        ("latest C++", "latest", "phrase", {"topic": "C++"}),
        ("how do I stop wasps?", "wasps", "like", {}),
        ("how can I get rid of a wasp nest", "wasps", "like", {}),
        ("stop", "stop", "built-in", {}),
        ("STOP.", "stop", "built-in", {}),
        ("please stop", "stop", "built-in", {}),
        ("start", "start", "built-in", {}),
        ("bee dances", "fallback", "search", {"topic": "bee dances"}),
        ("what is the capital of Mongolia?", "fallback", "search", {"topic": "capital of Mongolia"}),
        ("will it rain tomorrow afternoon?", "fallback", "fallback", {}),
        ("why", "fallback", "fallback", {}),
        ("pause 2h", "fallback", "search", {"topic": "pause 2h"}),
        ("", "fallback", "fallback", {}),
        ("👍", "fallback", "fallback", {}),
        ("@starfish", "fallback", "fallback", {}),
    ],
)
def test_every_mention_is_answered_by_one_rule(say: str, rule_id: str, stage: str, values: Mapping[str, str]) -> None:
    """Phrases, paraphrases, built-ins, topics and whatever is left: each ends at its stage, with what it captured."""
    match = answered(say, GREETING, LATEST, WASPS, HONEY, PAUSE, WHY)
    assert (match.rule, match.stage, match.values) == (rule_id, stage, values)


def test_the_nearest_paraphrase_is_told_whatever_answers() -> None:
    """The best `like` rule and its score stand beside every match; without such rules there is none."""
    assert answered("hello wasp nest", GREETING, WASPS).nearest is not None
    assert answered("", GREETING, WASPS).nearest == ("wasps", 0.0)
    assert answered("hello", GREETING).nearest is None


def test_conditions_decide_before_words() -> None:
    """A rule for the owner, for my posts, for an account, for short messages or after another rule needs just that."""
    engine = Engine.build(
        [
            GREETING,
            PAUSE,
            WHY,
            rule("there", "where", accounts=("club",)),
            rule("more", "more", follows=("why",)),
            rule("thanks", "thanks *", max_words=3),
        ]
    )

    def who(say: str, after: str | None = None, **more: Any) -> str:
        return engine.match(mention(say, **more), after=after).rule

    assert who("pause 2h", owner=True) == "pause"
    assert who("why", about=7) == "why"
    assert (who("where", account="club"), who("where")) == ("there", "fallback")
    assert (who("more", after="why"), who("more", after="greeting"), who("more")) == ("more", "fallback", "fallback")
    assert (who("thanks so much"), who("thanks but this is wrong")) == ("thanks", "fallback")


def test_precedence_is_owner_then_built_in_then_priority_context_words_and_order() -> None:
    """Of several rules that match, the owner's comes first, then stop, then the most important and most specific."""
    engine = Engine.build(
        [
            rule("loose", "tell {what}"),
            rule("tight", "tell me {what}"),
            rule("same", "tell me {x}"),
            rule("context", "tell {what}", about="my_post"),
            rule("important", "tell * news", priority=5),
            rule("owners", "tell *", by="owner"),
            rule("stolen", "stop"),
        ]
    )
    assert engine.match(mention("tell me a story")).rule == "tight"
    assert engine.match(mention("tell me a story", about=1)).rule == "context"
    assert engine.match(mention("tell me the news", about=1)).rule == "important"
    assert engine.match(mention("tell me the news", owner=True)).rule == "owners"
    assert engine.match(mention("stop")).rule == "stop"
    order = [match.rule for match in engine.explain(mention("tell me the news", about=1, owner=True))]
    assert order == ["owners", "important", "context", "tight", "same", "loose", "fallback"]


def test_exact_words_win_over_looser_reading() -> None:
    """Accents, courtesies and emoji are forgiven only where no rule matches the words as they are."""
    engine = Engine.build([rule("plain", "resume"), rule("accent", "résumé"), rule("polite", "please stop")])
    assert engine.match(mention("résumé")).rule == "accent"
    assert engine.match(mention("resume")).rule == "plain"
    assert engine.match(mention("RÉSUMÉ 👍 please")).rule in {"plain", "accent"}
    assert engine.match(mention("please stop")).rule == "polite"
    assert engine.match(mention("stop please")).rule == "stop"


def test_a_catch_all_is_the_fallback_and_keeps_its_place_at_the_end() -> None:
    """`*` never hides another rule; the file's own takes the place of the built-in one."""
    engine = Engine.build([rule("rest", "*"), GREETING, WASPS])
    assert engine.match(mention("hello")).rule == "greeting"
    assert engine.match(mention("wasps near my hive")).rule == "wasps"
    assert engine.match(mention("what else?")).rule == "rest"
    assert "fallback" not in {each.id for each in engine.rules}


def test_a_catch_all_for_some_leaves_the_built_in_fallback_for_the_others() -> None:
    """A conditional `*` is no answer for everybody, so another end is added."""
    engine = Engine.build([rule("club", "*", accounts=("club",)), rule("wordy", "{all}", max_words=2)])
    assert engine.match(mention("what now?", account="club")).rule == "club"
    assert engine.match(mention("what now?")).rule == "wordy"
    assert engine.match(mention("what now, my dear friend?")).rule == "fallback"
    assert engine.match(mention("")).rule == "fallback"


def test_a_link_is_a_word_that_phrases_can_name() -> None:
    """`https` stands for any address, at a fixed place; a whole address stands for itself, and a capture keeps it."""
    rules = (
        rule("tip", "[see] https"),
        rule("ours", "https://example.com/us"),
        rule("what-of", "what about {thing}"),
    )
    assert answered("https://example.org/a?b=1#c", *rules).rule == "tip"
    assert answered("@starfish see http://example.org", *rules).rule == "tip"
    assert answered("https://example.com/us", *rules).rule == "ours"
    assert answered("what about https://example.org/a", *rules).values == {"thing": "https://example.org/a"}
    assert answered("I wonder, https://example.org/a", *rules).rule == "fallback"


@pytest.mark.parametrize(
    ("phrase", "say"),
    [
        ("* look at https *", "please look at https://example.org/a, it is fine"),
        ("* good morning *", "oh good 👍 morning you"),
    ],
)
def test_words_side_by_side_may_have_a_link_or_an_emoji_for_one(phrase: str, say: str) -> None:
    """What a phrase has in a row is looked for in the words as they are read, not as they are written."""
    assert answered(say, rule("met", phrase)).rule == "met"


def test_a_phrase_that_needs_no_word_of_its_own_is_met_by_any_it_names() -> None:
    """Where every word may be left out, whoever says one of them has said the phrase, and is no riddle for the owner."""
    wish = rule("wish", "[please] [more]", "[and] {what} [too]")
    assert (answered("more", wish).rule, answered("more", wish).stage) == ("wish", "phrase")
    assert answered("bees too", wish).values == {"what": "bees"}


@pytest.mark.parametrize(
    "say",
    ["please, latest about modular synths please", "latest on modular synths, thank you 👍", "modular synths news"],
)
def test_a_capture_leaves_the_courtesies_out(say: str) -> None:
    """Several words are captured as they were said, without what was only polite before or after them."""
    assert answered(say, LATEST, rule("news", "{topic} news")).values == {"topic": "modular synths"}


@pytest.mark.parametrize(
    ("say", "topic"),
    [("I love this. What is the capital of Mongolia?", "capital of Mongolia"), ("bee dances", "bee dances")],
)
def test_a_topic_is_looked_up_wherever_it_was_asked(say: str, topic: str) -> None:
    """In one sentence of several too; a search is no match, so its score is nothing, as the fallback's is."""
    match, last = Engine.build([GREETING]).explain(mention(say))
    assert (match.stage, match.values, match.score) == ("search", {"topic": topic}, 0.0)
    assert (last.stage, last.score) == ("fallback", 0.0)


@pytest.mark.parametrize("say", ["", "@starfish", "?!", "…"])
def test_a_mention_without_words_can_have_a_rule(say: str) -> None:
    """A phrase that may be nothing answers whoever only says the bot's name: no riddle for the owner."""
    nudge = rule("nudge", "[hm]")
    assert (answered(say, nudge).rule, answered(say, nudge).stage) == ("nudge", "phrase")
    assert Engine.build([nudge]).fallback(mention(say)).rule == "fallback"
    assert answered("will it rain tomorrow afternoon?", nudge).stage == "fallback"
    assert answered("🎺🎺", nudge).rule == "nudge"


def test_whatever_follows_a_rule_is_an_answer_to_it() -> None:
    """A catch-all `after` a rule takes the next mention as part of the talk, before paraphrases and searches."""
    engine = Engine.build([rule("riddle", "riddle"), rule("guess", "{answer}", follows=("riddle",)), WASPS])
    match = engine.match(mention("wasp nest near my hive"), after="riddle")
    assert (match.rule, match.stage, match.values) == ("guess", "phrase", {"answer": "wasp nest near my hive"})
    assert engine.match(mention("stop"), after="riddle").rule == "stop"


def test_resting_rules_are_passed_over() -> None:
    """A rule in its cooldown is left out, and the next one answers."""
    engine = Engine.build([GREETING, rule("again", "hello *", priority=-1)])
    assert engine.match(mention("hello"), without={"greeting"}).rule == "again"
    assert engine.match(mention("hello"), without={"greeting", "again"}).rule == "fallback"


def test_near_but_not_near_enough_is_asked_about_and_a_yes_answers() -> None:
    """Between the two thresholds the nearest example is proposed, and agreeing to it is the same as saying it."""
    engine = Engine.build([WASPS, HONEY])
    match = engine.match(mention("harvest season"))
    assert (match.rule, match.stage) == ("honey", "ask")
    assert match.values["suggestion"] in HONEY.like
    for yes in ("yes", "Yes please!", "👍", "ja"):
        agreed = engine.match(mention(yes), after=ASKED + "honey")
        assert (agreed.rule, agreed.stage) == ("honey", "like")
    assert engine.match(mention("no"), after=ASKED + "honey").stage == "fallback"
    assert engine.match(mention("yes"), after=ASKED + "gone").rule == "fallback"


def test_two_equally_near_rules_are_asked_about() -> None:
    """Where two rules are as likely, neither is guessed."""
    twins = [rule(name, like=("how do I open the hive",)) for name in ("one", "two")]
    assert Engine.build(twins).match(mention("can I open the hive")).stage == "ask"
    assert Engine.build(twins[:1]).match(mention("can I open the hive")).stage == "like"


def test_the_fallback_can_be_asked_for() -> None:
    """When the archive has nothing on a topic, the story asks for the rule that answers then."""
    engine = Engine.build([GREETING, LATEST])
    assert engine.match(mention("bee dances")).stage == "search"
    assert engine.fallback(mention("bee dances")).stage == "fallback"
    assert engine.searcher == LATEST
    assert Engine.build([GREETING]).searcher is None


# --------------------------------------------------------------------------- stop and start


@pytest.mark.parametrize(
    "say",
    [
        "stop",
        "Stop!",
        "please stop",
        "stop it",
        "leave me alone",
        "don't reply to me",
        "@starfish unsubscribe",
        "hör bitte auf",
        "Please do not contact me again.",
        "stop spamming me!",
        "Arrête !",
    ],
)
def test_opting_out_is_understood_whatever_the_file_says(say: str) -> None:
    """The words that mean stop reach it, in any rule file, also where it has a rule of its own for it."""
    own = rule("enough", "basta", do="opt_out", reply=("Bye.",))
    for rules in ([], [GREETING], [own], [rule("theft", "stop", priority=99999)]):
        engine = Engine.build(rules)
        assert engine.consent(mention(say)) == "opt_out"
        assert engine.rule(engine.match(mention(say)).rule).do == "opt_out"
    assert Engine.build([own]).match(mention("basta")).rule == "enough"


@pytest.mark.parametrize(
    "say",
    [
        "never talk to me again",
        "Don't ever write to me again!",
        "opt me out",
        "unsubcribe",
        "take me off your list",
        "I withdraw my consent",
        "bitte aufhören",
        "Abmelden",
        "antworte mir bitte nicht mehr",
        "arrête de me répondre",
        "ne m'écris plus",
        "Désabonnez-moi svp",
        "ne me parle plus",
        "deja de responderme",
        "no me hables más",
        "dame de baja por favor",
        "non rispondermi più",
        "smettila di scrivermi",
        "deixe-me em paz",
        "pare de me responder",
        "afmelden",
        "antwoord me niet meer",
        "nie odpowiadaj mi",
        "やめて",
        "отстань",
        "取消订阅",
    ],
)
def test_opting_out_is_understood_in_many_tongues_and_misspelt(say: str) -> None:
    """Nobody is held because they wrote their own language, or slipped on a long word."""
    assert Engine.build([GREETING]).consent(mention(say)) == "opt_out"


@pytest.mark.parametrize(
    "say",
    [
        "how do I stop wasps?",
        "stop the press",
        "don't stop",
        "why did you start this",
        "hello",
        "don't talk to me about tape",
        "para todos",
        "how do I unsubscribe from tape?",
    ],
)
def test_opting_out_is_never_guessed(say: str) -> None:
    """Only whole messages opt out or in; the word somewhere in a sentence doesn't."""
    assert Engine.build([GREETING, WASPS]).consent(mention(say)) is None


def test_opting_in_again_is_understood() -> None:
    """`start` undoes `stop`, and so does a wish to be spoken to."""
    for say in ("start", "You may talk to me again.", "write to me again"):
        assert Engine.build([]).consent(mention(say)) == "opt_in", say


# --------------------------------------------------------------------------- what is refused at load


def test_all_mistakes_are_reported_at_once_with_their_lines() -> None:
    """Building tells everything that is wrong, rule by rule, with the line where each rule stands."""
    with pytest.raises(RuleErrors) as caught:
        Engine.build(
            [
                rule("a", "(open", line=3),
                rule("b", "x", reply=("Hi {nmae}",), line=9),
                rule("b", "y", line=12),
                rule("c", "z", follows=("nobody",), line=15),
            ]
        )
    told = {(name, line): sentence for name, line, sentence in caught.value.problems}
    assert "never closed" in told["a", 3]
    assert "did you mean “name”" in told["b", 9]
    assert "same id" in told["b", 12]
    assert "no rule “nobody”" in told["c", 15]


def test_an_engine_tells_which_of_its_tests_fail() -> None:
    """Each rule's own tests are said to it; those that another rule answers come back, and nothing where all hold."""
    good = replace(GREETING, tests=(RuleTest(say="hello there", expect="greeting"),))
    wrong = replace(WASPS, tests=(RuleTest(say="hello wasps", expect="wasps"),))
    assert Engine.build([good]).check() == []
    (failure,) = Engine.build([good, wrong]).check()
    assert (failure.rule, failure.test.say) == ("wasps", "hello wasps")


def test_an_engine_with_a_rule_more_leaves_the_old_one_as_it_was() -> None:
    """Engines are immutable: adding or replacing a rule gives another one."""
    old = Engine.build([GREETING, WASPS])
    new = old.with_rule(rule("bees", "bees"))
    assert (old.match(mention("bees")).rule, new.match(mention("bees")).rule) == ("fallback", "bees")
    reworded = new.with_rule(rule("greeting", "ahoy"))
    assert reworded.match(mention("ahoy")).rule == "greeting"
    assert reworded.match(mention("hi")).rule == "fallback"
    assert [each.id for each in reworded.rules][:3] == ["greeting", "wasps", "bees"]


# --------------------------------------------------------------------------- hostile texts and large files


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "a " * 500_000,
        "hello " * 200_000,
        "(" * 10_000,
        "@" * 10_000,
        "@a" * 10_000,
        "<a" * 10_000,
        "> " * 10_000,
        "{topic}" * 1_000,
        "%s{0.__class__}",
        "\ud800\udfff",
        "\x00\x01\u202e",
        "👩‍👩‍👧‍👦" * 3_000,
        "東" * 100_000,
        "а́" * 5_000,
    ],
    ids=range(15),
)
def test_hostile_mentions_are_answered_like_others(text: str) -> None:
    """A megabyte, control characters, lone surrogates, a thousand brackets: all are mentions, and get an answer."""
    engine = Engine.build([GREETING, LATEST, WASPS])
    assert engine.match(mention(text)).rule in {"greeting", "fallback"}


def test_a_rule_of_ten_thousand_phrases_is_looked_at_where_a_word_fits() -> None:
    """A message meets the phrases that have its rarest words, however many there are (M5)."""
    many = rule("many", *(f"what is thing{number} * about" for number in range(10_000)))
    engine = Engine.build([many, GREETING])
    assert engine.match(mention("what is thing77 all about")).rule == "many"
    looked = [len(engine._ways._index._filed.get(word, ())) for word in ("what", "is", "thing77", "all", "about")]
    assert sum(looked) == 1


SAID = ("hello", "latest", "about", "on", "wasps", "stop", "why", "👍", "@x", "please", "é")


@settings(max_examples=60)
@given(
    text=st.text(max_size=120) | st.lists(st.sampled_from(SAID)).map(" ".join),
    owner=st.booleans(),
    about=st.none() | st.just(1),
    after=st.none() | st.sampled_from(["greeting", "ask:wasps", "ask:", ""]),
)
def test_any_mention_ends_in_one_rule(text: str, owner: bool, about: int | None, after: str | None) -> None:
    """Whatever is said by whomever, exactly one rule answers, the first that `explain` tells, with a score of 0 to 1."""
    said = mention(text, owner=owner, about=about)
    match = ENGINE.match(said, after=after)
    told = ENGINE.explain(said, after)
    assert match == told[0]
    assert told[-1].stage == "fallback"
    assert all(0 <= each.score <= 1 and each.nearest is not None for each in told)
    assert ENGINE.rule(match.rule).reply


ENGINE = Engine.build([GREETING, LATEST, WASPS, HONEY, PAUSE, WHY, rule("slow", "slow *", cooldown=timedelta(hours=1))])


# --------------------------------------------------------------------------- what is meant


@pytest.mark.parametrize(
    ("say", "rule_id", "values"),
    [
        ("hellooo there", "greeting", {}),
        ("good mroning", "greeting", {}),
        ("goood evening!", "greeting", {}),
        ("lastest on tpae", "latest", {"topic": "tpae"}),
        ("anythng abt Rust", "latest", {"topic": "Rust"}),
    ],
)
def test_slips_are_understood_and_captures_stay_as_written(say: str, rule_id: str, values: dict[str, str]) -> None:
    """Drawn-out words, abbreviations and slips reach the rule; what the asker named isn't mended."""
    match = answered(say, GREETING, LATEST, WASPS)
    assert (match.rule, match.stage, match.values) == (rule_id, "phrase", values)


@pytest.mark.parametrize("say", ["shop", "stomp", "stpo", "strat", "puase 2h"])
def test_nobody_is_let_go_or_obeyed_by_a_guess(say: str) -> None:
    """A slip near "stop", "start" or an order is none of them, whoever says it."""
    engine = Engine.build([GREETING, PAUSE])
    assert engine.consent(mention(say)) is None
    assert engine.match(mention(say, owner=True)).stage in ("fallback", "search")


@pytest.mark.parametrize(
    ("say", "rule_id"),
    [
        ("Nice post. Good evening. Anything new about tape?", "latest"),
        ("hello, hi, anything new on tape?", "latest"),
        ("anything about tape? hello", "latest"),
        ("hello hello! anything about tape?", "latest"),
        ("Good evening! Bye", "greeting"),
        ("Hello. " + "I have a long story about my garden and its many bees. " * 3, "fallback"),
        ('He said: "hello there". I wonder what he meant', "fallback"),
    ],
)
def test_of_several_sentences_the_one_that_asks_is_answered(say: str, rule_id: str) -> None:
    """A question or a wish comes first; a mere greeting before a long story is no answer to the story."""
    hello = rule("greeting", "hi", "hello", "hello hello *", "good (morning|evening)")
    assert answered(say, hello, LATEST).rule == rule_id


@pytest.mark.parametrize(
    "say",
    [
        "you're annoying, stop tagging me",
        "I'm fed up. Leave me alone!",
        "stoooop",
        "hey, don't contact me again please",
    ],
)
def test_a_wish_to_be_left_alone_is_heard_within_a_message(say: str) -> None:
    """In so many words, or drawn out: the rule that answers is the one that is carried out."""
    engine = Engine.build([GREETING, rule("no-manners", "you're annoying *")])
    assert engine.consent(mention(say)) == "opt_out"
    assert engine.match(mention(say)).rule == "stop"


@pytest.mark.parametrize(
    "say",
    [
        "stop. hammer time",
        "Stop, that is too funny",
        "he told her “leave me alone”, how sad",
        "start, please, with tape",
    ],
)
def test_a_mere_word_or_a_quotation_lets_nobody_go(say: str) -> None:
    """A short word may be said of anything, and what stands in quotes was said by somebody else."""
    assert Engine.build([GREETING]).consent(mention(say)) is None


def test_did_you_mean_speaks_of_what_was_said() -> None:
    """Letters alone make no question: it must name a matter that the mention names."""
    engine = Engine.build([rule("plugins", like=("best free plugins", "recommend a free daw")), WASPS, HONEY])
    assert engine.match(mention("you're the best")).stage == "fallback"
    assert engine.match(mention("harvest season")).stage == "ask"


@pytest.mark.parametrize("say", ["ca va", "Ça va ?", "whats new", "what’s new"])
def test_accents_and_apostrophes_may_be_left_out(say: str) -> None:
    """Whether the phrase has them or the mention, and with nothing else said."""
    assert answered(say, rule("well", "ça va", "what's new")).rule == "well"


def test_a_talk_goes_on_after_its_own_answer() -> None:
    """Who asks for another one may ask for yet another."""
    engine = Engine.build([rule("joke", "joke"), rule("another", "another [one]", follows=("joke",))])
    assert engine.match(mention("another one"), after="joke").rule == "another"
    assert engine.match(mention("another one"), after="another").rule == "another"
    assert engine.match(mention("another one")).rule != "another"


def test_a_rule_may_go_on_after_several_others() -> None:
    """It is reached after each of them, and after nothing else."""
    again = rule("again", "again", follows=("joke", "quote"))
    engine = Engine.build([rule("joke", "joke"), rule("quote", "quote"), again, GREETING])
    met = [engine.match(mention("again"), after=last).rule for last in ("joke", "quote", "again", "greeting", None)]
    assert met == ["again", "again", "again", "fallback", "fallback"]


def test_what_the_owner_puts_first_is_said_even_to_who_leaves() -> None:
    """Somebody in despair is given help, and left alone as they wish."""
    help_first = rule("help-first", "* want to die *", priority=900)
    engine = Engine.build([help_first, GREETING])
    said = mention("I want to die, leave me alone")
    assert engine.match(said).rule == "help-first"
    assert engine.consent(said) == "opt_out"


def test_a_guess_is_no_property() -> None:
    """A new rule may have the very words that another one was only guessed by; what that one says itself it keeps."""
    engine = Engine.build([rule("link", "link"), GREETING])
    assert engine.match(mention("linkk")).rule == "link"
    assert engine.match(mention("linkk")).score < 1
    assert engine.steals(rule("more", "linkk")) == []
    assert engine.steals(rule("more", "link [please]", priority=1)) == [("link", "link")]
