"""What makes a complete sentence a poor post all the same."""

from __future__ import annotations

import pytest

from bot.core.taste import DULL, claims, faults, speaks_for_itself, spoilt


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Ann Lee sold the instrument in May.", "I sold the instrument in May."),
        ("The committee raised its rate.", "Why did the committee raise its rate?"),
        ("Ann Lee said: “It is pure white.”", "“When you look at it, it is pure white,” he said."),
        ("New rules start in May.", "These rules start in May, and this plan too."),
        ("Ann Lee finished her work.", "On the second day of the trip she finished."),
        ("Ann Lee came to Vienna.", "Welcome to the story of Ann Lee, who came to Vienna!"),
        ("More is known of it at the office.", "More is known of it at www.example.com now."),
        ("Brazil and Chile agreed on prices.", "Brazil, Chile, Colombia, Costa Rica, Peru and Venezuela."),
        ("Leadership has four styles.", "Path-Goal Model: leadership has four styles."),
        ("Ann Lee trains for a race.", "“What are you training for?” Ann Lee trains."),
        ("Ann Lee asked for more light.", "Ann Lee asked: “Can there be more light?”"),
        ("A new station opened in May.", "The station opened in May."),
        ("Ann Lee is among the lecturers who sing.", "Ann Lee is a lecturer at the school of Vienna."),
        ("It came with version nine of Felt.", "It came with this release of Felt."),
        ("The bad news is that felt swells.", "The felt is that it swells."),
        ("The funny thing is that felt swells.", "The funny felt is swollen."),
        ("There are 88 keys in a piano.", "There are keys in a piano."),
        ("A piano can rest in a hall.", "You can rest a piano in a hall."),
        ("Wolves came back to the valley.", "A size comparison with the 15mm figure."),
        ("Ann Lee had time for it.", "Where people are too busy to look into it at all."),
        ("Ann Lee learned to grow lemons.", "Learn how to grow lemons."),
        ("Ann Lee opens a shop.", "Ann Lee is excited to open a shop."),
        ("The choir meets in Vienna.", "The choir meets in Vienna, 10-11 am."),
        ("Ann Lee found the cause.", "In my previous post, Ann Lee found the cause."),
        ("Ann Lee built two drafts.", "The second draft was built by Ann Lee."),
        ("Choirs gather in Vienna.", "Some gather in Vienna."),
        ("A list of servers is kept by Ann Lee.", "A list of servers is kept by Ann Lee here."),
        ("Ann Lee joined Example in Vienna.", "From inside Example she joined in."),
        ("Ann Lee met Ray in Vienna.", "In Vienna he met Ray."),
        ("Poster and font are old.", "Contents Introduction Using it A Note on it ."),
        ("Underneath the floor was an apple.", "Underneath all of that was an apple."),
        ("Ann Lee sold the house in May.", "Tomorrow Ann Lee sells the house."),
        ("Ann Lee moved to Vienna.", "Figure 2 shows that Ann Lee moved to Vienna."),
        ("Ann Lee is on air in Vienna.", "“Tune in to Ann Lee in Vienna.”"),
        ("Ann Lee was the first in Vienna.", "The first was Ann Lee in Vienna."),
        ("Rain fell for days.", "Partly because rain fell for days."),
        ("Rain fell for days.", "Partly because rain — which nobody had foretold — fell for days."),
        ("Rain fell for days.", "Partly because rain fell: for days, it fell."),
        ("The code of Ann Lee is quick.", "The source code of Ann Lee is available on GitHub."),
        ("Ann Lee wrote a page.", "View the full page of Ann Lee."),
        ("Ann Lee helps with ads.", "If you need help of Ann Lee, check out the page."),
        ("Ann Lee found a way.", "Hope you find a way as Ann Lee did."),
        ("Ann Lee found a way.", "To find Ann Lee, jump to the bottom of the post."),
        ("We propose a method of pianos.", "We like a method of pianos."),
        ("Ann Lee knows the costs.", "For the costs that Ann Lee knows, see here."),
        ("Ann Lee won.", "Ann\ufffds friend won."),
        ("Deals help Ann Lee.", "Worse than deals of Ann Lee, it helps."),
        ("Ann Lee draws a plan.", "Let’s draw a plan of Ann Lee."),
        ("Ann Lee draws a plan.", "To better illustrate it, Ann Lee draws a plan."),
        ("Ann Lee draws a plan.", "Simultaneously, Ann Lee draws a plan."),
        ("Ann Lee draws a plan.", "As I said, Ann Lee draws a plan."),
        ("Ann Lee came to Vienna.", "Even that short walk of Ann Lee ended in Vienna."),
        ("“I think that pianos are loud.”", "“A few weeks ago, I thought that pianos are loud.”"),
        ("“I think that pianos are loud.”", "“I stumbled upon the loudest of pianos.”"),
        ("Ann Lee got a pack of wolves.", "Got a pack of wolves from Ann Lee."),
        ("Ann Lee loves to hear of pianos.", "Would love to hear of pianos of Ann Lee."),
        ("Ann Lee files her keys.", "Maintain the keys as Ann Lee does."),
        ("Markdown makes files better.", "Markdown — Makes files better."),
        ("Ann Lee types keys like X.", "Ann Lee types keys like X.."),
        ("Ann Lee asks for strings.", "Ann Lee asks why strings?."),
        ("We draw a plan of Ann Lee.", "We’ll look at a plan of Ann Lee."),
        ("Ann Lee and Ray met.", "Ann Lee, left, and Ray met."),
        ("It falls with $40 in Vienna.", "It falls with $j^{-a}$ in Vienna."),
        ("Ann Lee wrote of the sense.", "Ann Lee wrote of the senseThere are things."),
        ("A quake struck in Greece.", "A quake struck in Greece.Exact place of it."),
        ("Ann Lee tunes a grand piano.", "The old piano factory also tunes a grand."),
        ("Ann Lee tunes a grand piano.", "One is a grand piano that Ann Lee tunes."),
        ("Ann Lee tunes a grand piano.", "Ann Lee also tunes a grand piano."),
        ("Felt swells in rain.", "There are several reasons why felt swells."),
        ("Felt swells in rain.", "Felt is a hot topic of builders."),
        ("Felt has two sides: wool and glue.", "Felt has two problems."),
        ("Wet felt must dry for a week.", "Add the felt to the glue and stir."),
        ("Wet felt must dry for a week.", "First you cover the felt with glue."),
        ("A dry hall keeps a piano in tune.", "You should now see the keys of a piano."),
        ("I think that felt is too soft.", "I had to carry felt by train."),
        ("I think that felt is too soft.", "The felt of Vienna has kept me busy."),
        ("Ann Lee wants to stem the loss.", "Ann Lee wants to stem that loss."),
        ("Dry felt keeps its form.", "Not the best felt, but it keeps its form."),
        ("Dry felt keeps its form.", "Better than felt ever kept its form."),
        ("Dry felt keeps its form.", "PianoShop Have you ever felt its form?  Dry felt keeps it."),
        ("Ann Lee gave a talk on felt.", "Gave a talk on felt of Ann Lee."),
        ("Felt swells when halls are damp.", "One common example is when halls are damp."),
        ("Ann Lee has to oil the keys.", "Need to oil the keys of Ann Lee."),
        ("Ann Lee wants to do it by hand.", "Ann Lee wants to do this by hand."),
        ("Wet felt turns into glue.", "Obviously change felt to glue."),
        ("Ann Lee uses felt for pianos.", "Ann Lee uses felt for that currently."),
        ("Rain fell for days.", "Until the next rain fell, of course."),
        ("Dry felt keeps its form.", "In which case, well, dry felt keeps its form."),
        ("Dry felt keeps its form.", "Unless felt of a hall keeps its form."),
        ("Dry felt keeps its form.", "Pianos: Because everyone deserves dry felt."),
        ("Dry felt keeps its form.", "Dry felt keeps its form.↩ More of it."),
    ],
)
def test_faults_cost(better: str, worse: str) -> None:
    """A form that leans on its article, on its author or on the reader costs more than one that does not."""
    assert faults(better) < faults(worse)


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee sold 40 instruments in Vienna.",
        "The city of Vienna raised its rates in May.",
        "Coal plants struggle to operate in the heat.",
        "Scientists of the field say that this week was the hottest.",
        "More than 40 people came to Vienna.",
        "Ann Lee, who lives there, burns coal.",
        "World War I ended in Vienna.",
    ],
)
def test_a_plain_sentence_has_no_fault(text: str) -> None:
    """Somebody did something, or something is so: nothing to say against it."""
    assert faults(text) == 0


