"""What could be said of an article, best first."""

from __future__ import annotations

from bot.core.rank import candidates, sayings
from bot.core.reading import read
from bot.core.weights import WEIGHTS
from bot.model import Article

ARTICLE = Article(
    url="https://example.com/piano",
    title="The quiet piano of Vienna",
    language="en",
    text=(
        "Ann Lee, a builder from Vienna, has made a quiet piano that moves carbon hammers without any sound. "
        "She likes tea. It rained on that day. "
        "The quiet piano has 88 keys, which were cut from old church doors, and weighs 90 kilograms. "
        "Museums in Vienna and Paris have asked for copies of the piano. Nobody knows the price."
    ),
)
READING = read(ARTICLE)


def test_every_feature_has_a_weight_and_every_weight_a_feature() -> None:
    """The trained weights and the code are of one make."""
    _, row = candidates(READING)[0]
    assert set(row) == set(WEIGHTS)


def test_the_best_is_of_the_articles_subject() -> None:
    """What names the subject of the title comes before what happens to stand there too."""
    best = sayings(READING)[0]
    assert "piano" in best.text
    assert sayings(READING)[-1].text in ("She likes tea.", "It rained on that day.", "Nobody knows the price.")


def test_shorter_forms_are_sayings_too() -> None:
    """A long sentence is there whole and without its relative clause."""
    texts = [saying.text for saying in sayings(READING)]
    assert "The quiet piano has 88 keys, which were cut from old church doors, and weighs 90 kilograms." in texts
    assert "The quiet piano has 88 keys and weighs 90 kilograms." in texts


def test_only_what_fits_is_given() -> None:
    """Within a limit, nothing longer is given, and pairs appear in the article's order."""
    found = sayings(READING, lambda text: len(text) <= 150)
    assert all(len(saying.text) <= 150 for saying in found)
    pairs = [saying.sentences for saying in found if len(saying.sentences) == 2]
    assert pairs
    assert all(first < second for first, second in pairs)


def test_a_pair_never_leans_on_what_is_missing() -> None:
    """The second of a pair leans on nothing but the sentence right before it."""
    found = sayings(READING, lambda text: len(text) <= 300)
    apart = [saying for saying in found if len(saying.sentences) == 2 and saying.sentences[1] > saying.sentences[0] + 1]
    assert all(READING.sentences[saying.sentences[1]].text[:3] not in ("It ", "She") for saying in apart)


def test_nothing_can_be_said_of_nothing() -> None:
    """An empty article has no sayings, within whatever limit."""
    empty = read(Article(url="https://example.com/"))
    assert sayings(empty) == []
    assert sayings(empty, lambda _: True) == []


def test_fragments_are_given_only_if_there_is_nothing_else() -> None:
    """A list of headings is better than nothing; beside one whole sentence it is not."""
    headings = read(Article(url="https://example.com/", text="First heading\nSecond heading"))
    assert [saying.form.whole for saying in sayings(headings)] == [False, False]
    mixed = read(Article(url="https://example.com/", text="First heading\nA whole sentence stands here."))
    assert [saying.text for saying in sayings(mixed)] == ["A whole sentence stands here."]


def test_the_same_article_is_told_the_same_way() -> None:
    """Nothing depends on hash order or chance."""
    assert sayings(READING) == sayings(read(ARTICLE))
