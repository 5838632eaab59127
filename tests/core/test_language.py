"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language import language_of

TEXTS = {
    "en": "The committee said that it would not raise its rates before the end of the year, because prices had fallen.",
    "de": "Der Ausschuss hat gesagt, dass er die Zinsen vor dem Ende des Jahres nicht erhöhen wird, weil die Preise fallen.",
    "fr": "Le comité a dit qu'il ne relèverait pas ses taux avant la fin de l'année, parce que les prix sont en baisse.",
    "es": "El comité dijo que no subiría los tipos antes del final del año, porque los precios han bajado en el país.",
    "it": "Il comitato ha detto che non alzerà i tassi prima della fine dell'anno, perché i prezzi sono scesi nel paese.",
    "pt": "O comité disse que não vai subir as taxas antes do fim do ano, porque os preços caíram no país.",
    "nl": "Het comité zei dat het de rente niet voor het einde van het jaar zal verhogen, omdat de prijzen zijn gedaald.",
    "pl": "Komitet powiedział, że nie podniesie stóp przed końcem roku, ponieważ ceny w kraju już spadły i to się nie zmieni.",
    "ja": "委員会は年末まで金利を引き上げないと述べた。",
    "zh": "委员会表示年底前不会加息。",
    "ko": "위원회는 연말까지 금리를 올리지 않겠다고 밝혔다.",
    "ru": "Комитет сообщил, что не повысит ставку до конца года.",
    "ar": "قالت اللجنة إنها لن ترفع أسعار الفائدة قبل نهاية العام.",
    "el": "Η επιτροπή δήλωσε ότι δεν θα αυξήσει τα επιτόκια.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_its_words_tell(language: str) -> None:
    """Without a hint, the commonest words or the script tell the language."""
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Міська рада вирішила замінити вуличні ліхтарі.", "uk"),
        ("Гарадскі савет вырашыў замяніць ліхтары, бо яны ўжо старыя.", "be"),
        ("Общинският съвет реши да смени лампите, защото вече са твърде стари и съвсем слаби.", "bg"),
        ("Градско веће је одлучило да замени светиљке, јер их љубе мољци.", "sr"),
        ("Градскиот совет реши да ги замени светилките од ѓумбир и ќе чека.", "mk"),
        ("Подъезд закрыт, и объявление об этом висит рядом.", "ru"),
        ("شورای شهر تصمیم گرفت چراغ‌های خیابان را عوض کند.", "fa"),
        ("شہری کونسل نے سڑک کی بتیاں بدلنے کا فیصلہ کیا۔", "ur"),
        ("Քաղաքային խորհուրդը որոշեց փոխել լապտերները։", "hy"),
        ("საკრებულომ ლამპიონების შეცვლა გადაწყვიტა.", "ka"),
        ("নগর পরিষদ সড়কবাতি বদলানোর সিদ্ধান্ত নিয়েছে।", "bn"),
        ("ນັກວິທະຍາສາດພົບວ່າປາກັບຄືນມາ", "lo"),
        ("ཉ་ཕྱིར་ལོག་པ་རེད།", "bo"),
        ("ନଗର ପରିଷଦ ରାସ୍ତା ବତି ବଦଳାଇବାକୁ ନିଷ୍ପତ୍ତି ନେଇଛି।", "or"),
        ("நகர மன்றம் தெரு விளக்குகளை மாற்ற முடிவு செய்தது.", "ta"),
    ],
)
def test_letters_tell_languages_of_one_script_apart(text: str, language: str) -> None:
    """Ukrainian is not tagged as Russian, nor Urdu as Arabic: each has letters that the others lack."""
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    ["FULL VIDEO: https://www.example.com/watch", "shop.example.de/die/und?a=1", "ann@mail.example.it", "Golem.de"],
)
def test_addresses_speak_no_language(text: str) -> None:
    """“com” is a Portuguese word, “de” a French one and “it” an English one, but not at the end of a site's name."""
    assert language_of(text) is None


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Inside London's first clinic", None),
        ("Nokogiri’s Slop Feature", None),
        ("L’émission d'aujourd’hui", "fr"),
        ("Effects of [n] edits on s/t/d", "en"),
    ],
)
def test_an_english_genitive_is_not_french(title: str, language: str | None) -> None:
    """One letter votes only where it is written as the word that it would be: "l'" before, not "'s" behind."""
    assert language_of(title) == language


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("Radon im Boden", "de-DE", "de"),
        ("Radon im Boden", "DE_at", "de"),
        (TEXTS["de"], "en", "de"),
        (TEXTS["en"], "en-GB", "en"),
        ("xyzzy plugh", "sv", "sv"),
        ("xyzzy plugh", None, None),
        ("xyzzy plugh", "und", None),
        ("xyzzy plugh", "not a tag!", None),
        (TEXTS["ru"], "uk", "uk"),
        ("", None, None),
        ("12345 !!!", "", None),
    ],
)
def test_a_hint_is_believed_unless_the_words_plainly_differ(text: str, hint: str | None, language: str | None) -> None:
    """What a page says of itself counts for short texts; templates with a wrong tag are seen through."""
    assert language_of(text, hint) == language


@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=12)))
def test_any_text_gets_an_answer(text: str, hint: str | None) -> None:
    """Whatever comes, the answer is a code of two or three letters, or none."""
    language = language_of(text, hint)
    assert language is None or (language.isalpha() and 2 <= len(language) <= 3)