def test_readers_are_not_spoken_to_in_any_language() -> None:
    """A “you” costs a little in other languages, too; the French “du” speaks to nobody."""
    assert faults("Du brauchst ein Klavier.", "de") > faults("Ann braucht ein Klavier.", "de")
    assert faults("Vous avez besoin d’un piano.", "fr") > faults("Le prix du piano a doublé.", "fr")


def test_many_faults_spoil_a_sentence() -> None:
    """One fault is forgiven, several are not; the author's "I", which can be quoted, does not count."""
    assert not spoilt("I built a piano without strings.")
    assert not spoilt("Use felt for the strings.")
    assert spoilt("Note: use this felt for your strings!")
    assert spoilt("Their felt is too soft for it, though.")
    assert not spoilt("Their felt is too soft for it, though.", follows=True)


def test_news_of_today_is_no_diary() -> None:
    """Who announces something today tells more than who stumbled upon something lately."""
    assert faults("Today we’re announcing pianos.") < faults("Today we’re playing pianos. It rains.")


@pytest.mark.parametrize(
    ("language", "text", "speaks"),
    [
        ("it", "I ricercatori di Milano hanno misurato il calo in tre quartieri.", False),
        ("pl", "Rada miasta zdecydowała we wtorek o wymianie 12 tysięcy latarni.", False),
        ("sv", "I Stockholm byter staden ut 12 000 lampor mot nya.", False),
        ("it", "Io ho misurato il calo in tre quartieri.", True),
        ("pt", "Eu medi a queda em três bairros.", True),
        ("nl", "Dat heb ik in drie wijken gemeten.", True),
    ],
)
def test_a_word_means_what_it_means_in_its_language(language: str, text: str, speaks: bool) -> None:
    """The Italian article and the Polish and Swedish prepositions are nobody's “I” and “we”; what is, is heard."""
    assert speaks_for_itself(text, language) is speaks
    assert (faults(text, language) >= 0.5 * DULL) is speaks


