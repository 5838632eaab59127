"""The value gate, point by point."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.gate import balanced, gate, source_of
from bot.core.reading import read
from bot.model import Article

ARTICLE = Article(
    url="https://example.com/piano",
    title="The quiet piano",
    site="Example News",
    text=(
        "Ann Lee spent nine years on an instrument that makes no sound at all. Its 88 keys move carbon hammers against felt. "
        "She says “nobody needs it”, and sold 40 of them in Vienna."
    ),
)
SOURCE = source_of(ARTICLE, read(ARTICLE))
LINK = "https://example.com/piano"


@pytest.mark.parametrize(
    "words",
    [
        "Ann Lee spent nine years on an instrument that makes no sound at all.",
        "Ann Lee spent nine years on an instrument of 88 keys, and sold 40 of them in Vienna.",
        "Ann Lee says “nobody needs it”, and sold 40 of them in Vienna, keys and hammers.",
    ],
)
def test_the_articles_own_substance_passes(words: str) -> None:
    """Complete sentences of the article's own words, numbers and quotations pass."""
    assert gate(words, SOURCE).passes


@pytest.mark.parametrize(
    "words",
    [
        "इंजीनियरों ने तीन इलाकों में ऊर्जा की खपत में 62 प्रतिशत की कमी मापी।",
        "انجینئروں نے تین علاقوں میں توانائی کے استعمال میں 62 فیصد کمی ناپی۔",
        "Ինժեներները երեք թաղամասում չափեցին էներգիայի սպառման 62 տոկոս նվազում։",
        "ინჟინრებმა სამ უბანში ენერგიის მოხმარების 62 პროცენტით შემცირება დააფიქსირეს.",
        "መሐንዲሶች በሦስት ሰፈሮች የኃይል ፍጆታ በ62 በመቶ መቀነሱን አረጋገጡ።",
        "វិស្វករបានវាស់ការថយចុះនៃការប្រើប្រាស់ថាមពល ៦២ ភាគរយនៅក្នុងសង្កាត់ចំនួនបី។",
        "အင်ဂျင်နီယာများသည် ရပ်ကွက်သုံးခုတွင် စွမ်းအင်သုံးစွဲမှု ၆၂ ရာခိုင်နှုန်း ကျဆင်းသည်ကို တိုင်းတာခဲ့သည်။",
        "བཟོ་སྐྲུན་པས་ས་ཁུལ་གསུམ་ནང་ནུས་པའི་སྤྱོད་ཚད་བརྒྱ་ཆ་དྲུག་ཅུ་རེ་གཉིས་ཆག་པ་ཚད་ལེན་བྱས་པ་རེད།",
        "Οι μηχανικοί μέτρησαν σε τρεις συνοικίες μείωση της κατανάλωσης ενέργειας κατά 62 τοις εκατό.",
    ],
)
def test_every_script_ends_its_sentences_in_its_own_way(words: str) -> None:
    """A sentence of Hindi, Urdu or Armenian is as complete as one with a full stop, and one that is cut is not."""
    source = source_of(article := replace(ARTICLE, title="LED", text=f"{words} {words}"), read(article))
    assert gate(words, source).passes
    assert gate(words[:-1], source).point == "self-contained"


@pytest.mark.parametrize(
    "words",
    [
        "วิศวกรวัดการใช้พลังงานที่ลดลง 62 เปอร์เซ็นต์ในสามย่านของเมือง",
        "ວິສະວະກອນວັດແທກການໃຊ້ພະລັງງານທີ່ຫຼຸດລົງ 62 ເປີເຊັນໃນສາມເຂດຂອງເມືອງ",
    ],
)
def test_thai_and_lao_end_their_sentences_without_a_mark(words: str) -> None:
    """There a sentence is complete as it is; all other points stay: one that is cut, leans, or says its title again fails."""
    source = source_of(article := replace(ARTICLE, title="LED", text=f"{words}\n{words}"), read(article))
    assert gate(words, source).passes
    assert gate(f"{words[:50]}…", source).point == "self-contained"
    assert gate(f"แต่{words}", source).point == "self-contained"
    assert gate(words.replace("62", "63"), source).point == "faithful"
    again = source_of(article := replace(ARTICLE, title=words, text=words), read(article))
    assert gate(words, again).point == "adds"


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("", "adds"),
        ("   ", "adds"),
        ("The quiet piano makes sound.", "adds"),
        ("The piano, quiet, quiet piano, quiet.", "adds"),
        ("Ann Lee spent nine years on an instrument of 89 keys and hammers.", "faithful"),
        ("Ann Lee spent nine years on an aeroplane that makes no sound at all.", "faithful"),
        ("She says that an instrument of keys and carbon hammers makes no sound.", "self-contained"),
        ("Ann Lee spent nine years on an instrument that makes no sound at…", "self-contained"),
        ("Ann Lee spent nine years on an instrument that makes no sound", "self-contained"),
        ("Ann Lee says “nobody needs it, and sold 40 instruments in Vienna.", "self-contained"),
        ("Ann Lee … spent nine years on an instrument that makes no sound.", "self-contained"),
        ("nine years on an instrument that makes no sound at all, Ann Lee says.", "self-contained"),
        ("Ann Lee spent nine years on an instrument that makes no sound, and sold the.", "self-contained"),
    ],
)
def test_each_point_can_fail(words: str, point: str) -> None:
    """What adds nothing, is made up or does not stand alone is refused, with the point and a sentence."""
    verdict = gate(words, SOURCE)
    assert not verdict.passes
    assert verdict.point == point
    assert verdict.reason.endswith((".", "”.", "asked."))


