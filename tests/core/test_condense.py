"""An article in a few words of its own substance."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.condense import condense, condense_job, pack, unpack
from bot.core.sentences import sentences
from bot.core.terms import words
from bot.core.text import measure
from bot.model import Article, Limits

UNIT = Limits(max_length=300)
X = Limits(max_length=280, unit="weighted", link_cost=23)
ARTICLE = Article(
    url="https://example.com/piano",
    title="The quiet piano of Vienna | Example News",
    site="Example News",
    author="Ann Writer",
    language="en",
    published=datetime(2026, 11, 22, tzinfo=UTC),
    text=(
        "Ann Lee, a builder from Vienna, has made a quiet piano that moves carbon hammers without any sound. She likes tea.\n"
        "The quiet piano has 88 keys, which were cut from old church doors, and weighs 90 kilograms.\n"
        "“A piano that nobody hears is the best teacher of patience,” said Ann Lee in her workshop. It rained on that day.\n"
        "What is a piano without sound good for? Museums in Vienna and Paris have asked for copies of the instrument."
    ),
)
GERMAN = Article(
    url="https://example.com/klavier",
    title="Das leise Klavier",
    text=(
        "Die Wiener Handwerkerin Anna Lee hat ein Klavier gebaut, das ohne jeden Ton seine Hämmer bewegt. Es regnete.\n"
        "Museen in Wien und Paris haben Kopien des Instruments bestellt, das 90 Kilogramm wiegt."
    ),
)
JAPANESE = Article(
    url="https://example.com/piano",
    title="静かなピアノ",
    text="ウィーンの職人が音の出ないピアノを作った。鍵盤は八十八ある。博物館が複製を注文した。",
)


def test_one_sentence_without_a_budget() -> None:
    """Without a budget, the one best sentence is said, whole."""
    summary = condense(ARTICLE, budget=None, unit=UNIT)
    assert len(sentences(summary.text)) == 1
    assert "piano" in summary.text
    assert summary.adds_value


@pytest.mark.parametrize("budget", [60, 100, 140, 200, 300, 500])
@pytest.mark.parametrize("article", [ARTICLE, GERMAN], ids=["en", "de"])
def test_within_a_budget_it_is_complete(article: Article, budget: int) -> None:
    """The same article is told in any room that holds a sentence, each time complete and faithful."""
    summary = condense(article, budget=budget, unit=UNIT)
    assert 0 < measure(summary.text, UNIT) <= budget
    if budget >= 100:
        assert summary.text.endswith((".", "”", "?"))
        assert set(words(summary.text.casefold())) <= set(words(article.text.casefold()))


def test_what_describes_the_article_is_known() -> None:
    """Title without the site, credit and language come with the words."""
    summary = condense(ARTICLE, budget=200, unit=UNIT)
    assert (summary.title, summary.credit, summary.language) == ("The quiet piano of Vienna", "Example News", "en")
    assert condense(GERMAN, budget=200, unit=UNIT).language == "de"


def test_if_nothing_complete_fits_a_clause_is_cut() -> None:
    """In ten characters the best clause is cut between words, and the gate says so."""
    summary = condense(ARTICLE, budget=10, unit=UNIT)
    assert summary.text.endswith("…")
    assert measure(summary.text, UNIT) <= 10
    assert not summary.adds_value
    assert summary.reason


@pytest.mark.parametrize(
    ("text", "title", "said"),
    [("", "", ""), ("", "A title", "A title"), (" \n ", "", ""), ("no sentence", "", "no sentence")],
)
def test_poor_articles_are_told_poorly_and_said_so(text: str, title: str, said: str) -> None:
    """Without sentences there is the title or the fragment; only without any text there is nothing."""
    summary = condense(Article(url="https://example.com/", text=text, title=title), budget=100, unit=UNIT)
    assert summary.text == said
    assert not summary.adds_value
    assert ("the article has no text" in summary.reason) is (not text.strip())


def test_a_quote_is_somebodys_words_with_the_speaker() -> None:
    """In the style "quote", the quoted sentence is said, with who said it."""
    summary = condense(ARTICLE, budget=200, unit=UNIT, style="quote")
    assert summary.text == "“A piano that nobody hears is the best teacher of patience,” said Ann Lee in her workshop."


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        (
            "Gli ingegneri hanno misurato un calo del 62% dei consumi in due anni di prove in tre quartieri di Milano.",
            "«Ci aspettavamo un risparmio, ma non un sonno migliore», ha detto la dott.ssa Maria Keller.",
        ),
        (
            "Os engenheiros mediram uma queda de 62% no consumo durante dois anos em três bairros de Lisboa.",
            "“Esperávamos poupar, mas não que todos dormissem melhor”, afirmou a Dra. Maria Keller.",
        ),
        (
            "Инженеры за два года измерили снижение потребления энергии на 62 процента в трёх районах Казани.",
            "«Мы ожидали экономии, но не того, что все станут лучше спать», — сказала доктор Мария Келлер.",
        ),
        (
            "技術者は3つの地区で2年間試験を行い、消費電力が62％減ったことを確認した。",
            "「節約は期待していたが、住民がよく眠れるようになるとは思わなかった」とケラー博士は話した。",
        ),
        (
            "工程师在三个区进行了为期两年的试验，测得能耗下降62%，昆虫也减少了。",
            "“我们预料会省电，但没想到居民睡得更好，而且邻居们也都很高兴，”玛丽亚·凯勒博士说。",
        ),
        (
            "기술자들은 세 구역에서 2년 동안 시험하여 전력 소비가 62퍼센트 줄었음을 측정했다.",
            "켈러 박사는 “절약은 기대했지만 주민들이 더 잘 자게 될 줄은 몰랐다”고 말했다.",
        ),
    ],
)
def test_somebodys_words_are_found_in_other_languages(plain: str, words: str) -> None:
    """Who says it is known by the verb, in each language and script."""
    article = replace(ARTICLE, title="LED", text=f"{plain}\n{words}", description="", language=None)
    assert condense(article, budget=140, unit=UNIT, style="quote").text == words


def test_sentences_of_chinese_and_japanese_stand_side_by_side() -> None:
    """Where a script parts nothing by spaces, two sentences that are put together aren't either."""
    text = "市议会周二决定在2027年前将路灯更换为可调光的LED灯具。工程师在三个区进行了为期两年的试验，测得能耗下降62%。"
    article = replace(ARTICLE, title="路灯", text=text, description="", language="zh")
    assert condense(article, budget=200, unit=UNIT).text == text