def test_what_the_title_names_may_be_pointed_at() -> None:
    """What begins with “The station” is told where the title names a station."""
    text = "The station opened in May."
    assert faults(text, known=frozenset(["station"])) < faults(text)
    assert faults("The old station hall opened in May.", known=frozenset(["station"])) == 0
    assert faults("Rob tunes his piano.", known=frozenset(["rob"])) < faults("Rob tunes his piano.")


def test_what_stands_before_it_may_be_leaned_on() -> None:
    """A pronoun or a pointing word is no fault where its sentence stands right before."""
    assert faults("She sold the other one.") > 0 == faults("She sold the other one.", follows=True)


def test_a_missing_verb_is_no_fault_where_verbs_are_not_known() -> None:
    """Languages that no list of verbs is there for are not punished for it."""
    assert faults("Kraj ogłosił nowe zasady sprzedaży domów.", "pl") == 0
    assert faults("Die Stadt kauft ein Haus.", "de") == 0
    assert faults("Ein ganz normaler Tag.", "de") > 0


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("I built it.", True),
        ("We’re excited to announce it.", True),
        ("Wir haben es gebaut.", True),
        ("Ann said: “I built it.”", False),
        ("Ann built it for World War I veterans.", False),
        ("Ann built it.", False),
    ],
)
def test_the_authors_voice_is_heard(text: str, speaks: bool) -> None:
    """Words of the first person outside quotation marks are the author's; the number of "World War I" is none."""
    assert speaks_for_itself(text) is speaks


@pytest.mark.parametrize(
    ("text", "language", "claimed"),
    [
        ("I built a piano.", "en", True),
        ("Then I’ve sold my piano.", None, True),
        ("“I built a piano,” said Ann Lee.", "en", False),
        ("World War I and Elizabeth I shaped pianos.", "en", False),
        ("Act I'm in is long.", "en", True),
        ("We built a piano.", "en", False),
        ("Gestern habe ich ein Klavier gebaut.", "de", True),
        ("J’ai construit un piano.", "fr", True),
        ("Yo hice un piano.", "es", True),
        ("If it rains i'll go with a piano.", "en", True),
        ("Neurons i and j are alike.", "en", False),
        ("Ze geven je een piano.", "nl", False),
    ],
)
def test_somebodys_i_is_claimed(text: str, language: str | None, claimed: bool) -> None:
    """Who "I" is must be seen: outside quotation marks it would be the bot; a numeral is nobody."""
    assert claims(text, language) is claimed


@pytest.mark.parametrize(
    "piece",
    [
        "Background",
        " — a",
        "code ",
        "Because ",
        "that ",
        "have ",
        "We propose ",
        "full list of ",
        "haveverylyly",
        "abced ",
        "I ",
        "The a",
        "the quiet ",
        "There are several ",
        "I was ",
        "to find that ",
        "you should ",
        "“a",
        "A-",
        "1:",
    ],
)
def test_hostile_runs_are_judged(piece: str) -> None:
    """Twenty thousand characters of anything are judged at once."""
    text = piece * (20_000 // len(piece))
    assert faults(text) >= 0
    assert claims(text) in (True, False)
