"""Text to sentences, in many languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sentences import closed, sentences

CASES = [
    ("en", ["Dr. Smith met Mrs. Jones.", "They left."]),
    ("en", ["He moved to Washington D.C. on Friday.", "It rained."]),
    ("en", ["See No. 5 and Fig. 3 for details.", "It is there."]),
    ("en", ["She has a Ph.D. in physics.", "He does not."]),
    ("en", ["Yahoo! bought it in 2013.", "Then it was sold."]),
    ("en", ["He spoke at try! Swift in Tokyo.", "Give it a try!", "It works."]),
    ("en", ["1. First do this.", "2. Then do that."]),
    ("en", ["It runs Linux.", "iOS is next.", "eBay too."]),
    ("en", ["Node.js 4.2 costs $3.50 at https://a.example/x?y=1.2.", "Get it!"]),
    ("en", ['"Go!" he said.', '"I don\'t know," she replied.']),
    ("en", ["J. K. Rowling wrote it.", "It sold well."]),
    ("en", ["The U.S. economy grew 3.5 percent.", "The Fed was happy."]),
    ("en", ["He works at Apple Inc. in Cupertino.", "It pays well."]),
    ("en", ["It was done at 5 p.m. on Monday.", "The crowd left."]),
    ("en", ["Visit the U.S.", "It is big."]),
    ("en", ["Wait... what?", "Yes."]),
    ("en", ["The price is Rs. 500 now.", "Buy two."]),
    ("en", ["She asked (twice!) and left.", "Nobody knew."]),
    ("en", ["“It is over.”", "Nobody clapped."]),
    ("en", ["All rose, incl. the U.N. and the E.U.", "They sat down."]),
    ("de", ["Das ist z. B. ein Test.", "Er geht weiter."]),
    ("de", ["Das gilt u.a. für Prof. Meier, d.h. für alle.", "Mehr nicht."]),
    ("de", ["Am 3. Mai 2019 kam er an.", "Es regnete."]),
    ("de", ["Ende des 19. Jahrhunderts war es so.", "Dann nicht."]),
    ("de", ["„Komm!“, rief sie.", "Er kam."]),
    ("fr", ["M. Dupont est venu.", "Il est parti."]),
    ("fr", ["« Quoi ? » dit-elle.", "Rien."]),
    ("es", ["¿Qué pasa?", "¡Nada!", "Todo bien."]),
    ("it", ["Il sig. Rossi arriva.", "È tardi."]),
    ("zh", ["他说：“你好。”", "然后走了。", "今天很好！"]),
    ("ja", ["「行こう。」と彼は言った。", "雨だった。"]),
    ("ar", ["ذهب إلى المدينة.", "ثم عاد."]),
    ("ar", ["هل عاد؟", "نعم."]),
    ("hi", ["वह आया।", "डॉ. राव गए!", "क्यों?"]),
    ("ur", ["وہ آیا۔", "کیوں؟", "پھر گیا۔"]),
    ("hy", ["Նա եկավ։", "Հետո գնաց։"]),
    ("ru", ["Книгу написал А. С. Пушкин.", "Она вышла на ул. Ленина."]),
    ("uk", ["Про це сказав І. Франко.", "Кінець."]),
    ("el", ["Το είπε η Δρ. Κέλερ.", "Τέλος."]),
    ("el", ["Γιατί συνέβη αυτό;", "Κανείς δεν ξέρει."]),
    ("ka", ["თევზი დაბრუნდა.", "ჯგუფმა 62 ადგილი შეისწავლა."]),
    ("my", ["ငါးများ ပြန်လာကြသည်။", "မိုးရွာသည်။"]),
    ("km", ["ត្រីបានត្រឡប់មកវិញ។", "ភ្លៀងធ្លាក់៕"]),
    ("bo", ["ཉ་ཕྱིར་ལོག་པ་རེད།", "ཆར་པ་བབས་སོང་།"]),
    ("am", ["ዓሦች ተመለሱ።", "ለምን፧", "ዘነበ።"]),
    ("th", ["ชาวประมงช่วยกันเก็บอวนเก่าออกจากแม่น้ำ", "นักวิทยาศาสตร์นับปลาได้มากกว่าปีก่อน"]),
    ("fr", ["Selon l’art. 12, c'est dû.", "C’est l'art.", "Bien."]),
    ("it", ["Lo dice l’ing. Rossi.", "Un anno fa.", "Poi no."]),
    ("es", ["Creció en EE. UU. y en México.", "Fin."]),
    ("nl", ["Het was stil.", "'s Avonds regende het.", "’t Werd laat."]),
    ("sv", ["Det var bl.a. Anna och t.ex. Bo.", "Hon kom kl. 5."]),
]


@pytest.mark.parametrize(("language", "parts"), CASES, ids=[parts[0][:24] for _, parts in CASES])
def test_sentences_end_where_a_reader_ends_them(language: str, parts: list[str]) -> None:
    """Abbreviations, initials, decimals, quotes, addresses, lists and other scripts are understood."""
    assert sentences(" ".join(parts), language) == parts


def test_a_lost_space_is_seen() -> None:
    """Where a word of small letters and a full stop run into a word that begins sentences, one ends; names stay whole."""
    assert sentences("It ended in memory.The film is new.", "en") == ["It ended in memory.", "The film is new."]
    assert sentences("It began in 1971.The film is new.", "en") == ["It began in 1971.", "The film is new."]
    for whole in ("Any access to blog.Posts will do.", "In D.The song is sung.", "See U.S.The map."):
        assert sentences(whole, "en") == [whole]


@pytest.mark.parametrize(
    ("part", "whole", "closed_"),
    [
        ("“It rained.", "“It rained. Then it snowed.”", "“It rained.”"),
        ("„Es regnete.", "„Es regnete. Dann schneite es.“", "„Es regnete.“"),
        ("« Il pleut.", "« Il pleut. Il neige. »", "« Il pleut. »"),
        ("“It rained,” she said.", "“It rained,” she said. “It snowed.”", "“It rained,” she said."),
        ("It rained.", "It rained. “It snowed.”", "It rained."),
    ],
)
def test_the_beginning_of_a_quotation_is_closed(part: str, whole: str, closed_: str) -> None:
    """Whoever leaves out its end puts the mark back, as the whole has it; what is closed or quotes nothing stays."""
    assert closed(part, whole) == closed_


def test_lines_part_sentences() -> None:
    """A line break always parts, with or without a full stop, and empty lines are nothing."""
    assert sentences("A heading\n\nA sentence. Another", "en") == ["A heading", "A sentence.", "Another"]


@given(st.text("abcAB .!?…。“”\"'()12\n", max_size=120))
def test_nothing_is_lost_but_space(text: str) -> None:
    """Put together again, the sentences hold every visible character, in order."""
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("piece", [".", ". ", "a.", "A. ", '."', "!", "。", "1. ", "(", "x" * 60 + ". "])
def test_hostile_runs_are_split(piece: str) -> None:
    """A hundred thousand characters of punctuation come back at once."""
    sentences(piece * (100_000 // len(piece)), "en")