def test_a_question_of_the_article_goes_first() -> None:
    """In the style "question", the article's own question is asked, and then something is said."""
    summary = condense(ARTICLE, budget=250, unit=UNIT, style="question")
    assert summary.text.startswith("What is a piano without sound good for? ")
    assert len(sentences(summary.text)) > 1


@pytest.mark.parametrize("style", ["quote", "question"])
def test_a_style_that_the_article_has_nothing_for_is_a_takeaway(style: str) -> None:
    """Without quotes or questions, the takeaway is said."""
    assert condense(GERMAN, budget=200, unit=UNIT, style=style).text == condense(GERMAN, budget=200, unit=UNIT).text


def test_a_title_is_said_as_it_is() -> None:
    """In the style "title", the title without its site is said, and cut where it must."""
    assert condense(ARTICLE, budget=200, unit=UNIT, style="title").text == "The quiet piano of Vienna"
    assert condense(ARTICLE, budget=12, unit=UNIT, style="title").text == "The quiet…"
    assert not condense(Article(url="https://example.com/"), budget=12, unit=UNIT, style="title").adds_value
    untitled = replace(ARTICLE, title="")
    assert (
        condense(untitled, budget=200, unit=UNIT, style="title").text == condense(untitled, budget=200, unit=UNIT).text
    )


def test_the_publishers_description_may_be_said() -> None:
    """A description that passes the gate is said, unless it is asked not to be, or brings numbers of its own."""
    description = "A builder in Vienna made an instrument with 88 keys that moves its carbon hammers without sound."
    described = replace(ARTICLE, description=description)
    assert condense(described, budget=190, unit=UNIT).text == description
    assert condense(described, budget=190, unit=UNIT, use_description=False).text != description
    assert condense(described, budget=190, unit=UNIT, gated=True).text == description
    assert (
        condense(replace(described, description=description + " It is more than that."), budget=100, unit=UNIT).text
        == description
    )
    foreign = replace(
        ARTICLE,
        description="Bösendorfer builders in Vienna made an instrument that moves its carbon hammers without sound.",
    )
    assert condense(foreign, budget=190, unit=UNIT).text != foreign.description
    lying = replace(ARTICLE, description=description.replace("88", "89"))
    assert condense(lying, budget=190, unit=UNIT).text != lying.description


def test_a_short_description_is_followed_by_a_sentence() -> None:
    """Where a description leaves half of the room free, a sentence of the article that says something else follows."""
    description = "A builder in Vienna made an instrument that moves carbon hammers."
    described = replace(ARTICLE, description=description)
    told = condense(described, budget=250, unit=UNIT, gated=True)
    assert told.adds_value
    assert told.text.startswith(f"{description} ")
    assert set(words(told.text.removeprefix(description))) <= set(words(ARTICLE.text))
    assert measure(told.text, UNIT) <= 250
    assert condense(described, budget=80, unit=UNIT, gated=True).text == description
    lone = replace(described, text=ARTICLE.text.split(". ", maxsplit=1)[0] + ".")
    assert condense(lone, budget=250, unit=UNIT, gated=True).text == description


