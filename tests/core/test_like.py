from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.elsewhere import SENTENCES
from bot.core.grams import MOST_LOOKS
from bot.core.like import Likeness, Sense
from bot.core.words import Words, clean

EXAMPLES = (
    ("swarm", "my bees are swarming what do i do"),
    ("swarm", "there is a swarm in my garden"),
    ("swarm", "who collects a swarm of bees"),
    ("winter", "how do i prepare the hive for winter"),
    ("winter", "do bees survive the cold"),
    ("winter", "what do bees do in december"),
    ("honey", "when do i harvest the honey"),
    ("honey", "my honey is full of crystals"),
    ("honey", "how long does honey keep"),
)
BEES = Likeness(EXAMPLES)


def words(text: str) -> Words:
    return Words(clean(text))


@pytest.mark.parametrize(
    ("say", "rule"),
    [
        ("help, a swarm of bees in the garden!", "swarm"),
        ("Who will collect this swarm?", "swarm"),
        ("preparing my hives for the winter", "winter"),
        ("can bees survive such cold weather", "winter"),
        ("harvesting honey", "honey"),
        ("how long will my honey keep?", "honey"),
        ("hony harvset", "honey"),
    ],
)
def test_a_paraphrase_is_nearest_to_its_rule(say: str, rule: str) -> None:
    """Other words, other forms of a word, even misspelt ones lead to the rule that was meant."""
    nearest = BEES.nearest(words(say))[0]
    assert nearest.rule == rule
    assert nearest.score >= BEES.ask


def test_sentences_of_nobody_are_not_answered() -> None:
    """Of 220 sentences about anything else, next to none is like an example, and they were not even left out here."""
    accepted = [sentence for sentence in SENTENCES if BEES.nearest(words(sentence))[0].score >= BEES.accept]
    assert len(accepted) <= len(SENTENCES) // 20


def test_an_example_itself_is_fully_alike() -> None:
    """The very words of an example score 1, whatever their case and accents."""
    for rule, sentence in EXAMPLES:
        nearest = BEES.nearest(words(f"{sentence.upper()}?!"))[0]
        assert (nearest.rule, nearest.score, nearest.example) == (rule, 1.0, sentence)


def test_rules_come_best_first_and_each_once() -> None:
    """The list is by score, without repetition, and as long as asked for at most."""
    near = BEES.nearest(words("what do bees do with their honey in the winter"), limit=2)
    assert len(near) == 2
    assert near[0].score >= near[1].score
    assert len({one.rule for one in near}) == 2


@pytest.mark.parametrize("say", ["", "   ", "!!!", "👍", "东京", "zzz qqq"])
def test_what_has_nothing_in_common_scores_nothing(say: str) -> None:
    """A text without words, or without any known gram, still has a nearest rule, with 0."""
    near = BEES.nearest(words(say))
    assert len(near) == 1
    assert (near[0].rule, near[0].example, near[0].score) == (*EXAMPLES[0], 0.0)


def test_a_long_unknown_question_is_not_mistaken_for_a_short_known_one() -> None:
    """Words that no example has count against the likeness."""
    short = BEES.nearest(words("harvest honey"))[0].score
    long = BEES.nearest(words("harvest grain quickly under cloudy skies because tractors need petrol, honey"))[0].score
    assert long < 0.7 * short


def test_likeness_works_in_any_script() -> None:
    """Examples in Japanese, Russian and Hindi are found by paraphrases in the same script."""
    spoken = Likeness(
        [
            ("swarm", "ミツバチの群れを見つけました"),
            ("honey", "蜂蜜はいつ収穫しますか"),
            ("swarm-ru", "что делать с роем пчёл"),
            ("honey-ru", "когда собирать мёд"),
            ("swarm-hi", "मधुमक्खियों का झुंड दिखा"),
        ]
    )
    assert spoken.nearest(words("蜂蜜の収穫はいつ"))[0].rule == "honey"
    assert spoken.nearest(words("рой пчел прилетел, что делать?"))[0].rule == "swarm-ru"
    assert spoken.nearest(words("मधुमक्खियों का बड़ा झुंड"))[0].rule == "swarm-hi"


