"""Questions that name their topic, in several languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.questions import _LEADING, _questions, topic_asked
from bot.core.rules import Engine
from bot.core.words import Words, clean
from bot.model import Mention, Rule


def asked(text: str) -> str | None:
    """The topic of what somebody said."""
    return topic_asked(Words(clean(text)))


@pytest.mark.parametrize(
    ("say", "topic"),
    [
        ("What do you know about security?", "security"),
        ("do you know anything about Tape Loops, please?", "Tape Loops"),
        ("hey, anything on homelab?", "homelab"),
        ("have you read something about C++?", "C++"),
        ("tell me more about ASP.NET", "ASP.NET"),
        ("I'd like to know more about contact microphones", "contact microphones"),
        ("Was weißt du über Tonbänder, bitte?", "Tonbänder"),
        ("Was hast du zu Tonbändern?", "Tonbändern"),
        ("gibt's was Neues zu Apple?", "Apple"),
        ("erzähl mir etwas über das Theremin", "das Theremin"),
        ("Que sais-tu sur le synthé modulaire, s'il te plaît ?", "le synthé modulaire"),
        ("qu'est-ce que vous savez sur Moog ?", "Moog"),
        ("parle-moi de la musique", "la musique"),
        ("¿Qué sabes de Minecraft, por favor?", "Minecraft"),
        ("¿tienes algo sobre micrófonos?", "micrófonos"),
        ("cosa sai della musica?", "musica"),
        ("o que você sabe sobre música?", "música"),
        ("wat weet je over geluid?", "geluid"),
    ],
)
def test_a_question_names_its_topic_in_its_own_words(say: str, topic: str) -> None:
    """The topic is what stands in the mention, letters and accents as written, without the courtesies around it."""
    assert asked(say) == topic


@pytest.mark.parametrize(
    "say",
    [
        "what do you know about me?",
        "was weißt du über mich?",
        "que sais-tu sur moi ?",
        "¿qué sabes de mí?",
        "what can you tell me about yourself",
        "tell me about it",
        "what is it?",
        "who are you?",
        "what do you know about",
        "anything about the?",
        "tell me more",
        "",
        "🎉",
        "what do you know about " + "very " * 30 + "long things",
    ],
)
def test_questions_about_persons_or_nothing_have_no_topic(say: str) -> None:
    """Whoever asks about the bot, themselves or nothing is not sent to the archive."""
    assert asked(say) is None


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Whatever is said, a topic is a part of it, or there is none."""
    topic = asked(text)
    assert topic is None or topic in clean(text)


def test_a_topic_is_looked_for_only_where_no_rule_answers() -> None:
    """An owner's rule for the very question comes first; the same question on anything else goes to the archive."""
    engine = Engine.build([Rule(id="bees", when=("what do you know about bees",), reply=("A lot.",))])

    def match(text: str) -> tuple[str, str | None]:
        mention = Mention(account="", remote_id="1", author="@ann", text=text, at=datetime(2026, 1, 1, tzinfo=UTC))
        found = engine.match(mention)
        return found.stage, found.values.get("topic")

    assert match("what do you know about bees?") == ("phrase", None)
    assert match("what do you know about wasps?") == ("search", "wasps")
    assert match("was weißt du über Wespen?") == ("search", "Wespen")


def test_every_question_leads_to_its_topic_by_a_word_that_is_looked_for() -> None:
    """The quick look at a message that saves the long one misses no question."""
    every = {question for filed in _questions().values() for question in filed}
    assert [one.source for one in every if not _LEADING & {word for word in one.folded if word}] == []
