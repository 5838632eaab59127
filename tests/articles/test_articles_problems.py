"""Why a page is no article to share: named when sure, and only then."""

from __future__ import annotations

import pytest

from bot.articles.extract import article_from_html
from tests.articles.our_pages import LONG, PROSE, page, paragraphs

CLOSED = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
FILM = '<meta property="og:type" content="video.other">'


def problem(body: str, *, head: str = "") -> str | None:
    """What is wrong with a page with this body."""
    return article_from_html(page(body, head=head), "https://tide.example/boats").problem


# --------------------------------------------------------------------------- walls and their names


@pytest.mark.parametrize(
    "wall",
    [
        "<div><p>Subscribe to continue reading. Already a subscriber? Log in.</p></div>",
        "<div><p>This article is for subscribers only. Start your free trial.</p></div>",
        "<div><p>Jetzt abonnieren und mit Plus weiterlesen. Nur für Abonnenten.</p></div>",
        "<div><p>Cet article est réservé aux abonnés. Déjà abonné ?</p></div>",
        "<div><p>Contenido exclusivo para suscriptores: suscríbete para seguir leyendo. ¿Ya eres suscriptor?</p></div>",
        "<div><p>Riservato agli abbonati. Sei già abbonato?</p></div>",
        "<div><p>この記事は会員限定です。有料会員になると続きをお読みいただけます。会員限定。</p></div>",
    ],
)
def test_a_teaser_before_a_wall_is_a_paywall(wall: str) -> None:
    """Two sentences and a demand for money are a paywall, in many languages."""
    assert problem(paragraphs(*PROSE[:2]) + wall) == "paywall"


def test_a_record_that_isnt_free_and_a_short_text_are_a_paywall() -> None:
    """Where the page's record says so, a teaser alone is enough."""
    assert problem(paragraphs(*PROSE[:2]), head=CLOSED) == "paywall"


def test_a_cookie_wall() -> None:
    """A page that only asks for consent is named as that."""
    body = paragraphs(
        "We value your privacy. We and our 841 partners store cookies on your device to personalise what you see here.",
        "Accept all cookies, or open the cookie settings to choose. You can change your mind at any time you like.",
    )
    assert problem(body) == "cookie wall"


def test_a_german_cookie_wall() -> None:
    """The same in another language."""
    body = paragraphs(
        "Mit Werbung weiterlesen: Besuchen Sie unsere Seiten wie gewohnt mit Werbung und Tracking.",
        "Wir verwenden dafür Cookies und andere Techniken. Zustimmen und weiter, oder ein Abo für 4,99 Euro im Monat.",
    )
    assert problem(body) == "cookie wall"


@pytest.mark.parametrize(
    "text",
    [
        "Please log in to view this page. Don't have an account? Create a free account in less than a minute.",
        "Um weiterzulesen, melden Sie sich bitte an. Passwort vergessen? Hier können Sie ein neues Konto erstellen.",
        "Inicia sesión para ver esta página. ¿Todavía no tienes cuenta? Crea una cuenta gratis en pocos segundos.",
    ],
)
def test_a_sign_up_page(text: str) -> None:
    """A page that only lets its members in is named as that."""
    assert problem(paragraphs(text)) == "sign-up"


def test_a_film_with_a_line_of_text() -> None:
    """A film's page has nothing to condense."""
    assert (
        problem(
            paragraphs("How the crews of Wick worked, filmed on the quay in nineteen hundred and twelve."), head=FILM
        )
        == "video only"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Loading…",
        "Just a moment… We are checking your browser before you can go on to the page that you have asked for, please wait.",
        "You need to enable JavaScript to run this app, since without it there is nothing at all to be seen on this page.",
        "404 Not Found: the page that you were looking for has sailed, and nobody on the quay remembers where it went to.",
    ],
)
def test_a_page_without_an_article_is_empty(text: str) -> None:
    """Shells of applications, checks for robots and missing pages hold no article."""
    assert problem(paragraphs(text)) == "empty"


# --------------------------------------------------------------------------- fine articles stay fine


def test_an_article_is_fine() -> None:
    """Five paragraphs of prose are an article."""
    assert problem(paragraphs(*PROSE)) is None


def test_a_short_item_is_fine() -> None:
    """Two sentences of news are an article, if a short one."""
    assert problem(paragraphs(*PROSE[:2])) is None


def test_a_short_item_in_japanese_is_fine() -> None:
    """Scripts that say more with one character are judged as such."""
    assert (
        problem(
            paragraphs(
                "港には千百隻の船が並び、夏ごとに三千人の女性が島々からやって来て、夜明けから日暮れまで鰊をさばいた。"
            )
        )
        is None
    )


def test_a_long_article_that_isnt_free_is_fine() -> None:
    """Metered sites mark every article as not free: what could be read whole has no wall."""
    assert problem(paragraphs(*LONG), head=CLOSED) is None


def test_an_article_about_paywalls_is_fine() -> None:
    """Words of walls in the middle of a text are its subject."""
    about = "Most papers now say that you must subscribe to continue reading after the third article of a month."
    assert problem(paragraphs(*PROSE[:3], about, *PROSE[3:])) is None


def test_an_article_about_cookies_is_fine() -> None:
    """An article that names a cookie banner isn't one."""
    about = "The button says accept all cookies, and nine of ten people press it without having read what it means."
    assert problem(paragraphs(*PROSE[:2], about, *PROSE[2:])) is None


def test_a_newsletter_box_is_no_wall() -> None:
    """A site that also asks for a subscription hides nothing by that."""
    box = "<div><h3>Join us</h3><p>Create your free account to save articles. Already a member? Log in.</p></div>"
    assert problem(paragraphs(*PROSE) + box) is None


def test_an_article_with_a_film_is_fine() -> None:
    """A film above a whole text doesn't make the text worthless."""
    assert problem(paragraphs(*PROSE), head=FILM) is None