def test_thresholds_rise_with_examples_that_sound_like_anything() -> None:
    """Where the owner's examples resemble what anybody says to any bot, more likeness is asked for."""
    vague = Likeness([(f"rule{number}", f"please, {sentence}") for number, sentence in enumerate(SENTENCES[::5])])
    assert vague.accept > BEES.accept
    assert BEES.ask < BEES.accept < 1
    assert vague.ask < vague.accept < 1


def test_few_rules_ask_for_more_likeness() -> None:
    """One or two know too little of what they are not about; their thresholds stand in the same order."""
    few = Likeness([pair for pair in EXAMPLES if pair[0] != "honey"])
    assert few.accept > BEES.accept
    assert 0 < few.ask < few.accept < 1


@pytest.mark.parametrize(("rule", "sentence"), EXAMPLES)
def test_an_example_with_a_courtesy_is_still_its_rules(rule: str, sentence: str) -> None:
    """A few words more leave it far above what is answered, and the others far below it."""
    first, *others = BEES.nearest(words(f"tell me please {sentence}"))
    assert first.rule == rule
    assert 0.7 < first.score <= 1
    assert all(one.score < 0.6 * first.score for one in others)


def sensing(meant: Mapping[str, float]) -> Sense:
    """A sense by which a text is as alike to an example as is written here for its first word, and to no other."""

    def learn(sentences: Sequence[str]) -> Callable[[str], Sequence[float]]:
        return lambda text: [meant.get(sentence.split()[0], 0.0) if text == "zzz" else 0.0 for sentence in sentences]

    return learn


def test_meaning_finds_what_no_word_says() -> None:
    """Half of likeness is meaning, where it can be sensed, in proportion to its square; the contrary counts nothing."""
    found = {alike: Likeness(EXAMPLES, sensing({"who": alike})).nearest(words("zzz"))[0] for alike in (1.0, 0.7, -1.0)}
    assert (found[1.0].rule, found[1.0].example) == ("swarm", "who collects a swarm of bees")
    assert found[1.0].score > found[0.7].score > 0
    assert found[-1.0].score == 0


def test_meaning_alone_is_never_the_very_words() -> None:
    """What says the same in other words scores less than an example itself, and words alone less than words with it."""
    plain = "who collects a swarm"
    deaf = Likeness(EXAMPLES, sensing({}))
    assert Likeness(EXAMPLES, sensing({"who": 1.0})).nearest(words("zzz"))[0].score < 0.9
    assert deaf.nearest(words(plain))[0].score < BEES.nearest(words(plain))[0].score
    assert deaf.nearest(words(EXAMPLES[2][1]))[0].score == 1.0


def test_no_examples_are_no_likeness() -> None:
    """Without examples there is nothing to be like."""
    assert not Likeness([])
    assert BEES


def test_the_looks_at_examples_are_bounded() -> None:
    """However many examples and however long the text, only so many grams are looked at, the rarest first."""
    many = Likeness([(f"rule{number % 40}", f"how do i feed the bees of hive {number}") for number in range(400)])
    looked = 0

    class Counting(list[tuple[int, float]]):
        def __iter__(self) -> Iterator[tuple[int, float]]:
            nonlocal looked
            looked += len(self)
            return super().__iter__()

    many._grams._having = {gram: Counting(having) for gram, having in many._grams._having.items()}
    assert many.nearest(words("how do i feed the bees of hive 77 " * 50))[0].rule == "rule37"
    assert looked < MOST_LOOKS + 600


@given(st.text(max_size=200))
def test_any_text_has_a_score_between_0_and_1(text: str) -> None:
    """Whatever is said, the nearest rules are ranked, and their scores are in range."""
    near = BEES.nearest(words(text))
    assert near
    assert all(0 <= one.score <= 1 for one in near)
    assert [one.score for one in near] == sorted((one.score for one in near), reverse=True)


def test_the_sentences_of_nobody_are_different_ones() -> None:
    """The list is what its module says it is."""
    assert len(set(SENTENCES)) == len(SENTENCES) == 220
    assert all(sentence == sentence.lower().strip() and words(sentence).exact for sentence in SENTENCES)
