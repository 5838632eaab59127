"""Why a page is no article to share, where it is none: named, and named only when sure.  May import: metadata, tree.

A fine article that is called a paywall is lost, a wall that is taken for an article is caught by the value gate: so
every name needs two signs, and no page with a long text gets one.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.articles.metadata import Metadata
from bot.articles.tree import Element

Problem = Literal["paywall", "cookie wall", "sign-up", "video only", "empty"]

LONG_ENOUGH = 1_500  # characters of text that are an article, whatever else stands on the page
LEAST = 80  # characters that can be one at all; a CJK sentence has 40
_SHORT = 500  # a teaser, or an item of news
_TEASER = 900  # the longest teasers before a wall

_PAYWALL = re.compile(
    r"""
    subscribe[ ]to[ ](?:continue|keep|read|unlock|access)|subscribers?[ ]only|for[ ]subscribers|subscription[ ]required
    |(?:already|existing)[ ](?:a[ ])?(?:subscriber|member)\b|to[ ](?:continue|keep)[ ]reading|continue[ ]reading[ ](?:this|with|for|by)
    |read[ ]the[ ](?:full|rest[ ]of[ ]the|whole)[ ](?:article|story)[ ](?:with|by|on|for)|(?:your|this)[ ](?:free|last)[ ](?:article|story)
    |unlock[ ]this|members?[ -]only|(?:article|content|story)[ ]is[ ](?:reserved|exclusive(?:ly)?|only[ ]available|available[ ]only)
    |become[ ]a[ ](?:paying[ ])?(?:subscriber|member)|start[ ]your[ ](?:free[ ])?trial
    |weiterlesen[ ]mit|nur[ ]für[ ]abonnenten|jetzt[ ]abonnieren|abo[ ]abschließen|bereits[ ]abonnent|kostenpflichtig|mit[ ]\w+\+[ ]weiterlesen
    |réservée?s?[ ](?:à|aux)[ ](?:nos[ ])?abonnés|déjà[ ]abonné|abonnez-vous[ ]pour|il[ ]vous[ ]reste[ ]\d+[ ]?%
    |(?:solo|exclusivo|sólo)[ ]para[ ]su[sb]?scriptores|su[sb]?scríb(?:ete|ase)[ ]para|ya[ ]eres[ ]su[sb]?scriptor|conteúdo[ ]exclusivo|exclusivo[ ]para[ ]assinantes
    |riservato[ ]agli[ ]abbonati|sei[ ]già[ ]abbonato|alleen[ ]voor[ ]abonnees|tylko[ ]dla[ ]prenumeratorów|dla[ ]subskrybentów|会員限定|有料会員
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SIGN_UP = re.compile(
    r"""
    (?:sign[ ]?(?:up|in)|log[ ]?in|register|join)[ ](?:now[ ]|free[ ]|today[ ])?(?:to|or[ ](?:sign|register|join|create))[ ](?:continue|view|see|read|access|up|in|an|your|this|unlock)
    |create[ ](?:a|an|your)[ ](?:free[ ])?account|you[ ](?:must|need[ ]to)[ ](?:be[ ]logged|log[ ]?in|sign|register)|(?:please|you[ ]must)[ ](?:log|sign)[ ]in
    |don['’]t[ ]have[ ]an[ ]account|new[ ]to[ ]\w+\?|forgot(?:ten)?[ ](?:your[ ])?password
    |(?:bitte[ ])?(?:melden[ ]sie[ ]sich|einloggen|anmelden)[ ].{0,30}(?:um|fortzufahren|weiterzulesen)|konto[ ]erstellen|passwort[ ]vergessen
    |connectez-vous|créer[ ]un[ ]compte|mot[ ]de[ ]passe[ ]oublié|inicia[ ]sesión|crea(?:r)?[ ]una[ ]cuenta|faça[ ]login|criar[ ]conta|zaloguj[ ]się|załóż[ ]konto|accedi[ ]per|crea[ ]un[ ]account
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COOKIES = re.compile(
    r"""
    before[ ]you[ ]continue|we[ ](?:value|care[ ]about|respect)[ ]your[ ]privacy|(?:accept|allow|reject|manage)[ ](?:all[ ])?cookies|cookie[ ](?:settings|preferences|policy|consent)
    |we(?:[ ]and[ ]our[ ]\d*[ ]?\w*[ ]?partners)?[ ](?:use|store)[ ].{0,40}cookies|uses[ ]cookies|your[ ]privacy[ ]choices|consent[ ]to[ ]the[ ]use|legitimate[ ]interest
    |mit[ ]werbung[ ]weiterlesen|werbung[ ]und[ ]tracking|cookies?[ ](?:akzeptieren|zulassen|verwenden)|alle[ ]akzeptieren|wir[ ](?:verwenden|nutzen|benötigen)[ ].{0,40}(?:cookies|zustimmung)|zustimmen[ ]und[ ]weiter
    |nous[ ]utilisons[ ]des[ ]cookies|accepter[ ](?:et|les[ ]cookies)|continuer[ ]sans[ ]accepter|utilizamos[ ]cookies|aceptar[ ]cookies|utilizziamo[ ].{0,20}cookie|accetta[ ].{0,20}cookie|wij[ ]gebruiken[ ]cookies|używamy[ ].{0,20}cookie
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UNBUILT = re.compile(
    r"enable javascript|javascript (?:is (?:disabled|required)|to (?:run|view|continue))|checking (?:your|if the) (?:browser|site)|verify(?:ing)? (?:you are|that you are) (?:a )?human"
    r"|just a moment|access denied|are you a robot|unusual traffic|captcha|404 not found|page not found",
    re.IGNORECASE,
)


def problem_of(tree: Element, text: str, said: Metadata) -> Problem | None:
    """Name what keeps a page from being an article; None when it is fine or in doubt.

    `tree`: the pruned page; `text`: the article found in it.
    """
    if len(text) >= LONG_ENOUGH:
        return None
    size = _size(text)
    shown = " ".join(tree.text_content()[:100_000].split())[:20_000]
    signs = len({sign.lower() for sign in _PAYWALL.findall(shown)})
    if said.free is False and (signs or size < _SHORT):
        return "paywall"
    if (signs > 1 and size < _TEASER) or (signs and size < _SHORT and _asks(text, _PAYWALL)):
        return "paywall"
    if len(_COOKIES.findall(text)) > 1 or (size < LEAST and len(_COOKIES.findall(shown)) > 1):
        return "cookie wall"
    if size < _SHORT and (_asks(text, _SIGN_UP) or (size < LEAST and len(_SIGN_UP.findall(shown)) > 1)):
        return "sign-up"
    if said.video and size < _SHORT:
        return "video only"
    if size < LEAST or (size < _SHORT and _UNBUILT.search(text)):
        return "empty"
    return None


def _asks(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the last thing that a text says is to pay or to sign up."""
    return bool(pattern.search(text[-300:]))


def _size(text: str) -> int:
    """The length of a text in Latin characters: scripts without spaces say twice as much with one."""
    return len(text) + sum("\u3000" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" for char in text)