def test_gated_takes_the_best_that_passes() -> None:
    """Asked for a post, a saying that fails the gate gives way to one that passes."""
    article = Article(
        url="https://example.com/",
        title="Vienna piano",
        text="It is the quiet Vienna piano of which all Vienna speaks. Ann Lee cut 88 keys from old church doors in her workshop.",
    )
    summary = condense(article, budget=70, unit=UNIT, gated=True)
    assert summary.adds_value
    assert summary.text.startswith("Ann Lee")


def test_the_authors_voice_is_borrowed_last() -> None:
    """Where "I" can't stand in quotation marks as it was said, words without it go first, though they tell less."""
    article = Article(
        url="https://example.com/",
        title="A quiet piano",
        text="I built the quiet piano of Vienna, which is the first one of all pianos without any sound. The piano is quiet.\n"
        "Museums of other towns have asked for copies of the instrument.",
    )
    for budget in (70, 75):
        said = condense(article, budget=budget, unit=UNIT, gated=True)
        assert said.text == "Museums of other towns have asked for copies of the instrument."


def test_two_things_of_an_article_belong_together() -> None:
    """What stands apart and shares no word is not told in one breath, if there is anything better."""
    article = Article(
        url="https://example.com/",
        title="The quiet piano",
        text="Ann Lee has built a quiet piano with hammers made of carbon in Vienna.\nRain fell on that day for hours.\n"
        "Horses are sold at the market of a town nearby each spring.\nMuseums ordered the piano of Ann Lee twice, for Vienna.",
    )
    said = condense(article, budget=140, unit=UNIT, gated=True).text
    assert "Horses" not in said


def test_a_long_article_is_told_by_what_it_is_about() -> None:
    """What shares no word with the title, nor with any other sentence, gives way to what does."""
    about = "Ann Lee told the visitors of her workshop at length how the quiet piano number {} had come to be what it is by now."
    article = Article(
        url="https://example.com/",
        title="Ann Lee and the quiet piano",
        text="\n".join(
            [
                "Horses graze on meadows nearby while children play games.",
                *(about.format(number) for number in range(12)),
                "Museums of cities rebuilt the piano for marble halls without dust.",
            ]
        ),
    )
    assert condense(article, budget=70, unit=UNIT, gated=True).text.startswith("Museums")


def test_scripts_without_spaces_are_told_too() -> None:
    """Japanese is condensed to whole sentences, weighed as X weighs it."""
    summary = condense(JAPANESE, budget=50, unit=X)
    assert summary.text.endswith("。")
    assert measure(summary.text, X) <= 50
    assert summary.language == "ja"


def test_the_worker_does_the_same() -> None:
    """An article sent to the worker and back is condensed as it would be here."""
    unit = {"max_length": 300, "unit": "graphemes"}
    result = condense_job(pack(ARTICLE), {"budget": 150, "unit": unit})
    assert result == asdict(condense(ARTICLE, budget=150, unit=Limits(max_length=300, unit="graphemes")))
    assert json.loads(json.dumps(result)) == result


def test_articles_survive_packing() -> None:
    """What is packed is unpacked, dates and all; something else is refused."""
    assert unpack(pack(ARTICLE)) == ARTICLE
    assert unpack(pack(JAPANESE)) == JAPANESE
    with pytest.raises(TypeError):
        unpack(b"[]")


@given(
    text=st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(" .\n\"“”()'")), max_size=300),
    title=st.text(max_size=40),
    budget=st.one_of(st.none(), st.integers(0, 120)),
    style=st.sampled_from(["takeaway", "quote", "question", "title"]),
)
def test_any_article_is_condensed_within_its_budget(text: str, title: str, budget: int | None, style: str) -> None:
    """Whatever the article, the words are within the budget, and what adds value is complete."""
    summary = condense(
        Article(url="https://example.com/", title=title, text=text), budget=budget, unit=UNIT, style=style
    )
    assert budget is None or measure(summary.text, UNIT) <= budget
    if summary.adds_value and style != "title":
        assert not summary.text.endswith("…")


@pytest.mark.parametrize(
    "piece", ["a. ", "A b c. ", "(", "“", "word ", "https://a.example/ ", "🏴", "\n", "x" * 500 + ". ", "No. 1 "]
)
def test_hostile_articles_are_condensed(piece: str) -> None:
    """A hundred thousand hostile characters are condensed like anything else."""
    summary = condense(Article(url="https://example.com/", text=piece * (100_000 // len(piece))), budget=200, unit=UNIT)
    assert measure(summary.text, UNIT) <= 200