def test_bait_and_selling_are_refused() -> None:
    """A sentence that sells fails for its tone, and the phrase is named."""
    words = "Ann Lee built instruments of carbon felt, so sign up for a lesson in Vienna."
    article = Article(url=LINK, title="Piano", text=words)
    verdict = gate(words, source_of(article, read(article)))
    assert verdict.point == "tone"
    assert "sign up" in verdict.reason


def test_words_that_are_no_post_are_refused() -> None:
    """What fits, is faithful and adds enough still fails for what makes it no sentence, or a notice."""
    words = "A quiet old piano with carbon keys, leather strings and lids in Vienna."
    article = Article(
        url=LINK,
        title="Ann Lee",
        text=f"{words} The choir meets Thursday, 6:30-8 p.m. in the old town hall.",
        language="en",
    )
    source = source_of(article, read(article))
    assert gate(words, source).point == "self-contained"
    verdict = gate("The choir meets Thursday, 6:30-8 p.m. in the old town hall.", source)
    assert verdict.point == "tone"
    assert "6:30-8 p.m" in verdict.reason


def test_entries_that_are_notices_are_refused() -> None:
    """Nothing of a vacancy or a sale is told, whatever its sentences say."""
    article = replace(ARTICLE, title="We’re hiring: a builder of quiet pianos")
    verdict = gate("Ann Lee spent nine years on an instrument without sound.", source_of(article, read(article)))
    assert verdict.point == "tone"
    assert "notice" in verdict.reason


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("hammers of carbon move against felt, and nobody needs it in Vienna.", "begins in the middle"),
        ("keys, hammers and felt make no sound at all in Vienna.", "begins in the middle"),
    ],
)
def test_what_begins_in_the_middle_is_named(words: str, reason: str) -> None:
    """A small letter at the start shows that something before it is missing."""
    assert reason in gate(words, SOURCE).reason


@pytest.mark.parametrize("words", ["iPianos of carbon, keys and hammers", "eKeys of carbon, hammers and felt"])
def test_a_name_may_begin_small(words: str) -> None:
    """One with a capital right behind is a name, and no lost beginning."""
    article = replace(ARTICLE, text=f"{ARTICLE.text} {words} sold in Vienna.")
    assert gate(f"{words} sold in Vienna.", source_of(article, read(article))).passes


def test_what_does_not_fit_is_named() -> None:
    """Where only a cut fitted, the reason says so."""
    assert gate("Ann Lee spent nine years on an…", SOURCE).reason == "No complete sentence of it fits."


def test_the_title_in_other_order_is_refused() -> None:
    """Words that are mostly the title's fail, however many they are."""
    title = "Ann Lee spent nine years building one instrument without sound in Vienna after selling forty pianos abroad to museums"
    article = Article(url=LINK, title=title, text=title + ". Forty keys, hammers, felt, wires and boards.")
    words = "Ann Lee spent nine years building one instrument without sound in Vienna after selling forty pianos abroad to museums, hammers, felt, wires, boards, keys."
    assert gate(words, source_of(article, read(article))).point == "title"


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("Nine years of work gave Ann Lee an instrument whose keys and hammers stay silent.", ""),
        ("Nine years of work gave Bob Ross an instrument whose keys and hammers stay silent.", "faithful"),
        ("Ann Lee spent 10 years on an instrument with keys and carbon hammers.", "faithful"),
        ("Ann Lee spent nine years on an instrument, see example.org for carbon hammers.", "faithful"),
        ("Ann Lee spent nine years on an instrument with @someone and carbon hammers.", "faithful"),
        ("Penguins march across the frozen south while glaciers melt slowly into oceans beneath them.", "faithful"),
        ("Penguins march across Antarctica while glaciers melt slowly into oceans beneath them.", "faithful"),
    ],
)
def test_a_rewriter_may_paraphrase_but_not_invent(words: str, point: str) -> None:
    """Own words are fine; numbers, names, links and handles that the article lacks are not."""
    assert gate(words, SOURCE, own_words=True).point == point


@pytest.mark.parametrize(
    ("title", "passes"),
    [
        ("Sponsor: The quiet piano", False),
        ("[Sponsored post] The quiet piano", False),
        ("Sponsored by Example: The quiet piano", False),
        ("Anzeige | Das leise Klavier", False),
        ("Sponsors leave the quiet piano", True),
        ("The quiet piano: an advertisement", True),
    ],
)
def test_advertisements_are_not_told(title: str, passes: bool) -> None:
    """What its publisher marks as paid for in its title fails, whatever its words."""
    article = replace(ARTICLE, title=title)
    verdict = gate("Ann Lee spent nine years on an instrument without sound.", source_of(article, read(article)))
    assert verdict.point == ("" if passes else "tone")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("(a) “b” [c]", True),
        ("„a“ und „b”", True),
        ("«a» «b", False),
        ('a "b', False),
        ("「あ」", True),
        ("a) (b", True),
        ("(a", False),
    ],
)
def test_quotes_and_brackets_are_counted(text: str, closed: bool) -> None:
    """Each kind of quote and bracket must be closed as often as it is opened."""
    assert balanced(text) is closed
